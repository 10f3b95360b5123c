"""The queue: accepted or returned field by field; what changed nothing is seen in one go."""

from datetime import date

import pytest

from connectivity.models import ConnectionStep
from facilities.books.entering import begin, enter
from facilities.checking import remarks, waiting
from facilities.models import Act, Role
from rollout.books import BOOKS
from tests.factories import DocumentFactory, user_with

pytestmark = pytest.mark.django_db
ON = date(2025, 5, 21)


@pytest.fixture
def officer(connected):
    return user_with(Role.OFFICER, facility=connected[0])


def reported(officer, facility, *, document=None, **cells) -> Act:
    act = begin(kind=Act.Kind.FORM, by=officer, facility=facility)
    enter(
        book=BOOKS["connections"],
        row=facility,
        values=cells,
        act=act,
        on=ON,
        document=document,
    )
    return act


def verdicts(act, **by_column) -> dict:
    """column="accept", or the reason of a return."""
    data = {}
    for edit in act.edits.all():
        word = by_column.get(edit.column, "accept")
        data[f"verdict-{edit.pk}"] = "accept" if word == "accept" else "return"
        data[f"because-{edit.pk}"] = "" if word == "accept" else word
    return data


def step(facility, name):
    return ConnectionStep.objects.known().get(facility=facility, step=name)


def test_what_an_officer_wrote_waits_and_what_the_desk_wrote_does_not(
    client, department, officer, connected
):
    act = reported(officer, connected[0], connected=date(2025, 3, 1))
    begin(kind=Act.Kind.FORM, by=department)
    assert [waits.pk for waits in waiting()] == [act.pk]
    assert client.get("/desk/checking/").context["lines"][0][0].pk == act.pk


def test_accepted_with_a_paper_it_counts_as_checked(client, department, officer, connected):
    act = reported(officer, connected[0], connected=date(2025, 3, 1), document=DocumentFactory())
    client.post(f"/desk/checking/{act.pk}/", verdicts(act))
    fact = step(connected[0], "connected")
    assert fact.checked_by == department
    assert not waiting().exists()


def test_accepted_without_a_paper_it_stays_reported(client, department, officer, connected):
    act = reported(officer, connected[0], connected=date(2025, 3, 1))
    client.post(f"/desk/checking/{act.pk}/", verdicts(act))
    assert step(connected[0], "connected").checked_at is None
    assert not waiting().exists()


def test_returned_with_a_reason_it_comes_back_to_the_field_until_mended(
    client, department, officer, connected
):
    act = reported(
        officer, connected[0], connected=date(2025, 3, 1), first_message=date(2025, 3, 5)
    )
    client.post(f"/desk/checking/{act.pk}/", verdicts(act, connected="Sai năm"))
    (remark,) = remarks(connected[0].pk)
    assert (remark.column, remark.returned_because) == ("connected", "Sai năm")

    reported(officer, connected[0], connected=date(2025, 3, 3))
    assert remarks(connected[0].pk) == []


def test_a_return_without_a_reason_is_refused_and_nothing_is_noted(
    client, department, officer, connected
):
    act = reported(officer, connected[0], connected=date(2025, 3, 1))
    answer = client.post(f"/desk/checking/{act.pk}/", verdicts(act, connected=" "))
    assert answer.status_code == 400
    assert waiting().filter(open_cells=1).exists()


def test_reports_without_a_change_are_seen_in_one_go(client, department, officer, connected):
    quiet = [begin(kind=Act.Kind.REPORT, by=officer, facility=connected[0]) for _ in range(3)]
    loud = reported(officer, connected[0], connected=date(2025, 3, 1))
    client.post("/desk/checking/", {"act": [act.pk for act in [*quiet, loud]]})
    assert [waits.pk for waits in waiting()] == [loud.pk]


def test_nobody_checks_the_own_report(client, connected):
    both = user_with(Role.DEPARTMENT)
    act = reported(both, connected[0], connected=date(2025, 3, 1))
    client.force_login(both)
    assert client.post(f"/desk/checking/{act.pk}/", verdicts(act)).status_code == 400
    assert waiting().filter(open_cells=1).exists()
