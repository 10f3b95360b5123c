"""The registers in the API: the rows of the desk's lists, in pieces or as files, without names of people."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.test import Client

from facilities.models import ApiToken, Facility, FacilityArea, Role
from rollout.api.offered import OFFERED
from rollout.models import MilestoneEvent
from rollout.registers.catalogue import REGISTERS
from signatures.models import Certificate
from tests import factories
from tests.factories import user_with
from tests.writing import write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bac_giang")]

ON = date(2025, 5, 21)
OWN = "bg-ttyt-lucnam"
URL = "/api/v1/registers/"


@pytest.fixture
def department(client) -> Client:
    client.force_login(user_with(Role.DEPARTMENT, language="en"))
    return client


def ask(client: Client, register: str, **query) -> dict:
    answer = client.get(f"{URL}{register}/", {"on": "2025-05-21"} | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def followed(client: Client, register: str, **query) -> list[dict]:
    """Every row of a list, piece by piece."""
    rows, piece = [], ask(client, register, **query)
    while True:
        rows += piece["rows"]
        if piece["next"] is None:
            return rows
        piece = client.get(piece["next"]).json()


def refused(client: Client, register: str, **query) -> dict:
    answer = client.get(f"{URL}{register}/", query)
    assert answer.status_code == 400, answer.content
    return answer.json()["errors"]


def test_what_there_is_to_read_says_what_its_columns_mean(department):
    found = {one["code"]: one for one in department.get(URL).json()["registers"]}
    assert {"facilities", "procurements", "certificates", "connections"} <= found.keys()
    assert not {"contacts", "staff", "people", "documents"} & found.keys()
    path = next(c for c in found["procurements"]["columns"] if c["code"] == "path")
    assert {"code": "rental", "label": "Cloud rental"} in path["choices"]
    for one in found.values():
        assert department.get(one["url"]).status_code == 200


@pytest.mark.parametrize("register", ["contacts", "staff", "people", "documents", "nothing"])
def test_registers_of_people_and_papers_are_read_in_person(department, register):
    assert department.get(f"{URL}{register}/").status_code == 404


@pytest.mark.parametrize("sort", ["", "facility", "-stage"])
@pytest.mark.parametrize("limit", [1, 5, 500])
def test_pieces_lose_and_repeat_nothing(department, sort, limit):
    asked = {"limit": limit} | ({"sort": sort} if sort else {})
    rows = followed(department, "procurements", **asked)
    every = set(REGISTERS["procurements"].base(ON).values_list("pk", flat=True))
    assert len(rows) == len(every) == ask(department, "procurements")["count"]
    assert {row["key"] for row in rows} == every


def test_the_values_are_those_of_the_list(department):
    rows = {row["key"]: row["values"] for row in followed(department, "connections")}
    kept = REGISTERS["connections"].values(list(rows), ON)
    for key, values in rows.items():
        for code, value in values.items():
            said = kept[key][code]
            assert value == (said.isoformat() if isinstance(said, date) else said or None)


def test_filters_of_the_list_choose_and_travel_along(department):
    some = followed(department, "certificates", facility=[OWN, "bg-ttyt-tanyen"], limit=100)
    assert {row["values"]["facility"] for row in some} == {OWN, "bg-ttyt-tanyen"}
    places = Certificate.objects.filter(facility__code__in=[OWN, "bg-ttyt-tanyen"])
    assert len(some) == places.count()


def test_a_file_holds_the_same_rows(department):
    answer = department.get(
        f"{URL}connections/", {"on": "2025-05-21", "format": "csv", "fields": "facility"}
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert len(rows) - 1 == ask(department, "connections")["count"]
    book = department.get(f"{URL}connections/", {"format": "xlsx"})
    assert "spreadsheetml" in book["Content-Type"]
    assert b"".join(book.streaming_content)[:2] == b"PK"
    asked = {"accept": "text/csv", "accept-language": "en"}
    by_accept = department.get(f"{URL}connections/", {"fields": "facility"}, headers=asked)
    assert by_accept["Content-Type"].startswith("text/csv")
    refused = department.get(f"{URL}connections/", {"x": "1"}, headers=asked)
    assert (refused.status_code, "x" in refused.json()["errors"]) == (400, True)


def test_no_name_of_a_person_is_told_to_anybody(department):
    name = "Nguyễn Thị Chưa Từng Có"
    holder = factories.CertificateFactory(facility=Facility.objects.get(code=OWN), holder=name)
    body = department.get(f"{URL}certificates/{holder.pk}/").content.decode()
    assert str(holder.pk) in body
    assert name not in body
    for query in ({"fields": "holder"}, {"sort": "holder"}, {"holder_is": "given"}, {"q": "chua"}):
        assert refused(department, "certificates", **query)
    listed = department.get(
        f"{URL}certificates/", {"facility": OWN, "format": "csv"}
    ).streaming_content
    assert name not in b"".join(listed).decode()


def test_everything_wrong_is_named_at_once(department):
    found = refused(
        department,
        "procurements",
        on="21/5",
        nothing="1",
    )
    assert "on" in found
    found = refused(
        department, "procurements", nothing="1", fields="x", sort="y", limit="0", format="pdf"
    )
    assert found.keys() == {"nothing", "fields", "sort", "limit", "format"}
    assert "facility" in found["fields"][0]
    assert refused(department, "procurements", page="2").keys() == {"page"}
    assert refused(department, "procurements", sort="facility", after="2").keys() == {"after"}
    assert refused(department, "procurements", path="nothing").keys() == {"path"}


def test_who_has_these_facts_gets_304_until_one_changes(department):
    address = f"{URL}milestones/?on=2025-05-21"
    tag = department.get(address)["ETag"]
    assert department.get(address, headers={"if-none-match": tag}).status_code == 304
    place = Facility.objects.get(code=OWN)
    MilestoneEvent.objects.filter(facility=place, milestone="decision").delete()
    write(MilestoneEvent(facility=place, milestone="decision", happened_on=ON))
    assert department.get(address, headers={"if-none-match": tag}).status_code == 200


class TestReaders:
    """Whoever opens the rows behind the figures, each of their places."""

    @pytest.fixture
    def one(self):
        return Certificate.objects.filter(facility__code=OWN).earliest("pk")

    @pytest.mark.parametrize(
        ("role", "held", "places"),
        [
            (Role.LEADER, {}, None),
            (Role.OFFICER, {"facility": OWN}, {OWN}),
            (Role.HEAD, {"facility": OWN}, {OWN}),
            (Role.DEPARTMENT, {"area": OWN}, {OWN}),
            (Role.OFFICER, {"facility": "bg-ttyt-tanyen"}, {"bg-ttyt-tanyen"}),
        ],
    )
    def test_each_reads_the_own_places(self, client, one, role, held, places):
        client.force_login(user_with(role, **_places(held)))
        found = ask(client, "connections", limit=500)
        assert found["partial"] == (places is not None)
        named = {row["values"]["facility"] for row in found["rows"]}
        assert named >= places if places else len(named) > 10
        if places:  # in an area lie clinics beside the hospital
            assert len(named & {OWN, "bg-ttyt-tanyen"}) == 1
        row = client.get(f"{URL}certificates/{one.pk}/", {"on": "2025-05-21"})
        assert row.status_code == (200 if places is None or OWN in places else 404)

    @pytest.mark.parametrize(("scope", "status"), [("progress:read", 403), ("registers:read", 200)])
    def test_a_key_needs_the_scope_of_rows(self, client, scope, status):
        _token, key = ApiToken.make(
            user=user_with(Role.CLIENT), label="x", scope=scope, expires_on=date(2100, 1, 1)
        )
        for url in (URL, f"{URL}connections/"):
            answer = client.get(url, headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == status

    @pytest.mark.parametrize("role", [Role.AGENCY, Role.CLIENT, Role.ADMINISTRATOR])
    def test_whom_rows_are_not_for(self, client, role):
        held = {"agency": factories.AgencyFactory()} if role == Role.AGENCY else {}
        client.force_login(user_with(role, **held))
        assert client.get(f"{URL}connections/").status_code == 403

    def test_its_rows_are_not_made_here(self, department):
        assert department.post(f"{URL}connections/").status_code == 405


def _places(held: dict[str, str]) -> dict:
    if code := held.get("area"):
        lies_in = FacilityArea.objects.in_force(ON).filter(facility__code=code).last()
        return {"area": lies_in.area}
    return {"facility": Facility.objects.get(code=held["facility"])} if held else {}


def test_every_register_answers(department):
    for code in OFFERED:
        assert ask(department, code, limit=1)["register"] == code


def test_no_file_names_a_person_even_to_say_which_row_is_which(department):
    for code, register in OFFERED.items():
        column = next(c for c in register.columns if not c.personal)
        asked = {"on": "2025-05-21", "format": "csv", "fields": column.code}
        file = department.get(f"{URL}{code}/", asked).streaming_content
        head = next(csv.reader(StringIO(next(iter(file)).decode("utf-8-sig")), delimiter=","))
        assert not set(head) & {c.heading() for c in register.columns if c.personal}, code
