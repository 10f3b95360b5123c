"""Recording, withdrawing, correcting, checking: who may be first, and that nothing is half-written."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from facilities.evidence import Rung
from facilities.models import FacilityName
from facilities.services import AlreadyWithdrawn, check, correct, record, withdraw
from rollout.models import Milestone, MilestoneEvent
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
ENTERED = datetime(2025, 5, 22, 2, tzinfo=UTC)
CORRECTED = datetime(2025, 6, 3, 2, tzinfo=UTC)


def launch(place=None, *, on=DAY, at=ENTERED, **fields) -> MilestoneEvent:
    return record(
        MilestoneEvent(
            facility=place or factories.facility(),
            milestone=Milestone.LAUNCH,
            happened_on=on,
            **fields,
        ),
        by=factories.recorder(),
        at=at,
    )


class TestRecord:
    def test_keeps_who_and_when(self):
        made = launch()
        made.refresh_from_db()
        assert (made.recorded_by, made.recorded_at) == (factories.recorder(), ENTERED)

    def test_names_the_field_that_is_wrong_and_stores_nothing(self):
        with pytest.raises(ValidationError) as refused:
            record(
                MilestoneEvent(facility=factories.facility(), milestone="nonsense"),
                by=factories.recorder(),
            )
        assert {"milestone", "happened_on"} <= refused.value.message_dict.keys()
        assert not MilestoneEvent.objects.exists()

    def test_the_same_event_twice_is_refused(self):
        first = launch()
        with pytest.raises(ValidationError):
            launch(first.facility, on=DAY + timedelta(days=1))
        assert MilestoneEvent.objects.get() == first


class TestWithdraw:
    def test_leaves_the_row_readable_with_who_when_and_why(self):
        made, by = launch(), factories.UserFactory()
        withdraw(fact=made, because="  wrong facility ", by=by, at=CORRECTED)
        stored = MilestoneEvent.objects.get()
        assert stored.withdrawn_because == "wrong facility"
        assert (stored.withdrawn_by, stored.withdrawn_at) == (by, CORRECTED)
        assert made.withdrawn_at == CORRECTED

    @pytest.mark.parametrize("because", ["", "   ", "\n"])
    def test_demands_a_reason(self, because):
        made = launch()
        with pytest.raises(ValidationError) as refused:
            withdraw(fact=made, because=because, by=factories.recorder())
        assert refused.value.message_dict.keys() == {"because"}
        assert MilestoneEvent.objects.known().exists()

    def test_refuses_a_reason_longer_than_the_column(self):
        made = launch()
        with pytest.raises(ValidationError) as refused:
            withdraw(fact=made, because="x" * 501, by=factories.recorder())
        assert refused.value.message_dict.keys() == {"because"}
        assert withdraw(fact=made, because="x" * 500, by=factories.recorder()).withdrawn_at

    def test_the_second_writer_is_refused_and_changes_nothing(self):
        made = launch()
        seen_by_second = MilestoneEvent.objects.get(pk=made.pk)
        withdraw(fact=made, because="first", by=factories.recorder(), at=CORRECTED)
        with pytest.raises(AlreadyWithdrawn):
            withdraw(fact=seen_by_second, because="second", by=factories.UserFactory())
        stored = MilestoneEvent.objects.get()
        assert (stored.withdrawn_because, stored.withdrawn_at) == ("first", CORRECTED)

    def test_makes_room_for_the_right_fact(self):
        made = launch()
        withdraw(fact=made, because="another day", by=factories.recorder())
        assert launch(made.facility, on=DAY + timedelta(days=1)).pk != made.pk


class TestCorrect:
    def corrected(self, made, **changes):
        with time_machine.travel(CORRECTED, tick=False):
            return correct(fact=made, because="another day", by=factories.UserFactory(), **changes)

    def test_is_one_act_at_one_moment(self):
        made = launch()
        new = self.corrected(made, happened_on=DAY + timedelta(days=2))
        made.refresh_from_db()
        assert made.withdrawn_at == new.recorded_at == CORRECTED
        assert made.withdrawn_by == new.recorded_by
        assert new.happened_on == DAY + timedelta(days=2)
        assert (new.facility, new.milestone) == (made.facility, made.milestone)

    def test_both_clocks_show_exactly_one_of_the_two(self):
        made = launch()
        new = self.corrected(made, happened_on=DAY + timedelta(days=2))
        later = DAY + timedelta(days=9)

        def seen(moment):
            return list(MilestoneEvent.objects.as_of(later, moment))

        assert seen(CORRECTED - timedelta(microseconds=1)) == [made]
        assert seen(CORRECTED) == [new]
        assert seen(None) == [new]

    def test_keeps_the_paper_but_not_the_check_nor_the_import_key(self):
        made = launch(document=factories.DocumentFactory(), source="minutes", import_key="a:1")
        check(fact=made, by=factories.UserFactory())
        new = self.corrected(made)
        assert (new.document, new.source) == (made.document, "minutes")
        assert (new.checked_at, new.checked_by, new.import_key) == (None, None, "")
        assert new.evidence(DAY) == Rung.DOCUMENTED

    def test_a_refused_correction_leaves_the_old_fact_standing(self):
        made = launch()
        with pytest.raises(ValidationError):
            self.corrected(made, milestone="nonsense")
        stored = MilestoneEvent.objects.get()
        assert stored == made
        assert (stored.withdrawn_at, stored.withdrawn_because) == (None, "")

    def test_demands_a_reason(self):
        made = launch()
        with pytest.raises(ValidationError):
            correct(fact=made, because=" ", by=factories.recorder(), happened_on=date(2025, 1, 1))
        assert MilestoneEvent.objects.get().happened_on == DAY

    def test_a_fact_that_another_writer_took_back_is_not_corrected(self):
        made = launch()
        withdraw(fact=made, because="first", by=factories.recorder(), at=ENTERED)
        with pytest.raises(AlreadyWithdrawn):
            self.corrected(made)
        assert MilestoneEvent.objects.count() == 1

    def test_works_for_a_yardstick_of_the_same_day(self):
        name = FacilityName.objects.get(facility=factories.facility(name_vi="Tên sai"))
        correct(fact=name, because="misspelt", by=factories.recorder(), name_vi="Tên đúng")
        assert [row.name_vi for row in FacilityName.objects.known()] == ["Tên đúng"]


class TestCheck:
    def test_lifts_the_rung(self):
        made, checker = launch(document=factories.DocumentFactory()), factories.UserFactory()
        check(fact=made, by=checker, at=CORRECTED)
        assert (made.checked_by, made.checked_at) == (checker, CORRECTED)
        assert made.evidence(DAY) == Rung.CHECKED

    def test_whoever_entered_the_fact_cannot_check_it(self):
        made = launch(document=factories.DocumentFactory())
        with pytest.raises(ValidationError) as refused:
            check(fact=made, by=factories.recorder())
        assert refused.value.code == "own_fact"
        assert MilestoneEvent.objects.get().checked_at is None

    def test_without_a_paper_there_is_nothing_to_compare_with(self):
        made = launch()
        with pytest.raises(ValidationError) as refused:
            check(fact=made, by=factories.UserFactory())
        assert refused.value.message_dict.keys() == {"document"}
        assert MilestoneEvent.objects.get().checked_at is None

    def test_a_second_check_changes_nothing(self):
        made, first = launch(document=factories.DocumentFactory()), factories.UserFactory()
        check(fact=made, by=first, at=CORRECTED)
        check(fact=made, by=factories.UserFactory(), at=CORRECTED + timedelta(days=1))
        assert (made.checked_by, made.checked_at) == (first, CORRECTED)

    def test_a_withdrawn_fact_is_not_checked(self):
        made = launch(document=factories.DocumentFactory())
        withdraw(fact=made, because="wrong", by=factories.recorder())
        with pytest.raises(AlreadyWithdrawn):
            check(fact=made, by=factories.UserFactory())
        assert MilestoneEvent.objects.get().checked_at is None
