"""The description of the API: reviewed as a file, true of every answer, readable without a CDN.

After an intended change:
`.venv/bin/python manage.py spectacular --lang en --file tests/rollout/api/openapi.yaml`,
then read the difference.
"""

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from connectivity import gateways
from facilities.models import Role
from rollout.notices.alerts import raise_alerts
from tests import factories
from tests.rollout.small_province import ON, small_province

pytestmark = pytest.mark.django_db

REVIEWED = Path(__file__).with_name("openapi.yaml")


@pytest.fixture
def reader(client):
    client.force_login(factories.user_with(Role.DEPARTMENT))
    return client


@pytest.fixture
def schema(reader):
    answer = reader.get("/api/v1/schema/", headers={"accept-language": "en"})
    return yaml.safe_load(answer.content)


def test_the_schema_is_the_reviewed_one(schema):
    assert schema == yaml.safe_load(REVIEWED.read_text())


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
    described = schema["paths"][template]["get"]["responses"][str(status)]
    for component in schema["components"]["schemas"].values():
        component["additionalProperties"] = False
    [(form, content)] = described["content"].items()
    assert answer.headers["Content-Type"] == form
    found = content["schema"] | {"components": schema["components"]}
    Draft202012Validator(_rooted(found)).validate(answer.json())


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
def test_what_machines_name_things_after_is_the_same_in_every_language(reader, language):
    schema = yaml.safe_load(
        reader.get("/api/v1/schema/", headers={"accept-language": language}).content
    )
    assert schema["info"]["title"] == "EMR rollout API"
    named = [
        *schema["components"]["schemas"],
        *(one["operationId"] for path in schema["paths"].values() for one in path.values()),
    ]
    assert named
    assert all(name.isascii() for name in named)
