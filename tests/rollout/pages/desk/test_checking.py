"""The queue: accepted or returned field by field; what changed nothing is seen in one go."""

from datetime import date

import pytest
from django.utils.html import escape

from connectivity.models import ConnectionStep
from facilities.checking import judge, remarks_of, waiting
from facilities.models import ChangeSet, Role
from facilities.registers.entering import begin, enter, withdraw_row
from rollout.registers.catalogue import REGISTERS
from signatures.models import Certificate, CertificateEvent
from tests.entering import open_change_set, put
from tests.factories import DocumentFactory, user_with

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 21)


@pytest.fixture
def officer(connected):
    return user_with(Role.OFFICER, facility=connected[0])


def reported(officer, facility, *, document=None, **cells) -> ChangeSet:
    change_set = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=facility)
    enter(
        register=REGISTERS["connections"],
        row=facility,
        values=cells,
        change_set=change_set,
        on=ON,
        document=document,
    )
    return change_set


def verdicts(change_set, **by_column) -> dict:
    """column="accept", or the reason of a return."""
    data = {}
    for edit in change_set.edits.all():
        word = by_column.get(edit.column, "accept")
        data[f"verdict-{edit.pk}"] = "accept" if word == "accept" else "return"
        data[f"because-{edit.pk}"] = "" if word == "accept" else word
    return data


def step(facility, name):
    return ConnectionStep.objects.known().get(facility=facility, step=name)


def test_what_an_officer_wrote_waits_and_what_the_desk_wrote_does_not(
    client, department, officer, connected
):
    change_set = reported(officer, connected[0], connected=date(2025, 3, 1))
    begin(kind=ChangeSet.Kind.FORM, by=department)
    assert [waits.pk for waits in waiting()] == [change_set.pk]
    assert client.get("/desk/checking/").context["lines"][0][0].pk == change_set.pk


def test_accepted_with_a_paper_it_counts_as_checked(client, department, officer, connected):
    change_set = reported(
        officer, connected[0], connected=date(2025, 3, 1), document=DocumentFactory()
    )
    client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set))
    fact = step(connected[0], "connected")
    assert fact.checked_by == department
    assert not waiting().exists()


def test_accepted_without_a_paper_it_stays_reported(client, department, officer, connected):
    change_set = reported(officer, connected[0], connected=date(2025, 3, 1))
    client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set))
    assert step(connected[0], "connected").checked_at is None
    assert not waiting().exists()


def test_it_says_who_accepted_a_cell_and_asks_no_more(client, department, officer, connected):
    change_set = reported(
        officer, connected[0], connected=date(2025, 3, 1), first_message=date(2025, 3, 5)
    )
    first = change_set.edits.order_by("pk").first()
    address = f"/desk/checking/{change_set.pk}/"
    client.post(address, {f"verdict-{first.pk}": "accept"})
    page = client.get(address).text
    assert f'name="verdict-{first.pk}"' not in page
    assert f"{escape(str(department))}, " in page


def test_returned_with_a_reason_it_comes_back_to_the_field_until_mended(
    client, department, officer, connected
):
    change_set = reported(
        officer, connected[0], connected=date(2025, 3, 1), first_message=date(2025, 3, 5)
    )
    client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set, connected="Sai năm"))
    (remark,) = remarks_of([connected[0].pk])
    assert (remark.column, remark.returned_because) == ("connected", "Sai năm")

    reported(officer, connected[0], connected=date(2025, 3, 3))
    assert remarks_of([connected[0].pk]) == []


def test_a_return_without_a_reason_is_refused_and_nothing_is_noted(
    client, department, officer, connected
):
    change_set = reported(officer, connected[0], connected=date(2025, 3, 1))
    answer = client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set, connected=" "))
    assert answer.status_code == 400
    assert waiting().filter(open_cells=1).exists()


def test_reports_without_a_change_are_seen_in_one_go(client, department, officer, connected):
    quiet = [begin(kind=ChangeSet.Kind.REPORT, by=officer, facility=connected[0]) for _ in range(3)]
    loud = reported(officer, connected[0], connected=date(2025, 3, 1))
    client.post("/desk/checking/", {"change_set": [change_set.pk for change_set in [*quiet, loud]]})
    assert [waits.pk for waits in waiting()] == [loud.pk]


def test_nobody_checks_the_own_report(client, connected):
    both = user_with(Role.DEPARTMENT)
    change_set = reported(both, connected[0], connected=date(2025, 3, 1))
    client.force_login(both)
    assert client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set)).status_code == 400
    assert waiting().filter(open_cells=1).exists()


def test_a_day_mended_since_is_not_checked_by_accepting_the_one_before(
    client, department, officer, connected
):
    change_set = reported(
        officer, connected[0], connected=date(2025, 3, 1), document=DocumentFactory()
    )
    enter(
        register=REGISTERS["connections"],
        row=connected[0],
        values={"connected": date(2025, 3, 2)},
        change_set=begin(kind=ChangeSet.Kind.FORM, by=department, because="as the minutes say"),
        on=ON,
    )
    assert client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set)).status_code == 302
    fact = step(connected[0], "connected")
    assert (fact.happened_on, fact.checked_at) == (date(2025, 3, 2), None)


def issued(officer, place) -> ChangeSet:
    """An officer says that a certificate was issued, and until when it holds: one fact."""
    register = REGISTERS["certificates"]
    row = put(register, None, facility=place.code, holder="Lan", requested=date(2025, 1, 10))
    change_set = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=place)
    cells = {"issued": date(2025, 2, 1), "valid-until": date(2027, 2, 1)}
    enter(
        register=register,
        row=row,
        values=cells,
        change_set=change_set,
        on=ON,
        document=DocumentFactory(),
    )
    return change_set


@pytest.mark.parametrize(("word", "is_checked"), [("accept", True), ("Sai năm", False)])
def test_a_fact_is_checked_when_none_of_its_cells_is_returned(
    client, department, officer, connected, word, is_checked
):
    change_set = issued(officer, connected[0])
    data = verdicts(change_set)
    until = change_set.edits.get(column="valid-until")
    if word != "accept":
        data |= {f"verdict-{until.pk}": "return", f"because-{until.pk}": word}
    client.post(f"/desk/checking/{change_set.pk}/", data)
    fact = CertificateEvent.objects.known().get(kind="issued")
    assert bool(fact.checked_at) is is_checked


def test_a_fact_whose_cells_are_accepted_one_after_the_other_is_checked_with_the_last(
    client, department, officer, connected
):
    change_set = issued(officer, connected[0])
    for edit in change_set.edits.all():
        fact = CertificateEvent.objects.known().get(kind="issued")
        assert not fact.checked_at
        client.post(f"/desk/checking/{change_set.pk}/", {f"verdict-{edit.pk}": "accept"})
    assert CertificateEvent.objects.known().get(kind="issued").checked_at


def test_accepting_many_cells_asks_no_query_for_each_row(
    department, officer, connected, django_assert_max_num_queries
):
    register, place = REGISTERS["certificates"], connected[0]
    rows = [put(register, None, facility=place.code, holder=f"Lan {n}") for n in range(12)]
    change_set = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=place)
    for row in rows:
        enter(
            register=register,
            row=row,
            values={"requested": date(2025, 1, 10)},
            change_set=change_set,
            on=ON,
        )
    keys = list(change_set.edits.values_list("pk", flat=True))
    with django_assert_max_num_queries(10):
        judge(
            change_set=change_set,
            returned={},
            accepted=keys,
            registers=REGISTERS,
            by=department,
            on=ON,
        )


def test_nothing_is_owed_about_a_row_that_was_withdrawn(client, department, officer, connected):
    change_set = issued(officer, connected[0])
    client.post(f"/desk/checking/{change_set.pk}/", verdicts(change_set, issued="Sai năm"))
    assert len(remarks_of([connected[0].pk])) == 1
    row = Certificate.objects.get()
    register = REGISTERS["certificates"]
    withdraw_row(register=register, row=row, change_set=open_change_set("entered twice"), on=ON)
    assert remarks_of([connected[0].pk]) == []


def test_a_forged_list_of_reports_is_no_fault_of_the_server(client, department):
    assert client.post("/desk/checking/", {"change_set": ["no-key"]}).status_code == 302


def test_goes_by_paper_and_what_is_returned_names_its_record(
    client, department, officer, connected
):
    """Three names on one list with a photo: the photo once, one name returned, the others accepted."""
    register, paper = REGISTERS["certificates"], DocumentFactory(file="documents/a.jpg")
    change_set = begin(kind=ChangeSet.Kind.FORM, by=officer, facility=connected[0])
    for holder in ("Lan", "Mai", "Hoa"):
        row = put(register, None, facility=connected[0].code, holder=holder)
        day = {"requested": date(2025, 1, 10)}
        enter(register=register, row=row, values=day, change_set=change_set, on=ON, document=paper)
    bare = {"unit": "Khoa Nội"}
    enter(register=register, row=row, values=bare, change_set=change_set, on=ON)
    address = f"/desk/checking/{change_set.pk}/"
    page = client.get(address)
    assert [
        (document, is_picture, [item["line"].title for item in items])
        for document, is_picture, items in page.context["papers"]
    ] == [(paper, True, ["Lan", "Mai", "Hoa"]), (None, False, ["Hoa"])]
    assert page.text.count("<img") == 1

    mai = change_set.edits.get(column="requested", row=register.model.objects.get(holder="Mai").pk)
    said = verdicts(change_set) | {f"verdict-{mai.pk}": "return", f"because-{mai.pk}": "Mờ chữ ký"}
    client.post(address, said)
    assert not waiting().exists()
    client.force_login(officer)
    (line,) = [one for one in client.get("/my/").context["first"] if one[0].kind == "returned"]
    assert line[-1] == "Mai"
