"""Councils as they stood on a day: dates moved, postponed, passed, failed and evaluated again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facilities.as_of import AsOf
from facilities.evidence import Assumed, Rung
from facilities.services import correct, withdraw
from rollout.models import Conclusion, CouncilRuling
from rollout.programme import changes
from rollout.programme.councils import awaited_meeting, meetings, standing_ruling
from rollout.programme.deadlines import deadlines
from rollout.programme.services import record_ruling, schedule_council
from tests import factories
from tests.reading import tally

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
YEAR_END = date(2025, 12, 31)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def place():
    return factories.facility()


@pytest.fixture
def meeting(place):
    return factories.CouncilMeetingFactory(code="HD-1", facility=place)


def fix(meeting, scheduled_on, set_on=DAY, because=""):
    return schedule_council(
        meeting=meeting,
        scheduled_on=scheduled_on,
        set_on=set_on,
        by=factories.recorder(),
        because=because,
    )


def rule(meeting, conclusion, held_on, **fields):
    return record_ruling(
        meeting=meeting,
        conclusion=conclusion,
        held_on=held_on,
        by=factories.recorder(),
        **fields,
    )


def seen(day, **options):
    return meetings(AsOf(day, **options))


def awaited_on(day):
    found = awaited_meeting(seen(day))
    return found and found.scheduled_on


def late(day) -> dict[str, int]:
    return {d.subject: d.days_late(day) for d in deadlines(AsOf(day)) if d.rule == "council"}


def evaluated(place, day, **options) -> int:
    return tally(changes, place, "evaluated", day, **options).amount


class TestScheduled:
    def test_a_meeting_is_seen_from_the_day_its_date_was_fixed(self, meeting):
        fix(meeting, on(2), set_on=on(0))
        assert seen(on(-1)) == []
        [found] = seen(on(0))
        assert (found.scheduled_on, found.held_on, found.conclusion) == (on(2), None, None)

    @pytest.mark.parametrize(
        ("day", "scheduled_on", "because", "slip"),
        [(on(4), on(9), "", 0), (on(5), on(20), "servers", 11), (on(6), on(20), "servers", 11)],
    )
    def test_a_moved_meeting_keeps_its_first_date(self, meeting, day, scheduled_on, because, slip):
        fix(meeting, on(9), set_on=on(0))
        fix(meeting, on(20), set_on=on(5), because="servers")
        [found] = seen(day)
        assert (found.scheduled_on, found.first_scheduled_on) == (scheduled_on, on(9))
        assert (found.because, found.slip_days) == (because, slip)

    def test_it_waits_until_it_rules(self, meeting):
        fix(meeting, on(2))
        rule(meeting, Conclusion.PASS, on(2))
        assert [awaited_on(on(shift)) for shift in (0, 1, 2, 3)] == [on(2), on(2), None, None]

    def test_the_earliest_of_several_is_awaited(self, place, meeting):
        fix(meeting, on(9))
        fix(factories.CouncilMeetingFactory(facility=place), on(4))
        assert awaited_on(DAY) == on(4)

    @pytest.mark.parametrize(("shift", "days"), [(1, 0), (2, 0), (4, 0), (5, 1), (9, 5)])
    def test_without_a_ruling_it_is_late_from_the_day_after(self, meeting, shift, days):
        fix(meeting, on(2))
        assert late(on(shift)) == {f"council:{meeting.pk}": days}

    def test_a_ruling_ends_the_lateness(self, meeting):
        fix(meeting, on(2))
        rule(meeting, Conclusion.FAIL, on(6))
        assert (late(on(5)), late(on(6))) == (
            {f"council:{meeting.pk}": 1},
            {f"council:{meeting.pk}": 0},
        )

    def test_a_meeting_held_without_a_fixed_date_is_seen(self, meeting):
        rule(meeting, Conclusion.PASS, on(2), minutes_number="12/BB-HĐ")
        assert seen(on(1)) == []
        [found] = seen(on(2))
        assert (found.scheduled_on, found.slip_days, found.minutes_number) == (
            None,
            None,
            "12/BB-HĐ",
        )


class TestPostponed:
    """It met, or was to meet, and ruled nothing."""

    def test_is_no_ruling(self, place, meeting):
        fix(meeting, on(2))
        rule(meeting, Conclusion.POSTPONED, on(2))
        [found] = seen(on(3))
        assert (found.has_ruled, found.passed) == (False, False)
        assert standing_ruling([found]) is None
        assert evaluated(place, on(3)) == 0

    def test_waits_for_no_ruling_until_a_new_day_is_fixed(self, meeting):
        fix(meeting, on(2), set_on=on(0))
        rule(meeting, Conclusion.POSTPONED, on(2))
        fix(meeting, on(30), set_on=on(5))
        days = [awaited_on(on(shift)) for shift in (1, 2, 4, 5, 30, 31)]
        assert days == [on(2), None, None, on(30), on(30), on(30)]

    def test_with_the_new_day_fixed_at_once(self, meeting):
        fix(meeting, on(2), set_on=on(0))
        rule(meeting, Conclusion.POSTPONED, on(2))
        fix(meeting, on(30), set_on=on(2))
        assert awaited_on(on(2)) == on(30)

    def test_does_not_stay_late_once_another_meeting_takes_its_place(self, place, meeting):
        fix(meeting, on(2), set_on=on(0))
        rule(meeting, Conclusion.POSTPONED, on(2))
        second = factories.CouncilMeetingFactory(facility=place)
        fix(second, on(30), set_on=on(3))
        assert awaited_on(on(9)) == on(30)
        rule(second, Conclusion.PASS, on(30))
        assert set(late(on(60)).values()) == {0}
        assert awaited_on(on(60)) is None

    def test_leaves_an_earlier_ruling_standing(self, place, meeting):
        rule(meeting, Conclusion.PASS, on(0))
        second = factories.CouncilMeetingFactory(facility=place)
        rule(second, Conclusion.POSTPONED, on(9))
        assert standing_ruling(seen(on(9))).conclusion == Conclusion.PASS
        assert evaluated(place, on(9)) == 1


class TestRuling:
    @pytest.mark.parametrize(
        ("conclusion", "passes"),
        [("pass", True), ("conditions", True), ("fail", False), ("postponed", False)],
    )
    @pytest.mark.parametrize("until", [None, YEAR_END])
    def test_evaluates_from_its_day_on(self, place, meeting, conclusion, passes, until):
        rule(meeting, conclusion, DAY)
        found = [evaluated(place, on(shift), until=until) for shift in (-1, 0, 1)]
        assert found == [0, int(passes), int(passes)]

    @pytest.mark.parametrize("until", [None, YEAR_END])
    def test_the_latest_ruling_stands(self, place, meeting, until):
        second, third = (factories.CouncilMeetingFactory(facility=place) for _ in range(2))
        rule(third, Conclusion.CONDITIONS, on(20))  # the order of typing does not matter
        rule(meeting, Conclusion.PASS, on(0))
        rule(second, Conclusion.FAIL, on(10))
        found = [evaluated(place, on(s), until=until) for s in (-1, 0, 9, 10, 19, 20, 21)]
        assert found == [0, 1, 1, 0, 0, 1, 1]
        assert standing_ruling(seen(on(15))).conclusion == Conclusion.FAIL

    def test_two_rulings_in_a_row_count_once(self, place, meeting):
        rule(meeting, Conclusion.CONDITIONS, on(0))
        rule(factories.CouncilMeetingFactory(facility=place), Conclusion.PASS, on(9))
        assert evaluated(place, on(9)) == 1

    @pytest.mark.parametrize("assumed", [Assumed.NOTHING, Assumed.WHICH])
    def test_is_the_highest_evidence_unless_it_is_sample_data(self, place, meeting, assumed):
        ruling = rule(meeting, Conclusion.PASS, DAY)
        if assumed:
            correct(fact=ruling, because="sample", by=factories.recorder(), assumed=assumed)
        expected = Rung.ASSUMED if assumed else Rung.DECIDED
        assert tally(changes, place, "evaluated", DAY).rung_reaching(1) == expected

    def test_a_withdrawn_ruling_leaves_the_one_before(self, place, meeting):
        rule(meeting, Conclusion.PASS, on(0))
        wrong = rule(factories.CouncilMeetingFactory(facility=place), Conclusion.FAIL, on(9))
        withdraw(fact=wrong, because="another facility", by=factories.recorder())
        assert evaluated(place, on(9)) == 1
        assert standing_ruling(seen(on(9))).conclusion == Conclusion.PASS
        known_then = standing_ruling(seen(on(9), known_at=wrong.recorded_at))
        assert known_then.conclusion == Conclusion.FAIL

    def test_one_meeting_rules_once(self, meeting):
        ruling = rule(meeting, Conclusion.PASS, DAY)
        with pytest.raises(ValidationError):
            rule(meeting, Conclusion.FAIL, on(1))
        again = ruling.for_correction(recorded_by=ruling.recorded_by)
        with pytest.raises(IntegrityError), transaction.atomic():
            CouncilRuling.objects.bulk_create([again])
        assert CouncilRuling.objects.get() == ruling


def test_reading_meetings_takes_the_same_queries_for_any_number(django_assert_num_queries):
    for total in (1, 6):
        while len(seen(DAY)) < total:
            made = factories.CouncilMeetingFactory()
            fix(made, on(2))
            rule(made, Conclusion.PASS, DAY)
        as_of = AsOf(DAY)
        with django_assert_num_queries(3):
            assert len(meetings(as_of)) == total
