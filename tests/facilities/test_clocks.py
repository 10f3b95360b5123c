"""Two clocks: the day on the paper, and the moment at the keyboard. Every period is half-open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from facilities.models import FacilityName, FacilityScope, Scope
from facilities.services import record, withdraw
from rollout.models import Milestone, MilestoneEvent
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
MORNING = datetime(2025, 5, 22, 1, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)
TICK = timedelta(microseconds=1)


def launch(facility, at=MORNING) -> MilestoneEvent:
    return record(
        MilestoneEvent(facility=facility, milestone=Milestone.LAUNCH, happened_on=DAY),
        by=factories.recorder(),
        at=at,
    )


@pytest.mark.parametrize(("shift", "there"), [(-1, False), (0, True), (1, True)])
def test_a_fact_counts_from_its_day_on(shift, there):
    launch(factories.facility())
    on = DAY + timedelta(days=shift)
    assert MilestoneEvent.objects.as_of(on).exists() == there


@pytest.mark.parametrize(("moment", "known"), [(-TICK, False), (timedelta(0), True), (TICK, True)])
def test_a_fact_is_known_from_the_moment_it_was_written_down(moment, known):
    launch(factories.facility())
    assert MilestoneEvent.objects.as_of(DAY, MORNING + moment).exists() == known


@pytest.mark.parametrize(("moment", "known"), [(-TICK, True), (timedelta(0), False), (TICK, False)])
def test_a_fact_is_known_up_to_the_moment_it_was_withdrawn(moment, known):
    fact = launch(factories.facility())
    withdraw(fact=fact, because="wrong facility", by=factories.recorder(), at=NOON)
    assert MilestoneEvent.objects.as_of(DAY, NOON + moment).exists() == known


def test_without_a_moment_only_what_stands_now_counts():
    fact = launch(factories.facility())
    withdraw(fact=fact, because="wrong facility", by=factories.recorder(), at=NOON)
    assert not MilestoneEvent.objects.known().exists()
    assert MilestoneEvent.objects.get().withdrawn_because == "wrong facility"


@pytest.mark.parametrize(
    ("shift", "scope"),
    [(-1, Scope.ROLLOUT), (0, Scope.NONE), (1, Scope.NONE)],
)
def test_a_yardstick_holds_up_to_not_including_the_first_day_of_the_next(shift, scope):
    place = factories.facility()
    record(
        FacilityScope(facility=place, scope=Scope.NONE, effective_from=DAY),
        by=factories.recorder(),
    )
    in_force = FacilityScope.objects.in_force(DAY + timedelta(days=shift)).filter(facility=place)
    assert in_force.last().scope == scope


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [(MORNING, NOON, "Tên sau"), (NOON, MORNING, "Tên trước"), (NOON, NOON, "Tên sau")],
    ids=["as they were typed", "typed the other way round", "at one moment"],
)
def test_of_two_yardsticks_of_one_day_the_one_recorded_later_holds(first, second, holds):
    place = factories.facility()
    for name, at in (("Tên trước", first), ("Tên sau", second)):
        row = FacilityName(facility=place, name_vi=name, effective_from=DAY)
        record(row, by=factories.recorder(), at=at)
        # Only one row of a day may stand now; a day later, both were known.
        withdraw(fact=row, because="typed twice", by=factories.recorder(), at=NOON + 2 * TICK)
    names = FacilityName.objects.filter(facility=place).in_force(DAY, NOON + TICK)
    assert names.last().name_vi == holds


def test_a_yardstick_recorded_late_did_not_hold_before_it_was_known():
    place = factories.facility()
    record(
        FacilityName(facility=place, name_vi="Tên mới", effective_from=DAY),
        by=factories.recorder(),
        at=NOON + timedelta(days=3650),
    )
    names = FacilityName.objects.filter(facility=place)
    before = names.in_force(DAY, NOON + timedelta(days=3650) - TICK)
    assert "Tên mới" not in [name.name_vi for name in before]
    assert names.in_force(DAY, NOON + timedelta(days=3650)).last().name_vi == "Tên mới"
