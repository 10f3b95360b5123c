"""Two writers of one cell at one moment: one is stored, the other is told, nothing is half-written."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from facilities.models import ChangeSet, Edit
from facilities.registers.entering import enter_rows, undo, withdraw_row, writing_of
from facilities.registers.writers import RowEntry
from signatures.models import Certificate, CertificateEvent
from signatures.registers import Certificates
from signatures.services import record_event
from tests import factories
from tests.entering import TODAY, open_change_set, put, values

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

REGISTER = Certificates()
FIRST, LATER, LATEST = date(2025, 1, 10), date(2025, 1, 11), date(2025, 1, 12)
UNTIL = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def row():
    place = factories.facility("luc-nam")
    return put(REGISTER, None, facility=place.code, holder="Lan", requested=FIRST)


def together(*works: Callable[[], object]) -> list[str]:
    """Run them at once, each on a connection of its own; "" or the code of what each was refused with."""
    barrier, answers = threading.Barrier(len(works)), [""] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            work()
        except ValidationError as error:
            answers[place] = getattr(error, "code", "") or "refused"
        except Exception as error:  # whatever else is raised is the finding
            answers[place] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def consistent() -> None:
    """Each change set that stands has its cells, each fact that was written has a change set behind it."""
    assert CertificateEvent.objects.known().count() == len(
        set(CertificateEvent.objects.known().values_list("certificate", "kind", "attempt"))
    )
    for event in CertificateEvent.objects.filter(withdrawn_at__isnull=False):
        later = CertificateEvent.objects.filter(
            certificate=event.certificate, recorded_at__gte=event.withdrawn_at
        )
        assert later.exists() or event.certificate.withdrawn_at


@pytest.mark.parametrize(
    "cells",
    [
        ({"holder": "A"}, {"holder": "B"}),
        ({"requested": LATER}, {"requested": LATEST}),
        (
            {"issued": LATER, "valid_until": UNTIL},
            {"issued": LATEST, "valid_until": UNTIL},
        ),
    ],
    ids=["attribute", "fact there", "first fact"],
)
def test_two_forms_on_one_cell(row, cells):
    seen = values(REGISTER, row)
    answers = together(*(lambda c=c: put(REGISTER, row, seen=seen, **c) for c in cells))
    assert sorted(answers) == ["", "stale"]
    winner = {name.replace("_", "-"): v for name, v in cells[answers.index("")].items()}
    assert values(REGISTER, row) | winner == values(REGISTER, row)
    assert ChangeSet.objects.count() == 2
    assert set(Edit.objects.exclude(column="").values_list("change_set", flat=True)) == {
        ChangeSet.objects.latest("at").pk
    }
    consistent()


def test_two_imports_of_the_same_rows_in_another_order():
    place = factories.facility("luc-nam")
    rows = [
        put(REGISTER, None, facility=place.code, holder=f"Lan {n}", requested=FIRST)
        for n in range(40)
    ]
    old = REGISTER.values([row.pk for row in rows], TODAY)

    @transaction.atomic
    def bring(day, some):
        entries = [
            RowEntry(r, old[r.pk], old[r.pk] | {"requested": day, "unit": str(day)}) for r in some
        ]
        enter_rows(REGISTER, entries, writing_of(open_change_set(), on=TODAY))

    fresh = [list(Certificate.objects.order_by(order)) for order in ("pk", "-pk")]
    answers = together(lambda: bring(LATER, fresh[0]), lambda: bring(LATEST, fresh[1]))
    assert sorted(answers) == ["", "stale"]
    day = LATER if answers[0] == "" else LATEST
    found = REGISTER.values([row.pk for row in rows], TODAY).values()
    assert {(cells["requested"], cells["unit"]) for cells in found} == {(day, str(day))}
    assert Edit.objects.exclude(column="").count() == 80
    consistent()


def test_two_people_enter_one_serial():
    place = factories.facility("luc-nam")

    def bring(holder):
        put(REGISTER, None, facility=place.code, holder=holder, serial="5401", requested=FIRST)

    answers = together(lambda: bring("Lan"), lambda: bring("Hoa"))
    assert answers.count("") == 1
    assert set(answers) <= {"", "clash", "refused"}
    assert Certificate.objects.get().events.count() == 1
    assert Edit.objects.count() == ChangeSet.objects.count() == 1


def test_a_book_and_a_verb_write_the_first_fact(row):
    def by_action():
        record_event(
            certificate=row,
            kind="issued",
            happened_on=LATER,
            valid_until=UNTIL,
            by=factories.recorder(),
        )

    def by_register():
        put(REGISTER, row, issued=LATEST, valid_until=UNTIL, seen={"issued": None})

    answers = together(by_action, by_register)
    assert answers.count("") == 1, answers
    assert set(answers) & {"clash", "stale", "refused"}, answers
    assert CertificateEvent.objects.known().filter(kind="issued").count() == 1
    consistent()


def test_a_row_withdrawn_while_a_cell_is_written(row):
    @transaction.atomic
    def withdraw():
        withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)

    answers = together(withdraw, lambda: put(REGISTER, row, requested=LATER))
    assert answers[0] == ""
    assert answers[1] in ("", "already_withdrawn")
    assert not CertificateEvent.objects.known().exists()
    assert not REGISTER.base(TODAY).exists()


def test_an_act_taken_back_by_two(row):
    change_set = ChangeSet.objects.get()

    def take_back():
        undo(
            change_set=change_set,
            registers={REGISTER.code: REGISTER},
            by=factories.recorder(),
            because="mistake",
            on=TODAY,
        )

    answers = together(take_back, take_back)
    assert answers.count("") == 1
    assert set(answers) <= {"", "sent", "undone"}
    assert ChangeSet.objects.filter(undoes=change_set).count() == 1
    assert not REGISTER.base(TODAY).exists()
