"""Writing registers through the API: what the desk allows, by its rules, in change sets, all or nothing."""

from datetime import date

import pytest
from django.test import Client

from equipment.models import Procurement
from facilities.models import ApiToken, ChangeSet, Edit, Facility, FacilityArea, LogEntry, Role
from facilities.registers import entering
from rollout.models import ApiCall
from rollout.registers import writing
from rollout.registers.catalogue import REGISTERS
from tests.factories import user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

URL = "/api/v1/registers/"
OWN, OTHER = "bg-ttyt-lucnam", "bg-ttyt-tanyen"
FILES = f"{URL}procurements/"
Scope = ApiToken.Scope


def client_of(user, *, key: str | None = None) -> Client:
    client = Client()
    if key is None:
        client.force_login(user)
        return client
    made = ApiToken.make(user=user, label="x", scope=key, expires_on=date(2100, 1, 1))[1]
    return Client(headers={"authorization": f"Bearer {made}"})


@pytest.fixture
def desk() -> Client:
    return client_of(user_with(Role.DEPARTMENT, language="en"), key=Scope.WRITE)


def send(client: Client, address: str, body, *, method="post", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(address, body, content_type="application/json", headers=named)


def new(code: str, facility: str = OWN, **more) -> dict:
    values = {"code": code, "title": f"File {code}", "facility": facility, "path": "purchase"}
    return {"values": values | more}


def made(client: Client, code: str, facility: str = OWN) -> dict:
    answer = send(client, FILES, new(code, facility))
    assert answer.status_code == 201, answer.content
    return answer.json()


def change(client: Client, row: dict, version: str = "", **values):
    tag = version or row["version"]
    body = {"values": values, "because": "Told wrong"}
    return send(client, row["url"], body, method="patch", if_match=tag)


def counts() -> tuple[int, ...]:
    models = (Procurement, ChangeSet, Edit, LogEntry, ApiCall)
    return tuple(model.objects.count() for model in models)


def test_a_row_is_entered_changed_and_withdrawn_by_change_sets(desk):
    answer = send(desk, FILES, new("API-1"))
    assert answer.status_code == 201
    row = answer.json()
    assert answer["Location"] == row["url"]
    assert row["values"]["title"] == "File API-1"
    change_set = ChangeSet.objects.get(pk=row["change_set"])
    token = ApiToken.objects.get()
    assert change_set.by == token.user
    assert change_set.log_entry.subject == token.prefix

    read = desk.get(row["url"])
    assert read.json()["version"] == row["version"]
    changed = change(desk, row, read["ETag"], title="Another title")
    assert changed.status_code == 200
    assert changed.json()["values"]["title"] == "Another title"
    edit = Edit.objects.get(change_set=changed.json()["change_set"])
    assert (edit.column, edit.old, edit.new, edit.because) == (
        "title",
        "File API-1",
        "Another title",
        "Told wrong",
    )
    again = change(desk, changed.json(), title="Another title").json()
    assert (again["outcome"], again["change_set"]) == ("unchanged", None)

    gone = f"{row['url']}withdraw/"
    assert send(desk, gone, {}, if_match="*").status_code == 400
    ended = send(desk, gone, {"because": "Twice"}, if_match=changed.json()["version"])
    assert ended.status_code == 200
    assert desk.get(row["url"]).status_code == 404
    assert Procurement.objects.get(code="API-1").withdrawn_because == "Twice"


def test_another_version_is_refused_with_both(desk):
    row = made(desk, "API-1")
    assert change(desk, row, title="First").status_code == 200
    for answer in (
        change(desk, row, title="Second"),
        send(desk, f"{row['url']}withdraw/", {"because": "x"}, if_match=row["version"]),
    ):
        assert answer.status_code == 412
        assert answer.json()["current"]["title"] == "First"
    told = change(desk, row, title="Second").json()
    assert told["sent"] == {"title": "Second"}
    assert change(desk, row, told["version"], title="Second").status_code == 200
    assert send(desk, row["url"], {"values": {}}, method="patch").status_code == 428


def test_what_cannot_be_is_named_by_cell_and_leaves_nothing(desk):
    row = made(desk, "API-1")
    before = counts()
    cases = [
        ({"values": {}}, 422, {"code", "title", "facility", "path"}),
        (new("API-2", path="nothing"), 422, {"path"}),
        (new("API-2", nothing="x", title=7), 422, {"nothing", "title"}),
        (new("API-2", **{"reached-need": "21/05/2025"}), 422, {"reached-need"}),
        (new("API-2", **{"reached-need": "2099-01-01"}), 422, {"reached-need"}),
        (new("API-1"), 422, {"code"}),
        ({"values": [], "more": 1}, 400, {"values", "more"}),
        ([], 400, {""}),
    ]
    for body, status, named in cases:
        answer = send(desk, FILES, body)
        assert answer.status_code == status, (body, answer.content)
        assert set(answer.json()["errors"]) == named
    without = send(
        desk, row["url"], {"values": {"title": "x"}}, method="patch", if_match=row["version"]
    )
    assert set(without.json()["errors"]) == {"because"}
    assert desk.post(FILES, "code=1", content_type="text/csv").status_code == 415
    assert send(desk, f"{FILES}?x=1", new("API-2")).status_code == 400
    assert counts() == before


def test_a_call_sent_again_gets_the_first_answer_and_another_one_is_refused(desk):
    first = send(desk, FILES, new("API-1"), idempotency_key="k-1")
    before = counts()
    again = send(desk, FILES, new("API-1"), idempotency_key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert again["Idempotency-Replayed"] == "true"
    for body, address in ((new("API-2"), FILES), (new("API-1"), f"{URL}lots/")):
        assert send(desk, address, body, idempotency_key="k-1").status_code == 422
    assert send(desk, FILES, new("API-2"), idempotency_key="a b").status_code == 400
    assert counts() == before
    refused = send(desk, FILES, new("API-1"), idempotency_key="k-2")
    assert refused.status_code == 422
    mended = send(desk, FILES, new("API-2"), idempotency_key="k-2")
    assert mended.status_code == 201
    other = client_of(user_with(Role.DEPARTMENT), key=Scope.WRITE)
    assert send(other, FILES, new("API-3"), idempotency_key="k-1").status_code == 201


def test_many_rows_are_stored_all_or_none_or_those_that_may_be(desk):
    row = made(desk, "API-1")
    stale = dict(row, version="old")
    lines = [
        new("API-2"),
        new("API-3", path="nothing"),
        {"key": row["key"], "version": row["version"], "values": {"title": "New title"}},
        {"key": stale["key"], "version": "old", "values": {"title": "x"}},
        {"key": 10**12, "version": "*", "values": {"title": "x"}},
    ]
    body = {"rows": lines, "because": "From the ledger"}
    before = counts()
    refused = send(desk, f"{FILES}bulk/", body)
    assert refused.status_code == 422
    told = refused.json()
    assert [one["outcome"] for one in told["results"]] == [
        "made",
        "refused",
        "changed",
        "refused",
        "refused",
    ]
    assert [one["refusal"] for one in told["results"] if one["refusal"]] == [
        "not-stored",
        "changed-meanwhile",
        "not-found",
    ]
    assert told["change_set"] is None
    assert counts() == before
    stored = send(desk, f"{FILES}bulk/", body | {"mode": "each"})
    assert stored.status_code == 200
    found = stored.json()
    assert (found["made"], found["changed"], found["refused"]) == (1, 1, 3)
    assert Edit.objects.filter(change_set=found["change_set"]).count() == 2
    fresh = desk.get(found["results"][0]["url"]).json()
    assert fresh["version"] == found["results"][0]["version"]
    whole = send(desk, f"{FILES}bulk/", {"rows": [new("API-4"), new("API-5")]}).json()
    assert whole["made"] == 2
    wrong = send(desk, f"{FILES}bulk/", {"rows": [{"key": row["key"], "values": {}}]})
    assert set(wrong.json()["errors"]) == {"rows.0.version"}


def test_what_fails_half_way_leaves_nothing(desk, monkeypatch):
    before = counts()

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(entering, "_edits", fail)
    desk.raise_request_exception = False
    assert send(desk, FILES, new("API-1"), idempotency_key="k").status_code == 500
    body = {"rows": [new("API-2"), new("API-3")]}
    assert send(desk, f"{FILES}bulk/", body).status_code == 500
    assert counts() == before


def test_the_number_of_queries_does_not_grow_with_the_rows(desk, django_assert_max_num_queries):
    few, many = ({"rows": [new(f"{stem}-{n}") for n in range(size)]} for stem, size in SIZES)
    assert send(desk, f"{FILES}bulk/", few).status_code == 200
    with django_assert_max_num_queries(200) as first:
        send(desk, f"{FILES}bulk/", {"rows": [new("B-1"), new("B-2")]})
    with django_assert_max_num_queries(200) as second:
        assert send(desk, f"{FILES}bulk/", many).status_code == 200
    assert len(second) == len(first)


SIZES = (("API", 1), ("MANY", 40))


def test_who_writes_what_where():
    area = FacilityArea.objects.in_force(date(2025, 5, 21)).filter(facility__code=OWN).last().area
    own = Facility.objects.get(code=OWN)
    cases = [
        (user_with(Role.DEPARTMENT), None, 201, 201),
        (user_with(Role.DEPARTMENT), Scope.WRITE, 201, 201),
        (user_with(Role.DEPARTMENT), Scope.REGISTERS, 403, 403),
        (user_with(Role.DEPARTMENT), Scope.PROGRAMME, 403, 403),
        (user_with(Role.DEPARTMENT, area=area), Scope.WRITE, 201, 422),
        (user_with(Role.LEADER), Scope.WRITE, 403, 403),
        (user_with(Role.OFFICER, facility=own), Scope.WRITE, 403, 403),
        (user_with(Role.CLIENT), Scope.WRITE, 403, 403),
        (user_with(Role.ADMINISTRATOR), None, 403, 403),
    ]
    everywhere = client_of(user_with(Role.DEPARTMENT))
    for number, (user, key, here, there) in enumerate(cases):
        client = client_of(user, key=key)
        found = [
            send(client, FILES, new(f"API-{number}-{place}", place)).status_code
            for place in (OWN, OTHER)
        ]
        assert found == [here, there], (user, key)
        row = made(everywhere, f"FOR-{number}", OTHER)
        changed = change(client, row, title="x").status_code
        assert changed == (200 if there == 201 else 403)
    department = client_of(user_with(Role.DEPARTMENT, area=area))
    assert send(department, f"{URL}kinds/", {"values": {}}).status_code == 403
    assert send(everywhere, f"{URL}agency-contacts/", {"values": {}}).status_code == 403
    assert send(everywhere, f"{URL}staff/", {"values": {}}).status_code == 404
    assert send(everywhere, f"{URL}milestones/", {"values": {}}).status_code == 405


def test_a_session_needs_the_token_of_its_forms():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user_with(Role.DEPARTMENT))
    assert send(strict, FILES, new("API-1")).status_code == 403


def test_a_row_of_facts_goes_on_under_a_new_key(desk):
    made(desk, "API-1")
    lot = {"procurement": "API-1", "facility": OWN, "device-type": "tablet", "quantity": 5}
    row = send(desk, f"{URL}lots/", {"values": lot}).json()
    moved = change(desk, row, quantity=7).json()
    assert moved["key"] != row["key"]
    assert moved["values"]["quantity"] == 7
    assert desk.get(row["url"]).status_code == 404
    assert desk.get(moved["url"]).json()["version"] == moved["version"]


def test_the_version_moves_with_every_told_cell():
    columns = REGISTERS["procurements"].bound(with_names=False)
    empty = {column.code: column.empty for column in columns}
    first = writing.version_of(columns, empty)
    assert first == writing.version_of(columns, dict(empty))
    assert len({first, *(writing.version_of(columns, empty | {c.code: "x"}) for c in columns)}) == (
        len(columns) + 1
    )
