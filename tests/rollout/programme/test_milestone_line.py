"""The milestone line of a facility: baseline, target, actual, slip, and what holds it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facilities.as_of import AsOf
from facilities.evidence import Rung
from facilities.services import withdraw
from facilities.timeline import Change, Tally, fold
from rollout.models import Milestone, MilestoneEvent, ObstacleCleared, ObstacleHold
from rollout.programme import changes
from rollout.programme.councils import meetings
from rollout.programme.deadlines import deadlines
from rollout.programme.milestone_line import line, reached, targets
from rollout.programme.obstacles import obstacles
from rollout.programme.services import (
    record_milestone,
    record_ruling,
    schedule_council,
    set_milestone_target,
)
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def place():
    return factories.facility()


def reach(place, milestone, day):
    return record_milestone(
        facility=place, milestone=milestone, happened_on=day, by=factories.recorder()
    )


def target(place, milestone, due_on, set_on=DAY, because=""):
    return set_milestone_target(
        facility=place,
        milestone=milestone,
        due_on=due_on,
        set_on=set_on,
        by=factories.recorder(),
        because=because,
    )


def line_of(place, day, **options):
    as_of = AsOf(day, **options)
    found = line(
        place.pk,
        fold(changes.changes(as_of), day)[place.pk],
        targets(as_of)[place.pk],
        [m for m in meetings(as_of) if m.facility_id == place.pk],
        obstacles(as_of),
        day,
    )
    return {milestone.code: milestone for milestone in found}


def states(place, day) -> list[str]:
    return [milestone.state for milestone in line_of(place, day).values()]


def days_late(day, milestone) -> int | None:
    wanted = [d for d in deadlines(AsOf(day)) if d.subject.endswith(f":{milestone}")]
    return wanted[0].days_late(day) if wanted else None


def test_a_facility_without_rows_has_its_whole_way_before_it(place):
    found = line_of(place, DAY)
    assert list(found) == Milestone.values
    assert states(place, DAY) == ["under_way", *["not_begun"] * 7]
    assert {m.slip_days for m in found.values()} == {None}


def test_the_milestone_after_the_furthest_is_under_way(place):
    reach(place, Milestone.PREPARING, on(0))
    reach(place, Milestone.PILOT, on(5))
    assert states(place, on(4))[:3] == ["done", "under_way", "not_begun"]
    assert states(place, on(5))[:3] == ["done", "done", "under_way"]


def test_what_was_passed_without_a_record_is_unknown_and_not_late(place):
    target(place, Milestone.PILOT, on(2))
    reach(place, Milestone.LAUNCH, on(1))
    assert states(place, on(9))[:4] == ["unknown", "unknown", "done", "under_way"]
    assert days_late(on(9), "pilot") == 0


@pytest.mark.parametrize(
    ("shift", "state", "late"),
    [
        (9, "under_way", 0),
        (10, "under_way", 0),
        (12, "under_way", 0),  # the day is a Saturday: due on the Monday
        (13, "late", 1),
        (16, "late", 4),
        (20, "done", 0),
    ],
)
def test_a_milestone_is_late_from_the_day_after_its_target(place, shift, state, late):
    target(place, Milestone.PREPARING, on(10))
    reach(place, Milestone.PREPARING, on(20))
    assert states(place, on(shift))[0] == state
    assert days_late(on(shift), "preparing") == late


@pytest.mark.parametrize(
    ("shift", "due_on", "because", "slip"),
    [(4, on(10), "", 0), (5, on(40), "no server", 30), (6, on(40), "no server", 30)],
)
def test_a_postponed_target_keeps_its_baseline(place, shift, due_on, because, slip):
    target(place, Milestone.LAUNCH, on(10), set_on=on(0))
    target(place, Milestone.LAUNCH, on(40), set_on=on(5), because="no server")
    found = line_of(place, on(shift))["launch"]
    assert (found.baseline, found.target, found.because) == (on(10), due_on, because)
    assert found.slip_days == slip


@pytest.mark.parametrize(("reached_on", "slip"), [(on(7), -3), (on(10), 0), (on(13), 3)])
def test_the_slip_of_a_reached_milestone_is_that_of_the_event(place, reached_on, slip):
    target(place, Milestone.LAUNCH, on(10))
    target(place, Milestone.LAUNCH, on(40), set_on=on(1))
    reach(place, Milestone.LAUNCH, reached_on)
    assert line_of(place, on(90))["launch"].slip_days == slip


def test_without_a_plan_there_is_no_slip(place):
    reach(place, Milestone.LAUNCH, on(0))
    found = line_of(place, on(0))["launch"]
    assert (found.actual, found.slip_days) == (on(0), None)


def test_what_was_taken_back_is_not_reached():
    tally = Tally()
    for amount in (1, -1):
        tally.add(Change(1, on(amount), "milestone:pilot", amount, Rung.REPORTED))
    found = reached({"milestone:pilot": tally}, None)
    assert set(found) == set(Milestone.values)
    assert set(found.values()) == {None}


def test_a_target_set_later_was_not_missed_before(place):
    target(place, Milestone.PREPARING, on(-10), set_on=on(0))
    assert states(place, on(-1))[0] == "under_way"
    assert states(place, on(0))[0] == "late"
    assert days_late(on(-1), "preparing") is None
    assert days_late(on(0), "preparing") == 7


def test_a_withdrawn_event_reaches_nothing(place):
    wrong = reach(place, Milestone.PREPARING, DAY)
    withdraw(fact=wrong, because="another facility", by=factories.recorder())
    assert states(place, DAY)[0] == "under_way"
    known_then = line_of(place, DAY, known_at=wrong.recorded_at)["preparing"]
    assert (known_then.state, known_then.actual) == ("done", DAY)


class TestCouncil:
    def meeting(self, place, scheduled_on):
        made = factories.CouncilMeetingFactory(facility=place)
        schedule_council(
            meeting=made, scheduled_on=scheduled_on, set_on=DAY, by=factories.recorder()
        )
        return made

    def rule(self, meeting, conclusion, held_on):
        return record_ruling(
            meeting=meeting, conclusion=conclusion, held_on=held_on, by=factories.recorder()
        )

    def test_its_date_is_the_target_until_it_rules(self, place):
        meeting = self.meeting(place, on(2))
        before = line_of(place, on(1))["council"]
        assert (before.state, before.target, before.actual) == ("under_way", on(2), None)
        others = [m for m in line_of(place, on(1)).values() if m.code != "council"]
        assert {m.target for m in others} == {None}
        assert [m.state for m in others] == ["under_way", *["not_begun"] * 6]
        assert line_of(place, on(4))["council"].state == "under_way"  # a Sunday
        assert line_of(place, on(5))["council"].state == "late"
        self.rule(meeting, "pass", on(6))
        after = line_of(place, on(6))["council"]
        assert (after.state, after.actual, after.slip_days) == ("done", on(6), 4)

    def test_a_council_that_failed_was_held(self, place):
        self.rule(self.meeting(place, on(2)), "fail", on(2))
        assert line_of(place, on(2))["council"].state == "done"

    def test_the_slip_of_a_held_council_is_its_own_also_when_another_is_to_come(self, place):
        self.rule(self.meeting(place, on(2)), "fail", on(3))
        self.meeting(place, on(60))
        found = line_of(place, on(5))["council"]
        assert (found.actual, found.baseline, found.slip_days) == (on(3), on(2), 1)

    def test_one_that_ruled_without_a_day_fixed_before_has_no_slip(self, place):
        self.rule(factories.CouncilMeetingFactory(facility=place), "pass", on(3))
        found = line_of(place, on(3))["council"]
        assert (found.target, found.actual, found.slip_days) == (None, on(3), None)

    def test_its_milestone_is_not_recorded_by_hand(self, place):
        with pytest.raises(ValidationError):
            reach(place, Milestone.COUNCIL, DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            MilestoneEvent.objects.bulk_create(
                [
                    MilestoneEvent(
                        facility=place,
                        milestone=Milestone.COUNCIL,
                        happened_on=DAY,
                        recorded_by=factories.recorder(),
                    )
                ]
            )
        assert not MilestoneEvent.objects.exists()


class TestHeld:
    def hold(self, place, milestone, code="VM-1", since=DAY):
        obstacle = factories.ObstacleFactory(
            code=code,
            name_vi=f"Vướng mắc {code}",
            name_en=f"Obstacle {code}",
            raised_on=since,
        )
        ObstacleHold.objects.create(
            obstacle=obstacle,
            facility=place,
            milestone=milestone,
            happened_on=since,
            recorded_by=factories.recorder(),
        )
        return obstacle

    def test_a_held_milestone_is_blocked_until_it_is_cleared(self, place):
        obstacle = self.hold(place, Milestone.PREPARING)
        ObstacleCleared.objects.create(
            obstacle=obstacle, cleared_on=on(10), recorded_by=factories.recorder()
        )
        found = [line_of(place, on(shift))["preparing"].state for shift in (-1, 0, 9, 10)]
        assert found == ["under_way", "blocked", "blocked", "under_way"]
        assert line_of(place, on(9))["preparing"].held_by == (
            "Vướng mắc VM-1",
            "Obstacle VM-1",
        )

    def test_reaching_it_all_the_same_frees_it(self, place):
        self.hold(place, Milestone.PREPARING)
        reach(place, Milestone.PREPARING, on(3))
        found = line_of(place, on(3))["preparing"]
        assert (found.state, found.held_by) == ("done", None)

    def test_the_costliest_obstacle_is_named(self, place):
        self.hold(place, Milestone.PREPARING, code="VM-2", since=on(5))
        self.hold(place, Milestone.PREPARING, code="VM-1", since=on(0))
        assert line_of(place, on(9))["preparing"].held_by[1] == "Obstacle VM-1"

    def test_the_others_hold_nobody_here(self, place):
        self.hold(factories.facility(), Milestone.PREPARING)
        assert line_of(place, on(9))["preparing"].state == "under_way"
