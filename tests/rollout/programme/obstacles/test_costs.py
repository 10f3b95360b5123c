"""What obstacles cost, and whom they hold, at the edges of days."""

from datetime import date, timedelta

import pytest

from facilities.as_of import AsOf
from facilities.models import ChangeSet, Edit
from facilities.registers.entering import begin, withdraw_row
from rollout.models import Obstacle, ObstacleHold, Urging
from rollout.programme.obstacles import obstacles, services
from rollout.programme.obstacles.costs import costs
from rollout.programme.obstacles.waiting import AGENCY, NOBODY, SUPPLIER, awaited
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.registers.writing import entered
from tests.writing import refused

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)


def on(shift: int) -> date:
    return DAY + timedelta(days=shift)


def change_set() -> ChangeSet:
    return begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because="test")


def made(**fields) -> Obstacle:
    return factories.ObstacleFactory(raised_on=DAY, **fields)


def hold(obstacle, place=None, milestone="launch", since=DAY) -> ObstacleHold:
    [held] = services.hold(
        obstacle=obstacle,
        facilities=[place or factories.facility()],
        milestone=milestone,
        since=since,
        by=factories.recorder(),
    )
    return held


def cost(shift: int):
    return costs(obstacles(AsOf(on(shift))), on(shift))


def test_one_facility_under_two_obstacles_is_lost_once_and_counted_twice():
    place = factories.facility()
    hold(made(agency=factories.AgencyFactory()), place)
    hold(made(agency=factories.AgencyFactory(), kind="technical"), place, since=on(4))
    found = cost(10)
    assert (found.lost, found.counted) == (10, 16)
    assert [c.days for c in found.by_agency] == [c.days for c in found.by_kind] == [10, 6]


def test_two_milestones_of_a_facility_under_one_obstacle_cost_a_day_once():
    obstacle, place = made(), factories.facility()
    hold(obstacle, place, "launch")
    hold(obstacle, place, "official", since=on(3))
    assert (cost(10).lost, cost(10).counted) == (10, 10)


def test_agencies_and_kinds_add_up_to_the_same():
    agency = factories.AgencyFactory()
    for kind, whose in (("budget", agency), ("technical", agency), ("budget", None)):
        obstacle = made(kind=kind, agency=whose)
        hold(obstacle)
        hold(obstacle, since=on(2))
    found = cost(9)
    assert (
        sum(c.days for c in found.by_agency) == sum(c.days for c in found.by_kind) == found.counted
    )
    assert found.counted == found.lost == 3 * (9 + 7)


@pytest.mark.parametrize(("shift", "days", "held"), [(4, 8, 2), (5, 10, 1), (6, 11, 1)])
def test_a_hold_that_ends_frees_its_facility_only_from_that_day(shift, days, held):
    obstacle = made()
    row = hold(obstacle)
    hold(obstacle)
    services.end_hold(held=row, ends_on=on(5), because="own money", by=factories.recorder())
    [found] = obstacles(AsOf(on(shift)))
    assert (found.facility_days, len(found.facility_ids)) == (days, held)


def test_what_was_known_before_the_end_was_written_stays_readable():
    row = hold(made())
    before = row.recorded_at
    services.end_hold(held=row, ends_on=on(5), because="own money", by=factories.recorder())
    [found] = obstacles(AsOf(on(9), before))
    assert found.facility_days == 9


@pytest.mark.parametrize(("shift", "days", "held"), [(6, 12, 2), (7, 14, 0), (8, 14, 0)])
def test_clearing_frees_everybody(shift, days, held):
    obstacle = made()
    hold(obstacle)
    hold(obstacle)
    services.clear(obstacle=obstacle, cleared_on=on(7), by=factories.recorder())
    found = cost(shift)
    assert (found.lost, found.by_kind[0].facilities) == (days, held)


def test_what_cannot_be_is_refused_by_its_field():
    obstacle, by = made(), factories.recorder()
    row = hold(obstacle)
    early = on(-1)
    assert refused(services.clear, obstacle=obstacle, cleared_on=early, by=by) == {"cleared_on"}
    assert refused(services.urge, obstacle=obstacle, happened_on=DAY, by=by) == {"whom"}
    ending = {"held": row, "because": "x", "by": by}
    assert refused(services.end_hold, ends_on=early, **ending) == {"ends_on"}
    assert refused(services.end_hold, ends_on=date(2099, 1, 1), **ending) == {"ends_on"}
    services.clear(obstacle=obstacle, cleared_on=on(3), by=by)
    held = {"obstacle": obstacle, "facilities": [factories.facility()], "milestone": "launch"}
    assert refused(services.hold, since=on(3), by=by, **held) == {"since"}
    assert refused(services.hold, since=on(2), by=by, **held) == set()


def test_a_change_is_logged_and_what_stays_is_not():
    obstacle, agency = made(), factories.AgencyFactory()
    entered(REGISTERS["obstacles"], {"agency": agency.code, "kind": obstacle.kind}, row=obstacle)
    edit = Edit.objects.get(register="obstacles", row=obstacle.pk)
    assert (edit.column, edit.old, edit.new) == ("agency", "", agency.code)


def test_withdrawn_it_takes_everything_with_it():
    obstacle = made()
    hold(obstacle)
    services.urge(obstacle=obstacle, happened_on=DAY, whom="VNPT", by=factories.recorder())
    withdraw_row(register=REGISTERS["obstacles"], row=obstacle, change_set=change_set(), on=DAY)
    assert obstacles(AsOf(on(5))) == []
    assert not ObstacleHold.objects.known().exists()
    assert not Urging.objects.known().exists()


def test_the_longest_awaited_comes_first_and_an_obstacle_waits_on_both():
    agency = factories.AgencyFactory()
    hold(made(agency=agency, supplier="VNPT"), since=on(-9))
    factories.DirectiveFactory(lead=agency, issued_on=on(-3))
    done = made(supplier="FPT")
    services.clear(obstacle=done, cleared_on=on(2), by=factories.recorder())
    made()
    found = awaited(AsOf(on(2)))
    assert [(a.group, [t.kind for t in a.things]) for a in found] == [
        (AGENCY, ["obstacle", "directive"]),
        (SUPPLIER, ["obstacle"]),
        (NOBODY, ["obstacle"]),
    ]
    assert [a.name for a in awaited(AsOf(on(1))) if a.group == SUPPLIER] == ["VNPT", "FPT"]
