"""The forecast in the API: that of the page, with its rule, and nothing stored."""

from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from facilities.as_of import AsOf
from facilities.models import ApiToken, Facility, Ledger, Role
from rollout.forecasting import forecast_of
from rollout.forecasting.forecast import RULE
from rollout.models import Forecast
from rollout.programme.services import record_milestone
from tests import factories
from tests.factories import UserFactory, user_with

URL = "/api/v1/forecast/"
ON = date(2025, 5, 21)


@pytest.fixture
def reader(client, bac_giang):
    client.force_login(user_with(Role.LEADER, language="en"))
    return client


def ask(reader, **query) -> dict:
    answer = reader.get(URL, {"on": "2025-05-21"} | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def iso(day: date | None) -> str | None:
    return day and day.isoformat()


def test_it_says_of_21_may_what_the_computation_says(reader):
    found, forecast = ask(reader), forecast_of(AsOf(ON))
    assert found["rule_version"] == int(RULE)
    assert (found["on"], found["law_on"]) == ("2025-05-21", "2025-09-30")
    assert (found["official"], found["unforeseen"], len(found["facilities"])) == (5, 0, 17)
    assert tuple(found["by_law"].values()) == forecast.by_law
    assert list(found["by_law"]) == ["low", "middle", "high"]
    by_code = {one["code"]: one for one in found["facilities"]}
    for one in (*forecast.facilities, forecast.province):
        told = by_code[one.facility.code] if one.facility else found["province"]
        assert told["likely_on"] == iso(one.likely_on)
        assert told["safe_on"] == iso(one.safe_on)
        assert told["done_on"] == iso(one.done_on)
        assert told["chance"] == one.chance
        assert told["sample"] == (one.sample if one.is_foreseen else None)
    assert by_code["bg-ttyt-lucnam"]["chance"] == 1
    assert by_code["bg-noitiet"]["done_on"] == "2025-05-05"
    assert by_code["bg-noitiet"]["lacking"] is by_code["bg-noitiet"]["chance"] is None


def test_below_the_minimum_it_says_what_is_lacking(reader):
    found = ask(reader, on="2025-03-01")
    assert found["by_law"] is None
    assert found["province"]["likely_on"] is found["province"]["chance"] is None
    lacking = [one for one in found["facilities"] if one["lacking"] == "too_few"]
    assert lacking
    assert lacking[0]["lacking_label"] == "fewer than 5 durations of a step seen"
    assert lacking[0]["lacking_step"]
    assert len(lacking) <= found["unforeseen"]


def test_what_is_lacking_is_said_in_the_readers_language(reader):
    def labels(language: str) -> set[str]:
        answer = reader.get(URL, {"on": "2025-03-01"}, headers={"accept-language": language})
        return {one["lacking_label"] for one in answer.json()["facilities"] if one["lacking"]}

    assert "fewer than 5 durations of a step seen" in labels("en")
    assert "mới thấy ít hơn 5 trường hợp của một bước" in labels("vi")
    reader.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = reader.get(reverse("rollout:forecast"), {"on": "2025-03-01"}).content.decode()
    assert "fewer than 5 durations of a step seen" in page
    assert "mới thấy ít hơn" not in page


def test_nothing_is_stored(reader):
    version = Ledger.current()
    ask(reader)
    assert not Forecast.objects.exists()
    assert Ledger.current() == version


def test_a_fact_moves_it_from_its_day_on_and_not_before(reader):
    tags = {day: reader.get(URL, {"on": day}).headers["ETag"] for day in ("2025-05-20", ON)}
    record_milestone(
        facility=Facility.objects.get(code="bg-bvdk"),
        milestone="launch",
        happened_on=ON,
        by=factories.recorder(),
    )
    for day, tag in tags.items():
        again = reader.get(URL, {"on": day}, headers={"if-none-match": tag})
        assert again.status_code == (200 if day == ON else 304)


def test_who_has_the_facts_gets_304_without_a_body(reader):
    tag = reader.get(URL, {"on": "2025-05-21"}).headers["ETag"]
    cache.clear()
    again = reader.get(URL, {"on": "2025-05-21"}, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"on": "2025-02-30"}, ["on"]),
        ({"shift": "file:1", "to": "2025-06-01"}, ["shift", "to"]),
        ({"known_at": "soon", "map": "x", "compare": "2025-02-18"}, ["compare", "known_at", "map"]),
    ],
)
def test_a_mistake_is_refused_and_named(reader, query, named):
    answer = reader.get(URL, query)
    assert answer.status_code == 400
    assert sorted(answer.json()["errors"]) == named


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.DEPARTMENT, 200), (Role.LEADER, 200), (Role.ADMINISTRATOR, 403), (Role.CLIENT, 403)],
)
def test_it_is_for_those_whom_the_page_is_for(client, bac_giang, role, status):
    client.force_login(user_with(role))
    page = reverse("rollout:forecast")
    assert client.get(URL).status_code == client.get(page).status_code == status


def test_permission_is_asked_before_the_cache(client, reader):
    ask(reader)
    client.force_login(UserFactory())
    assert client.get(URL, {"on": "2025-05-21"}).status_code == 403
    client.logout()
    assert client.get(URL, {"on": "2025-05-21"}).status_code == 401


@pytest.mark.parametrize(
    ("scope", "status"), [("progress:read", 403), ("registers:read", 403), ("programme:read", 200)]
)
def test_a_key_needs_the_scope_of_the_programme(client, bac_giang, scope, status):
    user = user_with(Role.CLIENT, language="en")
    key = ApiToken.make(user=user, label="x", scope=scope, expires_on=date(2100, 1, 1))[1]
    answer = client.get(URL, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["detail"] == (
            f"A key of the scope “{scope}” does not open this. "
            "Ask the Department for one of the scope “programme:read”."
        )
