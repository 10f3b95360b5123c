"""By when a facility must have come how far, counted back from the law's day."""

from datetime import date, timedelta

import pytest

from equipment.durations import ENOUGH
from facilities.as_of import AsOf
from facilities.models import CalendarDay, FacilityBeds, Scope
from facilities.services import record
from facilities.working_days import WEEKENDS_ONLY
from rollout.models import LegalDeadline, Milestone
from rollout.programme.durations import ASSUMED, WAY
from rollout.programme.must_start import latest_days, law_for, law_of, next_latest
from rollout.programme.services import record_milestone
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

LAW = date(2025, 9, 30)  # a Tuesday
ON = date(2025, 5, 21)


def the_law(applies_to="all", due_on=LAW):
    record(
        LegalDeadline(
            code=f"law-{due_on}",
            name_vi="Hạn",
            name_en="Deadline",
            basis="13/2025/TT-BYT",
            applies_to=applies_to,
            due_on=due_on,
            effective_from=date(2025, 1, 1),
        ),
        by=factories.recorder(),
    )


def gone(place, **days):
    for milestone, on in days.items():
        record_milestone(
            facility=place, milestone=milestone, happened_on=on, by=factories.recorder()
        )


@pytest.mark.parametrize("law", ["none", "others", "past"])
def test_without_a_day_ahead_that_binds_hospitals_there_is_no_latest_day(law):
    factories.facility()
    if law != "none":
        the_law("others" if law == "others" else "all", ON - timedelta(days=law == "past"))
    assert latest_days(AsOf(ON)) == {}
    assert list(next_latest(AsOf(ON))) == []


def test_each_step_takes_what_is_assumed_and_ends_on_a_working_day():
    the_law()
    factories.facility()
    found = latest_days(AsOf(ON))
    assert list(found) == [milestone.value for milestone in WAY[1:]]
    assert found["official"].by == LAW
    by = LAW
    for milestone in reversed(WAY[1:]):
        by = WEEKENDS_ONLY.last_working(by)
        assert found[milestone.value].by == by
        by -= timedelta(days=ASSUMED[milestone])


@pytest.mark.parametrize("cases", [ENOUGH - 1, ENOUGH])
def test_from_enough_cases_on_what_was_seen_counts(cases):
    the_law()
    for _n in range(cases):
        gone(factories.facility(), decision=date(2025, 3, 1), official=date(2025, 3, 4))
    takes = latest_days(AsOf(ON))["decision"].takes
    assert takes == ((3, cases) if cases == ENOUGH else (ASSUMED[Milestone.OFFICIAL], 0))


def test_a_part_of_the_province_is_measured_by_the_whole():
    the_law()
    places = [factories.facility() for _n in range(ENOUGH)]
    for place in places:
        gone(place, decision=date(2025, 3, 1), official=date(2025, 3, 4))
    alone = AsOf(ON, facility_ids=frozenset({places[0].pk}))
    assert latest_days(alone) == latest_days(AsOf(ON))


def test_a_day_off_moves_it_back():
    the_law()
    factories.facility()
    record(CalendarDay(day=LAW, kind="off", name_vi="Nghỉ", source="x"), by=factories.recorder())
    assert latest_days(AsOf(ON))["official"].by == LAW - timedelta(days=1)


def test_the_next_milestone_is_the_one_after_the_furthest():
    the_law()
    fresh, piloting, done = (factories.facility() for _n in range(3))
    gone(piloting, pilot=date(2025, 3, 1))
    gone(done, official=date(2025, 3, 1))
    found = {pk: latest.milestone for pk, latest in next_latest(AsOf(ON))}
    assert found == {fresh.pk: Milestone.PILOT, piloting.pk: Milestone.LAUNCH}


def test_a_deadline_counts_for_those_whom_it_binds():
    """A station is asked later than a hospital; who takes part without having to is asked by none."""
    the_law("hospitals")
    later = LAW + timedelta(days=90)
    the_law("others", later)
    hospital = factories.facility(kind=factories.Kind.GENERAL_HOSPITAL)
    station = factories.facility(kind=factories.Kind.HEALTH_STATION)
    centre = factories.facility(kind=factories.Kind.MEDICAL_CENTRE)
    write(FacilityBeds(facility=centre, has_beds=False, effective_from=factories.START))
    beyond = factories.facility(kind=factories.Kind.GENERAL_HOSPITAL, scope=Scope.BEYOND)
    as_of = AsOf(ON)
    asked = {facility.id: law_for(as_of, facility) for facility in as_of.on(ON)}
    assert asked == {hospital.pk: LAW, station.pk: later, centre.pk: later, beyond.pk: None}
    assert law_of(as_of) == LAW


def test_too_late_is_said_from_the_working_day_after():
    the_law()
    factories.facility()
    latest = latest_days(AsOf(ON))["official"]
    assert not latest.is_too_late(LAW, WEEKENDS_ONLY)
    assert latest.is_too_late(LAW + timedelta(days=1), WEEKENDS_ONLY)
