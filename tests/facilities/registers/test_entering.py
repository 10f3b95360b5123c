"""Writing into registers: all or nothing, once, over nobody's head, and back again."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction

from equipment.registers.procurements import Procurements
from facilities.models import ChangeSet, Edit
from facilities.registers.entering import (
    AlreadySent,
    Refused,
    Stale,
    begin,
    enter,
    enter_rows,
    undo,
    withdraw_row,
    writing_of,
)
from facilities.registers.writers import RowEntry
from facilities.services import AlreadyWithdrawn
from signatures.models import Certificate, CertificateEvent
from signatures.registers import Certificates
from tests import factories
from tests.entering import TODAY, open_change_set, put, values

pytestmark = pytest.mark.django_db

REGISTER = Certificates()
REGISTERS = {REGISTER.code: REGISTER}
DAY = timedelta(days=1)
FIRST = date(2025, 1, 10)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def place():
    return factories.facility()


@pytest.fixture
def row(place):
    return put(REGISTER, None, facility=place.code, holder="Nguyễn Thị Lan", requested=FIRST)


def take_back(change_set):
    return undo(
        change_set=change_set,
        registers=REGISTERS,
        by=factories.recorder(),
        because="mistake",
        on=TODAY,
    )


def act_on(row, **cells) -> ChangeSet:
    change_set = open_change_set()
    enter(register=REGISTER, row=row, values=cells, change_set=change_set, on=TODAY)
    return change_set


class TestOneChangeSet:
    def test_each_changed_cell_is_logged_with_old_and_new(self, row):
        paper = factories.DocumentFactory()
        put(REGISTER, row, holder="Nguyễn Thị Loan", returned=FIRST + DAY, document=paper)
        told = Edit.objects.exclude(column="").values_list("column", "old", "new", "document")
        assert set(told) == {
            ("holder", "Nguyễn Thị Lan", "Nguyễn Thị Loan", paper.pk),
            ("returned", "", "2025-01-11", paper.pk),
        }

    def test_the_search_key_follows_a_changed_text(self, row):
        put(REGISTER, row, unit="Khoa Dược")
        assert REGISTER.search(REGISTER.base(TODAY), "khoa duoc", TODAY).get() == row

    def test_the_same_form_sent_twice_writes_once(self, row):
        token = uuid.uuid4()
        open_change_set(change_set_id=token)
        with pytest.raises(AlreadySent):
            open_change_set(change_set_id=token)
        assert ChangeSet.objects.filter(pk=token).count() == 1

    def test_a_refused_row_leaves_nothing(self, row):
        before = Edit.objects.count()
        with pytest.raises(Refused) as refusal:
            put(REGISTER, row, holder="Somebody else", received=FIRST)
        assert refusal.value.message_dict.keys() == {"received"}
        assert refusal.value.odd == set()
        assert values(REGISTER, row)["holder"] == "Nguyễn Thị Lan"
        assert (Edit.objects.count(), ChangeSet.objects.count()) == (before, 1)

    def test_an_odd_value_is_written_once_it_has_a_reason(self, row):
        until = {"issued": FIRST, "valid_until": date(2027, 1, 1)}
        odd = {"handed_over": FIRST + DAY, "received": FIRST + 2 * DAY}
        with pytest.raises(Refused) as refusal:
            put(REGISTER, row, **until, **odd)
        assert refusal.value.odd == {"handed-over"}
        put(REGISTER, row, **until, **odd, reasons={"handed-over": "handed over on loan"})
        (edit,) = Edit.objects.filter(column="handed-over")
        assert edit.because == "handed over on loan"

    def test_a_text_too_long_is_refused(self, row):
        with pytest.raises(Refused) as refusal:
            put(REGISTER, row, holder="x" * 151)
        assert refusal.value.message_dict.keys() == {"holder"}


class TestTwoPeople:
    def test_another_value_there_now_is_shown_instead_of_overwritten(self, row):
        seen = values(REGISTER, row)
        put(REGISTER, row, holder="First")
        with pytest.raises(Stale) as stale:
            put(REGISTER, row, holder="Second", seen=seen)
        assert stale.value.cells == {"holder": ("Nguyễn Thị Lan", "First")}
        assert values(REGISTER, row)["holder"] == "First"

    def test_the_same_value_written_by_both_is_no_conflict(self, row):
        seen = values(REGISTER, row)
        put(REGISTER, row, holder="First")
        put(REGISTER, row, holder="First", seen=seen)

    def test_other_cells_are_no_conflict(self, row):
        put(REGISTER, row, holder="First")
        put(REGISTER, row, unit="Khoa Nội", seen={"unit": ""})
        found = values(REGISTER, row)
        assert (found["holder"], found["unit"]) == ("First", "Khoa Nội")

    @pytest.mark.parametrize("cells", [{"unit": "Khoa Nội"}, {"requested": FIRST + DAY}])
    def test_rows_judged_before_somebody_else_wrote_are_refused(self, row, cells):
        old = values(REGISTER, row)
        put(REGISTER, row, unit="Khoa Ngoại", requested=FIRST - DAY)
        entry = RowEntry(Certificate.objects.get(), old, old | cells)
        writing = writing_of(open_change_set(), on=TODAY)
        with pytest.raises(Stale):
            enter_rows(REGISTER, [entry], writing)
        assert values(REGISTER, row)["unit"] == "Khoa Ngoại"
        assert CertificateEvent.objects.known().get().happened_on == FIRST - DAY

    def test_a_plan_that_somebody_else_has_set_meanwhile_is_not_overwritten(self):
        register, file = Procurements(), factories.ProcurementFactory()
        old = values(register, file)
        put(register, file, target_award=TODAY + DAY)
        entry = RowEntry(file, old, old | {"target-award": TODAY + 9 * DAY})
        with pytest.raises(Stale):
            enter_rows(register, [entry], writing_of(open_change_set(), on=TODAY))
        assert values(register, file)["target-award"] == TODAY + DAY

    def test_a_row_withdrawn_meanwhile_takes_no_new_fact(self, row):
        old = values(REGISTER, row)
        withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)
        entry = RowEntry(row, old, old | {"returned": FIRST + DAY})
        with pytest.raises(AlreadyWithdrawn):
            enter_rows(REGISTER, [entry], writing_of(open_change_set(), on=TODAY))
        assert not CertificateEvent.objects.known().exists()


class TestWithdrawing:
    def test_a_row_goes_with_its_facts_and_stays_readable(self, row):
        withdraw_row(
            register=REGISTER, row=row, change_set=open_change_set("entered twice"), on=TODAY
        )
        assert not REGISTER.base(TODAY).exists()
        row.refresh_from_db()
        assert row.withdrawn_because == "entered twice"
        assert row.events.get().withdrawn_because == "entered twice"
        edit = Edit.objects.last()
        assert edit.withdrew_the_row
        assert (edit.old, edit.new) == (f"#{row.pk}", "")

    def test_it_needs_a_reason(self, row):
        with pytest.raises(ValidationError):
            withdraw_row(register=REGISTER, row=row, change_set=open_change_set(""), on=TODAY)
        assert REGISTER.base(TODAY).exists()

    def test_only_once_and_then_no_cell_is_written(self, row):
        withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)
        with pytest.raises(AlreadyWithdrawn):
            withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)
        with pytest.raises(AlreadyWithdrawn):
            put(REGISTER, row, holder="x")


class TestUndo:
    def test_everything_an_act_wrote_is_taken_back(self, place, row):
        before = values(REGISTER, row)
        change_set = act_on(row, holder="X", requested=FIRST + DAY, returned=FIRST + 2 * DAY)
        back = take_back(change_set)
        assert values(REGISTER, row) == before
        assert (back.undoes, back.kind) == (change_set, ChangeSet.Kind.UNDO)
        new = open_change_set()
        enter(
            register=REGISTER,
            row=None,
            values={"facility": place.code, "holder": "New", "requested": FIRST},
            change_set=new,
            on=TODAY,
        )
        take_back(new)
        assert list(REGISTER.base(TODAY)) == [row]

    def test_only_once(self, row):
        change_set = act_on(row, holder="X")
        take_back(change_set)
        with pytest.raises(ValidationError) as refusal:
            take_back(change_set)
        assert refusal.value.code == "undone"

    def test_it_needs_a_reason(self, row):
        with pytest.raises(ValidationError):
            undo(
                change_set=act_on(row, holder="X"),
                registers=REGISTERS,
                by=factories.recorder(),
                because=" ",
                on=TODAY,
            )
        assert values(REGISTER, row)["holder"] == "X"

    @pytest.mark.parametrize("later", [{"holder": "Y"}, {"requested": FIRST + 2 * DAY}])
    def test_a_later_word_is_not_overwritten(self, row, later):
        change_set = act_on(row, holder="X", requested=FIRST + DAY)
        put(REGISTER, row, **later)
        with pytest.raises(ValidationError) as refusal, transaction.atomic():
            take_back(change_set)
        assert refusal.value.code == "changed_since"
        assert not ChangeSet.objects.filter(undoes=change_set).exists()
        take_back(act_on(row, position="Bác sĩ"))  # another cell of the row does not matter

    def test_a_row_somebody_has_worked_on_since_is_left(self, row):
        made = ChangeSet.objects.get()
        put(REGISTER, row, unit="Khoa Nội")
        with pytest.raises(ValidationError) as refusal:
            take_back(made)
        assert refusal.value.code == "changed_since"

    def test_cells_of_a_row_withdrawn_since_are_left(self, row):
        change_set = act_on(row, holder="X")
        withdraw_row(register=REGISTER, row=row, change_set=open_change_set(), on=TODAY)
        with pytest.raises(ValidationError) as refusal:
            take_back(change_set)
        assert refusal.value.code == "changed_since"

    def test_a_withdrawal_is_not_undone(self, row):
        change_set = open_change_set()
        withdraw_row(register=REGISTER, row=row, change_set=change_set, on=TODAY)
        with pytest.raises(ValidationError) as refusal:
            take_back(change_set)
        assert refusal.value.code == "withdrawn"

    def test_an_act_that_wrote_no_cell_has_nothing_to_take_back(self, place):
        change_set = open_change_set(kind=ChangeSet.Kind.REPORT, facility=place)
        with pytest.raises(ValidationError) as refusal:
            take_back(change_set)
        assert refusal.value.code == "nothing"

    def test_taking_back_is_not_taken_back(self, row):
        back = take_back(act_on(row, holder="X"))
        with pytest.raises(ValidationError):
            take_back(back)
        assert values(REGISTER, row)["holder"] == "Nguyễn Thị Lan"

    def test_the_act_of_an_officer_names_the_facility(self, place):
        change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), facility=place)
        assert change_set.facility == place
