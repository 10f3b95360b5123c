"""Acts through the API: those of the pages, by the same people, through the same services."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from facilities import clock
from facilities.models import (
    ApiToken,
    ChangeSet,
    Document,
    Edit,
    Facility,
    FacilityArea,
    Role,
)
from rollout.models import CouncilMeeting, Directive, Obstacle, StatusReport
from tests.factories import AgencyFactory, user_with
from tests.papers import PDF
from tests.rollout.api.test_api_writing import OTHER, OWN, change, client_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

V1 = "/api/v1"
Scope = ApiToken.Scope


def officer(code: str = OWN):
    return user_with(Role.OFFICER, facility=Facility.objects.get(code=code), language="en")


def brought(client: Client, content: bytes = PDF, **headers):
    body = {"file": SimpleUploadedFile("x.pdf", content), "title": "Decision", "number": "12/QD"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"{V1}/papers/", body, headers=named)


def milestones_of(client: Client, code: str) -> dict:
    rows = client.get(f"{V1}/registers/milestones/?facility={code}").json()["rows"]
    assert len(rows) == 1
    return rows[0]


def test_an_officer_writes_of_the_own_facility_and_the_department_judges():
    person = officer()
    own = client_of(person, key=Scope.WRITE)
    row = own.get(f"{V1}/registers/procurements/?facility={OWN}").json()["rows"][0]
    steps = own.get(f"{row['url']}steps/").json()["steps"]
    step = next(one for one in steps if one["state"] == "next")
    today = clock.today().isoformat()

    paper = brought(own, idempotency_key="p-1")
    assert paper.status_code == 201, paper.content
    assert brought(own, idempotency_key="p-1").json() == paper.json()
    number = paper.json()["paper"]
    assert Document.objects.get(pk=number).recorded_by == person

    told = {"step": step["code"], "values": {step["day"]: today}, "paper": number}
    stored = send(own, f"{row['url']}steps/", told, if_match=row["version"])
    assert stored.status_code == 200, stored.content
    assert stored.json()["values"][step["day"]] == today
    change_set = ChangeSet.objects.get(pk=stored.json()["change_set"])
    assert (change_set.by, change_set.facility.code) == (person, OWN)
    edit = Edit.objects.get(change_set=change_set)
    assert edit.document_id == number
    # As the officer's pages refuse: a plan, another facility, a withdrawal, another's paper.
    planned = next(c for c in row["values"] if c.startswith(("target", "planned", "plan")))
    now = stored.json()
    assert change(own, now, **{planned: today}).status_code == 422
    desk = client_of(user_with(Role.DEPARTMENT, language="en"), key=Scope.WRITE)
    elsewhere = milestones_of(desk, OTHER)
    assert change(own, elsewhere, "*", **{step["day"]: today}).status_code == 403
    strange = brought(desk).json()["paper"]
    refused = send(own, f"{row['url']}steps/", told | {"paper": strange})
    assert set(refused.json()["errors"]) == {"paper"}
    assert own.get(f"{V1}/checking/").status_code == 403

    waiting = desk.get(f"{V1}/checking/").json()
    mine = next(one for one in waiting["change_sets"] if one["change_set"] == str(change_set.pk))
    assert [cell["new"] for cell in mine["cells"]] == [edit.new]
    by_area = FacilityArea.objects.in_force(clock.today()).get(facility__code=OTHER).area
    other = client_of(user_with(Role.DEPARTMENT, area=by_area))
    assert send(other, mine["url"], {"accept": [edit.pk]}).status_code == 404
    words = {"returned": [{"cell": edit.pk, "because": "Not this day"}]}
    assert send(own, mine["url"], words).status_code == 403
    assert send(desk, mine["url"], {"accept": [edit.pk + 10**6]}).status_code == 400
    judged = send(desk, mine["url"], words)
    assert (judged.status_code, judged.json()["left"]) == (200, 0)
    edit.refresh_from_db()
    assert edit.returned_because == "Not this day"
    assert send(desk, mine["url"], {"accept": [edit.pk]}).status_code == 404

    undo = f"{V1}/change-sets/{change_set.pk}/undo/"
    assert send(own, undo, {"because": "x"}).status_code == 403
    assert send(desk, undo, {"because": ""}).status_code == 400
    back = send(desk, undo, {"because": "Entered twice"})
    assert back.status_code == 200, back.content
    assert own.get(row["url"]).json()["values"] == row["values"]
    assert send(desk, undo, {"because": "Again"}).status_code == 422


def test_the_week_is_reported_by_the_own_officer_once():
    own, report = client_of(officer(), key=Scope.WRITE), f"{V1}/facilities/{OWN}/reports/"
    before = StatusReport.objects.count()
    first, again = send(own, report, {}), send(own, report, {})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["facility"] == OWN
    assert first.json()["due_on"] == again.json()["due_on"]
    assert StatusReport.objects.count() - before == (1 if first.json()["due_on"] else 0)
    assert send(own, report, {"nothing_changed": True}).status_code == 400
    for client in (
        client_of(officer(OTHER)),
        client_of(user_with(Role.DEPARTMENT)),
        client_of(officer(), key=Scope.REGISTERS),
    ):
        assert send(client, report, {}).status_code == 403


def test_an_obstacle_from_its_raising_to_its_end():
    desk = client_of(user_with(Role.DEPARTMENT, language="en"), key=Scope.PROGRAMME_WRITE)
    today = clock.today()
    new = {
        "code": "api-1",
        "name_vi": "Thieu may chu",
        "kind": "budget",
        "raised_by": "So Y te",
        "raised_on": "2025-04-01",
    }
    assert send(desk, f"{V1}/obstacles/", new | {"agency": "nobody"}).status_code == 422
    made = send(desk, f"{V1}/obstacles/", new)
    assert made.status_code == 201, made.content
    url = made["Location"]
    hold = {"facilities": [OWN], "milestone": "official", "since": "2025-04-02"}
    for act, body, status in [
        ("hold", hold | {"facilities": ["nobody"]}, 422),
        ("hold", hold, 200),
        ("hold", hold, 422),
        (
            "end",
            {"facility": OTHER, "milestone": "official", "ends_on": "2025-04-20", "because": "x"},
            422,
        ),
        (
            "end",
            {"facility": OWN, "milestone": "official", "ends_on": "2025-04-20", "because": "x"},
            200,
        ),
        ("change", {"supplier": "A company", "because": "Told since"}, 200),
        ("urge", {"happened_on": "2025-04-10", "whom": "A company"}, 200),
        ("propose", {"text_vi": "Thue", "proposed_on": "2025-04-11", "proposer": "unknown"}, None),
        ("clear", {"cleared_on": "2025-03-01"}, 422),
        ("clear", {"cleared_on": today.isoformat()}, 200),
    ]:
        answer = send(desk, f"{url}{act}/", body)
        assert status is None or answer.status_code == status, (act, answer.content)
    read = desk.get(url).json()
    assert read["supplier"] == "A company"
    assert read["cleared_on"] == today.isoformat()
    assert [(one["facility"], one["until"]) for one in read["holds"]] == [(OWN, "2025-04-20")]
    assert read["code"] in [one["code"] for one in desk.get(f"{V1}/obstacles/").json()["obstacles"]]
    for client in (
        client_of(user_with(Role.LEADER)),
        client_of(officer()),
        client_of(user_with(Role.DEPARTMENT), key=Scope.WRITE),
        client_of(user_with(Role.CLIENT), key=Scope.PROGRAMME_WRITE),
    ):
        assert send(client, f"{url}withdraw/", {"because": "x"}).status_code == 403
    assert send(desk, f"{url}withdraw/", {"because": "Twice"}).status_code == 200
    assert desk.get(url).status_code == 404
    assert Obstacle.objects.get(code="api-1").withdrawn_because == "Twice"


def test_a_council_gets_its_day_its_ruling_and_its_conditions():
    desk = client_of(user_with(Role.DEPARTMENT, language="en"), key=Scope.PROGRAMME_WRITE)
    row = CouncilMeeting.objects.create(
        code="api-1", facility=Facility.objects.get(code=OWN), level="facility", basis="A decision"
    )
    url = f"{V1}/councils/{row.code}/"
    days = {"scheduled_on": "2025-05-20", "set_on": "2025-05-10"}
    for act, body, status in [
        ("ask", {"text": "x", "owner": "y", "due_on": "2025-06-10"}, 422),
        ("fix", days | {"scheduled_on": "2025-05-01"}, 422),
        ("fix", days | {"override": "Told to"}, 200),
        ("rule", {"held_on": "2025-05-20", "conclusion": "nothing"}, 400),
        ("rule", {"held_on": "2025-05-20", "conclusion": "conditions"}, 200),
        ("ask", {"text": "Backups", "owner": "IT", "due_on": "2025-06-10"}, 200),
        ("fulfil", {"condition": 10**9, "met_on": "2025-05-30"}, 422),
    ]:
        answer = send(desk, f"{url}{act}/", body)
        assert answer.status_code == status, (act, answer.content)
    [condition] = desk.get(url).json()["conditions"]
    met = {"condition": condition["condition"], "met_on": "2025-05-30"}
    for client in (client_of(officer()), client_of(user_with(Role.LEADER))):
        assert send(client, f"{url}fulfil/", met).status_code == 403
    assert send(desk, f"{url}fulfil/", met).status_code == 200
    read = desk.get(url).json()
    assert (read["held_on"], read["conclusion"]) == ("2025-05-20", "conditions")
    assert read["conditions"][0]["met_on"] == "2025-05-30"


def test_a_directive_is_answered_by_its_agency_and_judged_by_another():
    lead, stranger = AgencyFactory(), AgencyFactory()
    leader = client_of(user_with(Role.LEADER, language="en"), key=Scope.PROGRAMME_WRITE)
    agency = client_of(user_with(Role.AGENCY, agency=lead), key=Scope.PROGRAMME_WRITE)
    other = client_of(user_with(Role.AGENCY, agency=stranger), key=Scope.PROGRAMME_WRITE)
    today = clock.today()
    new = {
        "text_vi": "Bao cao",
        "issued_on": "2025-05-01",
        "issued_by": "UBND",
        "lead": lead.code,
        "document_number": "7/UBND",
    }
    assert send(agency, f"{V1}/directives/", new).status_code == 403
    assert send(leader, f"{V1}/directives/", new | {"lead": "x-y"}).status_code == 422
    made = send(leader, f"{V1}/directives/", new, idempotency_key="d-1")
    assert made.status_code == 201, made.content
    url = made["Location"]
    assert [one["code"] for one in agency.get(f"{V1}/directives/").json()["directives"]] == [
        made.json()["code"]
    ]
    assert (agency.get(url).status_code, other.get(url).status_code) == (200, 404)

    later = (today + timedelta(days=30)).isoformat()
    told = {"agency": lead.code, "happened_on": "2025-05-10", "note": "Done"}
    proof = brought(agency).json()["paper"]
    for client, act, body, status in [
        (leader, "move", {"on": "2025-05-02", "due_on": later, "because": "Late"}, 200),
        (agency, "answer", told, 422),  # without evidence
        (agency, "answer", told | {"paper": proof, "agency": stranger.code}, 403),
        (other, "answer", told | {"paper": proof}, 404),
        (agency, "answer", told | {"paper": proof}, 200),
        (agency, "close", {"happened_on": "2025-05-11"}, 403),
        (leader, "return", told | {"note": "Which?"}, 200),
        (agency, "answer", told | {"paper": proof, "happened_on": "2025-05-12"}, 200),
        (leader, "close", {"happened_on": "2025-05-13"}, 200),
        (leader, "close", {"happened_on": "2025-05-13"}, 422),
    ]:
        answer = send(client, f"{url}{act}/", body)
        assert answer.status_code == status, (act, answer.content)
    read = leader.get(url).json()
    assert (read["state"], read["closed_on"], read["due_on"]) == ("closed", "2025-05-13", later)
    taken = read["events"][-1]["entry"]
    gone = send(leader, f"{url}withdraw-event/", {"entry": taken, "because": "Too early"})
    assert gone.status_code == 200
    assert leader.get(url).json()["state"] == "answered"
    assert Directive.objects.get(code=read["code"]).issued_on == date(2025, 5, 1)
