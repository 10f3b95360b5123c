"""The description of the API: reviewed as a file, true of every answer, readable without a CDN.

After an intended change:
`.venv/bin/python manage.py spectacular --lang en --file tests/rollout/api/openapi.yaml`,
then read the difference.
"""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.test import Client
from jsonschema import Draft202012Validator

from connectivity import gateways
from facilities.models import Role
from rollout.api.deprecated import Deprecated
from rollout.api.examples import REQUESTS
from rollout.api.provinces import ProvincesView
from rollout.figures.measures import BY_CODE
from rollout.notices.alerts import raise_alerts
from tests import factories
from tests.rollout.small_province import HOLDER, ON, small_province

pytestmark = pytest.mark.django_db

REVIEWED = Path(__file__).with_name("openapi.yaml")


@pytest.fixture
def reader(client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    return client


@cache
def reviewed() -> dict:
    """Read once: it is long."""
    return yaml.load(REVIEWED.read_text(), yaml.CSafeLoader)


@pytest.fixture
def schema():
    return reviewed()


def described(client: Client, language: str = "en") -> dict:
    asked = {"accept": "application/vnd.oai.openapi+json", "accept-language": language}
    answer = client.get("/api/v1/schema/", headers=asked)
    assert answer.content.isascii()
    return json.loads(answer.content)


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/v1/progress/", "on=2025-05-21&compare=2025-02-18", 200),
        ("/api/v1/progress/", "on=2023-01-01&known_at=2025-05-21", 200),
        ("/api/v1/progress/", "on=2025-02-30", 400),
        ("/api/v1/progress/trend/", "measure=devices&from=2025-05-20&to=2025-05-21", 200),
        ("/api/v1/progress/trend/", "", 400),
        ("/api/v1/facilities/official/progress/", "on=2025-05-21", 200),
        ("/api/v1/facilities/bidding/progress/", "on=2025-05-21", 200),
        ("/api/v1/facilities/nowhere/progress/", "", 404),
        ("/api/v1/connections/", "", 200),
        ("/api/v1/connections/", "state=x", 400),
        ("/api/v1/facilities/official/connections/bach-mai/", "", 200),
        ("/api/v1/facilities/bidding/connections/bach-mai/", "", 200),
        ("/api/v1/facilities/official/connections/nobody/", "", 404),
        ("/api/v1/alerts/", "on=2025-05-21", 200),
        ("/api/v1/alerts/", "on=2025-05-21&limit=1", 200),
        ("/api/v1/alerts/", "known_at=2025-05-21", 400),
        ("/api/v1/deadlines/", "on=2025-05-21&known_at=2100-01-01", 400),
        ("/api/v1/deadlines/", "on=2025-05-21", 200),
        ("/api/v1/deadlines/", "on=2025-05-21&limit=1&map=today", 200),
        ("/api/v1/forecast/", "on=2025-05-21", 200),
        ("/api/v1/forecast/", "on=2025-02-30", 400),
    ],
)
def test_every_answer_is_as_described_and_says_nothing_else(reader, schema, path, query, status):
    province = small_province()
    gateways.issue(
        facility=province.official, partner=factories.PartnerFactory(), by=factories.recorder()
    )
    raise_alerts(ON)
    answer = reader.get(f"{path}?{query}")
    assert answer.status_code == status
    template = re.sub(r"/facilities/[^/]+/", "/facilities/{code}/", path)
    template = re.sub(r"/connections/[^/]+/", "/connections/{partner}/", template)
    told = _meant(schema, schema["paths"][template]["get"]["responses"][str(status)])
    components = {
        name: one | {"additionalProperties": False}
        for name, one in schema["components"]["schemas"].items()
    }
    [(form, content)] = told["content"].items()
    assert answer.headers["Content-Type"] == form
    found = content["schema"] | {"components": {"schemas": components}}
    Draft202012Validator(_rooted(found)).validate(answer.json())


def _meant(schema: dict, told: dict) -> dict:
    """The answer itself, where it is one that many share."""
    name = told.get("$ref", "").rpartition("/")[2]
    return schema["components"]["responses"][name] if name else told


def _rooted(schema: dict) -> dict:
    """A head and its components as one JSON Schema. A head that only refers stays a reference."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def test_the_description_needs_a_sign_in(client):
    assert client.get("/api/v1/schema/").status_code == 401
    page = client.get("/api/docs/")
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/sign-in/")


def test_the_docs_page_brings_everything_itself(reader):
    page = reader.get("/api/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=", html)
    script = reader.get(re.search(r'src="(/api/docs/[^"]*)"', html)[1])
    assert script.headers["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.content.decode()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_schema_is_the_reviewed_one_and_english_for_every_reader(reader, language):
    assert described(reader, language) == reviewed()


def test_a_reader_may_ask_for_the_schema_in_another_language(reader):
    assert not reader.get("/api/v1/schema/?lang=vi").content.isascii()


def test_every_example_is_as_described_and_every_refusal_has_one(schema):
    bodies = refusals = 0
    for path in schema["paths"].values():
        for operation in path.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for one in content.get("examples", {}).values():
                    bodies += 1
                    _valid(content["schema"], schema, one["value"])
            for code, told in operation["responses"].items():
                answer = _meant(schema, told)
                for content in answer.get("content", {}).values() if code >= "4" else ():
                    refusals += 1
                    assert content["example"]["status"] == int(code)
                    _valid(content["schema"], schema, content["example"])
    assert bodies == len(REQUESTS)
    assert refusals > 100


def _valid(described: dict, schema: dict, value: object) -> None:
    Draft202012Validator(_rooted(described | {"components": schema["components"]})).validate(value)


def test_what_goes_away_is_told_with_its_days(reader, monkeypatch):
    address = "/api/v1/provinces/?on=2025-05-21"
    assert "Deprecation" not in reader.get(address).headers
    going = Deprecated(date(2026, 1, 1), date(2026, 7, 1), "/api/v2/provinces/")
    monkeypatch.setattr(ProvincesView, "deprecated", going)
    for answer in (reader.get(address), reader.get(f"{address}&x=1")):
        assert answer.headers["Deprecation"] == "@1767225600"
        assert answer.headers["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
        assert answer.headers["Link"] == '</api/v2/provinces/>; rel="successor-version"'
    assert described(reader)["paths"]["/api/v1/provinces/"]["get"]["deprecated"] is True
    with pytest.raises(ValueError, match="ends after"):
        Deprecated(date(2026, 1, 1), date(2026, 1, 1))


def test_the_summary_for_everybody_is_off_until_it_is_opened(client, settings):
    small_province()
    for address in ("/public/", "/api/v1/public/summary/"):
        settings.PUBLIC_SUMMARY = False
        assert client.get(address).status_code == 404
        settings.PUBLIC_SUMMARY = True
        answer = client.get(address)
        assert answer.status_code == 200
        assert HOLDER not in answer.content.decode()
    document = answer.json()
    assert {one["code"] for one in document["measures"]} == set(BY_CODE)
    assert "facility" not in document
    again = client.get(address, headers={"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{address}?on=2025-05-21").status_code == 400
    assert client.get("/api/v1/progress/").status_code == 401
