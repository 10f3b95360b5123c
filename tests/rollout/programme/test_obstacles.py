"""Obstacles on a day: whom they hold, and how many facility-days they have cost."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from facilities.as_of import AsOf
from facilities.services import withdraw
from rollout.models import Conclusion, Milestone, ObstacleCleared, ObstacleHold
from rollout.programme.obstacles import days_lost, obstacles
from rollout.programme.services import record_milestone, record_ruling
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


@pytest.fixture
def obstacle():
    return factories.ObstacleFactory(code="VM-1", raised_on=DAY)


def hold(obstacle, place=None, milestone=Milestone.LAUNCH, since=DAY):
    return ObstacleHold.objects.create(
        obstacle=obstacle,
        facility=place or factories.facility(),
        milestone=milestone,
        happened_on=since,
        recorded_by=factories.recorder(),
    )


def clear(obstacle, cleared_on):
    return ObstacleCleared.objects.create(
        obstacle=obstacle, cleared_on=cleared_on, recorded_by=factories.recorder()
    )


def seen(day, **options):
    return obstacles(AsOf(day, **options))


def cost(day, **options) -> int:
    return sum(found.facility_days for found in seen(day, **options))


def test_an_obstacle_is_seen_from_the_day_it_was_raised(obstacle):
    assert seen(on(-1)) == []
    assert [found.code for found in seen(on(0))] == ["VM-1"]


@pytest.mark.parametrize(("shift", "days"), [(0, 0), (1, 2), (9, 18), (10, 20), (11, 20), (90, 20)])
def test_each_held_facility_costs_a_day_per_day_until_it_is_cleared(obstacle, shift, days):
    hold(obstacle)
    hold(obstacle)
    clear(obstacle, on(10))
    assert cost(on(shift)) == days


@pytest.mark.parametrize(("shift", "held"), [(9, True), (10, False), (11, False)])
def test_on_the_day_it_is_cleared_it_holds_nobody(obstacle, shift, held):
    row = hold(obstacle)
    clear(obstacle, on(10))
    [found] = seen(on(shift))
    assert found.facility_ids == ({row.facility_id} if held else set())
    assert found.cleared_on == (None if held else on(10))


def test_a_facility_held_later_costs_from_its_own_day(obstacle):
    hold(obstacle, since=on(0))
    hold(obstacle, since=on(6))
    assert [cost(on(shift)) for shift in (5, 6, 7, 10)] == [5, 6, 8, 14]


@pytest.mark.parametrize(("shift", "days"), [(3, 3), (4, 4), (5, 4), (90, 4)])
def test_a_facility_that_reaches_its_milestone_all_the_same_is_free(obstacle, shift, days):
    place = factories.facility()
    hold(obstacle, place)
    record_milestone(
        facility=place,
        milestone=Milestone.LAUNCH,
        happened_on=on(4),
        by=factories.recorder(),
    )
    assert cost(on(shift)) == days
    [found] = seen(on(shift))
    assert bool(found.facility_ids) == (shift < 4)
    assert found.cleared_on is None


@pytest.mark.parametrize(("conclusion", "days"), [("pass", 4), ("fail", 4), ("postponed", 9)])
def test_a_held_council_is_reached_by_its_ruling(obstacle, conclusion, days):
    place = factories.facility()
    hold(obstacle, place, Milestone.COUNCIL)
    record_ruling(
        meeting=factories.CouncilMeetingFactory(facility=place),
        conclusion=Conclusion(conclusion),
        held_on=on(4),
        by=factories.recorder(),
    )
    assert cost(on(9)) == days


@pytest.mark.parametrize(("reached", "cleared"), [(4, 7), (7, 4)])
def test_whichever_comes_first_frees_the_facility(obstacle, reached, cleared):
    place = factories.facility()
    hold(obstacle, place)
    clear(obstacle, on(cleared))
    record_milestone(
        facility=place,
        milestone=Milestone.LAUNCH,
        happened_on=on(reached),
        by=factories.recorder(),
    )
    assert [cost(on(shift)) for shift in (3, 4, 5, 9)] == [3, 4, 4, 4]


def test_another_milestone_of_the_facility_frees_nothing(obstacle):
    place = factories.facility()
    hold(obstacle, place, Milestone.LAUNCH)
    record_milestone(
        facility=place, milestone=Milestone.PILOT, happened_on=on(4), by=factories.recorder()
    )
    assert cost(on(9)) == 9


def test_a_milestone_reached_before_the_hold_costs_nothing(obstacle):
    place = factories.facility()
    hold(obstacle, place, since=on(5))
    record_milestone(
        facility=place, milestone=Milestone.LAUNCH, happened_on=on(1), by=factories.recorder()
    )
    assert cost(on(9)) == 0


def test_a_withdrawn_clearing_leaves_the_obstacle_open(obstacle):
    hold(obstacle)
    wrong = clear(obstacle, on(5))
    withdraw(fact=wrong, because="only promised", by=factories.recorder())
    assert cost(on(9)) == 9
    assert cost(on(9), known_at=wrong.recorded_at) == 5


def test_a_withdrawn_hold_costs_nothing(obstacle):
    row = hold(obstacle)
    withdraw(fact=row, because="another facility", by=factories.recorder())
    assert cost(on(9)) == 0


def test_open_ones_come_first_and_of_those_the_costliest():
    cheap, dear, cleared = (
        factories.ObstacleFactory(code=code, raised_on=DAY) for code in ("A", "B", "C")
    )
    hold(cheap)
    for _ in range(3):
        hold(dear)
    for _ in range(9):
        hold(cleared)
    clear(cleared, on(8))
    assert [found.code for found in seen(on(9))] == ["B", "A", "C"]


def test_its_agency_and_name_come_in_the_readers_language(obstacle):
    agency = factories.AgencyFactory(name_vi="Bảo hiểm xã hội khu vực 11", name_en="")
    type(obstacle).objects.filter(pk=obstacle.pk).update(agency=agency)
    [found] = seen(DAY)
    with translation.override("en"):
        assert found.name == obstacle.name_en
        assert found.agency == "Bảo hiểm xã hội khu vực 11"
    with translation.override("vi"):
        assert found.name == obstacle.name_vi


def test_only_the_holds_of_the_asked_facilities_count(obstacle):
    row = hold(obstacle)
    hold(obstacle)
    assert cost(on(9), facility_ids=frozenset({row.facility_id})) == 9


def test_the_database_refuses_what_is_written_twice(obstacle):
    row = hold(obstacle)
    with pytest.raises(IntegrityError), transaction.atomic():
        hold(obstacle, row.facility)
    clear(obstacle, on(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        clear(obstacle, on(2))
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.ObstacleFactory(code="VM-1")
    assert (ObstacleHold.objects.count(), ObstacleCleared.objects.count()) == (1, 1)


def test_reading_takes_the_same_queries_for_any_number(django_assert_num_queries):
    for total in (1, 6):
        while len(seen(DAY)) < total:
            made = factories.ObstacleFactory(raised_on=DAY, agency=factories.AgencyFactory())
            hold(made)
            hold(made)
        as_of = AsOf(DAY)
        with django_assert_num_queries(7):  # three for councils, one for milestones
            assert len(obstacles(as_of)) == total


def test_it_holds_since_the_first_day_on_which_it_held_whom_it_still_holds(obstacle):
    (found,) = seen(DAY)
    assert found.since == found.raised_on  # it holds nobody yet
    freed, held = factories.facility("freed"), factories.facility("held")
    hold(obstacle, freed, since=on(-9))
    hold(obstacle, held, since=on(-4))
    assert seen(on(3))[0].since == on(-9)
    record_milestone(
        facility=freed, milestone=Milestone.LAUNCH, happened_on=on(2), by=factories.recorder()
    )
    assert (seen(on(1))[0].since, seen(on(2))[0].since) == (on(-9), on(-4))


def test_the_province_loses_a_day_once_whoever_holds_it(obstacle):
    other, place = factories.ObstacleFactory(raised_on=DAY), factories.facility()
    hold(obstacle, place)
    hold(other, place, since=on(2))
    found = seen(on(5))
    assert sorted(one.facility_days for one in found) == [3, 5]
    assert days_lost(found, on(5)) == 5
    clear(obstacle, on(4))
    assert days_lost(seen(on(5)), on(5)) == 5  # what was lost stays lost
