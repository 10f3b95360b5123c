"""What has been written since, and what has changed between two days."""

from datetime import date

import pytest
from django.test import Client

from facilities import access_log
from facilities.models import ApiToken, ChangeSet, Facility, Role
from rollout.figures.progress import progress
from signatures.models import StaffMember
from tests.factories import user_with
from tests.rollout.api.test_api_writing import FILES, OTHER, OWN, URL, change, made, new, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

CHANGES = "/api/v1/changes/"
DIFFERENCE = "/api/v1/progress/difference/"


@pytest.fixture
def desk() -> Client:
    key = ApiToken.make(
        user=user_with(Role.DEPARTMENT, language="en"),
        label="x",
        scope=ApiToken.Scope.WRITE,
        expires_on=date(2100, 1, 1),
    )[1]
    return Client(headers={"authorization": f"Bearer {key}"})


def latest(client: Client) -> str:
    access_log.bind()
    return client.get(f"{CHANGES}?since=latest").json()["since"]


def followed(client: Client, since: str, limit: int = 100) -> list[dict]:
    access_log.bind()
    found, address = [], f"{CHANGES}?since={since}&limit={limit}"
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        piece = answer.json()
        found += piece["changes"]
        address = piece["next"]
        if not piece["more"]:
            return found


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_who_follows_ends_with_the_rows_that_stand(desk, limit):
    since = latest(desk)
    assert followed(desk, since) == []
    row = made(desk, "API-1")
    lot = {"procurement": "API-1", "facility": OWN, "device-type": "tablet", "quantity": 5}
    first = send(desk, f"{URL}lots/", {"values": lot}).json()
    second = change(desk, first, quantity=7).json()
    gone = made(desk, "API-2")
    send(desk, f"{gone['url']}withdraw/", {"because": "x"}, if_match="*")
    body = {"rows": [new("API-3"), new("API-4", OTHER)]}
    many = send(desk, f"{FILES}bulk/", body).json()
    changed = change(desk, row, title="Another", funds=None).json()

    mirror: dict[tuple[str, int], str] = {}
    for one in followed(desk, since, limit):
        if one["replaces"]:
            del mirror[one["register"], one["replaces"]]
        if one["what"] == "withdrawn":
            del mirror[one["register"], one["key"]]
        else:
            mirror[one["register"], one["key"]] = one["facility"]
    assert mirror == {
        ("procurements", row["key"]): OWN,
        ("lots", second["key"]): OWN,
        ("procurements", many["results"][0]["key"]): OWN,
        ("procurements", many["results"][1]["key"]): OTHER,
    }
    last = followed(desk, since)[-1]
    assert (last["what"], last["columns"], last["change_set"]) == (
        "changed",
        ["title"],
        changed["change_set"],
    )


def test_a_reader_is_told_of_the_own_places_and_nobody_of_people(desk):
    since = latest(desk)
    made(desk, "API-1", OWN)
    made(desk, "API-2", OTHER)
    officer = Client()
    officer.force_login(user_with(Role.OFFICER, facility=Facility.objects.get(code=OWN)))
    told = followed(officer, since)
    assert {one["facility"] for one in told} == {OWN}
    assert len(followed(desk, since)) == len(told) + 1
    assert not {"contacts", "staff", "documents"} & {
        one["register"] for one in followed(desk, "0.0", 500)
    }
    body = desk.get(f"{CHANGES}?limit=500").content.decode()
    for person in StaffMember.objects.all()[:50]:
        assert person.name not in body
    author = ChangeSet.objects.latest("at").by
    assert author.username not in body
    client = Client()
    client.force_login(user_with(Role.CLIENT))
    assert client.get(CHANGES).status_code == 403
    for wrong in ("x", "1", "1.x", "-1.0", "1.0.0"):
        assert desk.get(f"{CHANGES}?since={wrong}").status_code == 400


def test_the_difference_is_that_of_the_two_days(desk):
    first, last = date(2025, 2, 18), date(2025, 5, 21)
    asked = {"from": first.isoformat(), "to": last.isoformat()}
    told = desk.get(DIFFERENCE, asked).json()
    before, now = progress(first), progress(last)
    assert [one["code"] for one in told["measures"]] == [one.code for one in now.measures]
    for one in told["measures"]:
        code = one["code"]
        assert one["from"]["done"] == before.measure(code).told
        assert one["to"]["done"] == now.measure(code).told
        # Private facilities outside the rollout are no rows of the progress.
        if one["change"] is not None and code != "connected_private":
            assert one["change"] == sum(
                _done(pair["to"]) - _done(pair["from"])
                for facility in told["facilities"]
                for name, pair in facility["measures"].items()
                if name == code
            )
    same = desk.get(DIFFERENCE, {"from": "2025-05-21", "to": "2025-05-21"}).json()
    assert same["facilities"] == []
    assert {one["change"] for one in same["measures"]} <= {0, None}
    for wrong, named in [
        ({}, {"from", "to"}),
        ({"from": "2025-05-21"}, {"to"}),
        ({"from": "2025-05-22", "to": "2025-05-21"}, {"from"}),
        ({"from": "x", "to": "2025-05-21"}, {"from"}),
        (asked | {"on": "2025-05-21"}, {"on"}),
    ]:
        refused = desk.get(DIFFERENCE, wrong)
        assert refused.status_code == 400
        assert set(refused.json()["errors"]) == named


def _done(cell: dict | None) -> int:
    return (cell or {}).get("done") or 0
