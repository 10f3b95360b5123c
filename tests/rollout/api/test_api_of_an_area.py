"""A key or a role of an area: its part of the programme, never somebody else's, and never a false zero."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from facilities.models import ApiToken, FacilityArea, Role
from rollout.notices.alerts import raise_alerts
from tests.factories import user_with

ON = date(2025, 5, 21)
LISTS = ("connections", "alerts", "deadlines")
OWN, ELSEWHERE = "bg-ttyt-lucnam", "bg-ttyt-tanyen"


@pytest.fixture(scope="module")
def seeded(bac_giang_of_the_module, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        raise_alerts(ON)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def bacgiang(seeded, db):
    pass


def area_of(code: str):
    return FacilityArea.objects.in_force(ON).filter(facility__code=code).last().area


def codes_in(area) -> set[str]:
    rows = FacilityArea.objects.in_force(ON).filter(area=area)
    return set(rows.values_list("facility__code", flat=True))


@pytest.fixture
def key():
    """A key of the area in which Luc Nam lies, by its scope."""

    def made(scope: str = ApiToken.Scope.PROGRAMME, **place) -> dict:
        user = user_with(Role.CLIENT, **(place or {"area": area_of(OWN)}))
        return {
            "authorization": "Bearer "
            + ApiToken.make(
                user=user, label="test", scope=scope, expires_on=ON + timedelta(days=9000)
            )[1]
        }

    return made


def rows_of(answer: dict) -> list[dict]:
    return next(answer[name] for name in (*LISTS, "facilities") if name in answer)


def ask(client, name: str, headers: dict, **query):
    asked = query if name == "connections" else {"on": "2025-05-21"} | query
    return client.get(f"/api/v1/{name}/", asked, headers={"accept-language": "en"} | headers)


@pytest.mark.parametrize("name", [*LISTS, "forecast"])
def test_a_key_of_an_area_is_told_its_part_as_the_whole_tells_it(client, key, name):
    whole, part = (
        ask(client, name, key(**place)).json()
        for place in ({"facility": None}, {"area": area_of(OWN)})
    )
    assert (whole["partial"], part["partial"]) == (False, True)
    field = "code" if name == "forecast" else "facility"
    its_own = {row[field] for row in rows_of(part)}
    assert OWN in its_own <= codes_in(area_of(OWN))
    assert rows_of(part) == [row for row in rows_of(whole) if row[field] in its_own]
    assert len(rows_of(part)) < len(rows_of(whole))


@pytest.mark.parametrize("name", LISTS)
def test_totals_are_of_the_part(client, key, name):
    part = ask(client, name, key()).json()
    assert sum(part["totals"].values()) == part["count"] == len(rows_of(part))


@pytest.mark.parametrize("name", [*LISTS, "forecast"])
def test_a_narrower_key_of_an_area_is_told_which_would_do(client, key, name):
    refused = ask(client, name, key(ApiToken.Scope.REGISTERS))
    assert refused.status_code == 403
    assert "programme" in refused.json()["detail"]


@pytest.mark.parametrize("name", LISTS)
def test_somebody_elses_facility_is_refused_and_not_said_to_have_nothing(client, key, name):
    headers = key()
    assert ask(client, name, headers, facility=OWN).status_code == 200
    refused = ask(client, name, headers, facility=ELSEWHERE)
    assert refused.status_code == 403
    assert "area" in refused.json()["detail"]


@pytest.mark.parametrize("name", [*LISTS, "forecast"])
def test_somebody_elses_area_is_refused_and_ones_own_is_not(client, key, name):
    headers = key()
    own = ask(client, name, headers, area=area_of(OWN).code)
    assert own.status_code == 200
    assert rows_of(own.json()) == rows_of(ask(client, name, headers).json())
    assert ask(client, name, headers, area=area_of(ELSEWHERE).code).status_code == 403


def test_the_answer_of_one_facility_agrees_with_the_lists(client, key):
    """Open where the lists name it, closed where they do not."""
    headers = key() | {"accept-language": "en"}
    for code, status in ((OWN, 200), (ELSEWHERE, 403)):
        url = f"/api/v1/facilities/{code}/connections/bach-mai/"
        assert client.get(url, headers=headers).status_code == status
    listed = rows_of(ask(client, "connections", headers).json())
    one = client.get(listed[0]["url"], headers=headers).json()
    assert {name: one[name] for name in listed[0]} == listed[0]
    detail = {
        code: client.get(f"/api/v1/facilities/{code}/progress/", headers=headers).json()
        for code in (OWN, ELSEWHERE)
    }
    assert detail[OWN]["councils"] is not None
    assert detail[ELSEWHERE]["councils"] is None


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.LEADER])
def test_a_role_of_an_area_reads_the_same_in_person(client, key, role):
    with_key = {name: rows_of(ask(client, name, key()).json()) for name in (*LISTS, "forecast")}
    client.force_login(user_with(role, area=area_of(OWN)))
    assert {name: rows_of(ask(client, name, {}).json()) for name in with_key} == with_key


def test_what_is_kept_for_one_part_is_not_told_to_another(client, key):
    for place in ({"area": area_of(OWN)}, {"area": area_of(ELSEWHERE)}, {"facility": None}):
        for name in ("deadlines", "forecast"):
            told = ask(client, name, key(**place)).json()
            codes = {row.get("facility", row.get("code")) for row in rows_of(told)}
            if place.get("area"):
                assert codes <= codes_in(place["area"])
            else:
                assert {OWN, ELSEWHERE} <= codes
