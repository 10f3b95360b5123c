"""What follows from the kind of a facility: its way, its weights; and from taking part without having to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from facilities.as_of import AsOf
from facilities.models import FacilityKind, KindTerm, Scope
from facilities.models import Kind as KindOfFacility
from rollout.figures.contradictions import contradictions
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import progress
from rollout.figures.trend import trend
from rollout.forecasting import forecast_of
from rollout.models import MeasureWeight, Milestone, MilestoneTemplate
from rollout.programme.services import record_milestone
from rollout.programme.stages import FacilityStage, NextStep
from tests import factories
from tests.factories import Kind
from tests.writing import write

pytestmark = pytest.mark.django_db

ON = date(2026, 5, 20)
SHORT = ("pilot", "self_assessment", "council", "decision")  # what a station does not pass


def way(kind: str, since: date = factories.START, *, needed: bool = False) -> None:
    """A kind does not pass these steps."""
    code = factories.kind_of(kind)
    for milestone in SHORT:
        write(
            MilestoneTemplate(
                kind=KindOfFacility.objects.get(code=code),
                milestone=milestone,
                is_needed=needed,
                effective_from=since,
            )
        )


def reached(place, **days):
    for milestone, on in days.items():
        record_milestone(
            facility=place, milestone=milestone, happened_on=on, by=factories.recorder()
        )


def of(place, on=ON):
    return progress(on).facility(place.code)


class TestTheWay:
    def test_official_use_needs_no_council_where_none_is_asked(self):
        way(Kind.HEALTH_STATION)
        station = factories.facility(kind=Kind.HEALTH_STATION)
        hospital = factories.facility(kind=Kind.GENERAL_HOSPITAL)
        for place in (station, hospital):
            reached(place, official=ON)
        assert of(station).measures["official"].done == 1
        assert of(hospital).measures["official"].done == 0
        assert of(station).stage == FacilityStage.OFFICIAL
        assert of(hospital).stage == FacilityStage.LAUNCHED

    def test_the_line_says_what_is_not_asked_and_goes_on_with_what_is(self):
        way(Kind.HEALTH_STATION)
        station = factories.facility(kind=Kind.HEALTH_STATION, tracked=False)
        reached(station, launch=ON)
        states = {one.code: one.state for one in of(station).milestones}
        assert {code for code, state in states.items() if state == "not_needed"} == set(SHORT)
        assert states["official"] == "under_way"
        assert of(station).next_step == NextStep.OFFICIAL

    def test_after_official_use_only_what_is_asked_is_left(self):
        code = factories.kind_of(Kind.HEALTH_STATION)
        for milestone in (Milestone.COUNCIL, Milestone.PORTAL):
            write(
                MilestoneTemplate(
                    kind=KindOfFacility.objects.get(code=code),
                    milestone=milestone,
                    is_needed=False,
                    effective_from=factories.START,
                )
            )
        station = factories.facility(kind=Kind.HEALTH_STATION)
        reached(station, official=ON)
        assert of(station).next_step == NextStep.NOTHING

    @pytest.mark.parametrize(("shift", "done"), [(-1, 0), (0, 1), (1, 1)])
    def test_a_way_holds_from_its_day_and_the_days_before_keep_theirs(self, shift, done):
        station = factories.facility(kind=Kind.HEALTH_STATION)
        reached(station, official=date(2025, 1, 10))
        way(Kind.HEALTH_STATION, ON)
        day = ON + timedelta(days=shift)
        assert of(station, day).measures["official"].done == done
        [point] = trend(BY_CODE["official"], day, day)
        assert point.done == done

    def test_a_step_that_is_asked_again_is_on_the_way_again(self):
        way(Kind.HEALTH_STATION)
        way(Kind.HEALTH_STATION, ON, needed=True)
        station = factories.facility(kind=Kind.HEALTH_STATION)
        reached(station, official=date(2025, 1, 10))
        assert of(station, ON - timedelta(days=1)).measures["official"].done == 1
        assert of(station, ON).measures["official"].done == 0

    def test_nothing_was_passed_over_that_is_not_asked(self):
        way(Kind.HEALTH_STATION)
        station = factories.facility(kind=Kind.HEALTH_STATION)
        hospital = factories.facility(kind=Kind.GENERAL_HOSPITAL)
        for place in (station, hospital):
            reached(place, preparing=date(2026, 1, 5), launch=date(2026, 2, 5), official=ON)
        rules = {(one.facility_id, one.rule) for one in contradictions(AsOf(ON))}
        assert (hospital.pk, "official-without-council") in rules
        assert (station.pk, "official-without-council") not in rules
        assert (station.pk, "official-without-decision") not in rules

    def test_how_long_other_steps_took_says_nothing_of_its_own(self):
        way(Kind.HEALTH_STATION)
        station = factories.facility(kind=Kind.HEALTH_STATION)
        reached(station, launch=ON)
        [one] = forecast_of(AsOf(ON)).facilities
        assert (one.lacking, one.is_foreseen) == ("other_way", False)
        reached(station, official=ON)
        [one] = forecast_of(AsOf(ON)).facilities
        assert one.done_on == ON


class TestNames:
    def test_a_kind_of_our_own_is_called_what_it_was_called_on_the_day(self):
        kind = KindOfFacility.objects.create(code="field_hospital")
        for name, since in (("Bệnh viện dã chiến", factories.START), ("Bệnh viện lưu động", ON)):
            write(
                KindTerm(kind=kind, name_vi=name, deadline_group="hospitals", effective_from=since)
            )
        place = factories.facility(kind=Kind.GENERAL_HOSPITAL)
        write(FacilityKind(facility=place, kind=kind, effective_from=date(2025, 1, 1)))
        before = AsOf(ON).on(ON - timedelta(days=1))[0]
        now = AsOf(ON).on(ON)[0]
        assert (before.kind_label, now.kind_label) == ("Bệnh viện dã chiến", "Bệnh viện lưu động")
        assert now.deadline_group == "hospitals"


class TestWithoutHavingTo:
    def test_a_share_may_pass_the_whole_and_says_why(self):
        """56 of 54, 103.7%: two take part without having to."""
        for _n in range(2):
            reached(factories.facility(), launch=ON)
        reached(factories.facility(scope=Scope.BEYOND), launch=ON)
        launched = progress(ON).measure("launched")
        assert (launched.done, launched.total, launched.beyond) == (3, 2, 1)
        assert launched.share == 1.5
        assert launched.state == "done"

    def test_it_makes_good_for_nobody_who_must(self):
        factories.facility()
        reached(factories.facility(scope=Scope.BEYOND), launch=ON)
        launched = progress(ON).measure("launched")
        assert (launched.done, launched.total, launched.missing) == (1, 1, 1)
        assert launched.state == "under_way"

    def test_who_need_not_and_has_not_is_missing_nowhere(self):
        reached(factories.facility(), launch=ON)
        factories.facility(scope=Scope.BEYOND)
        launched = progress(ON).measure("launched")
        assert (launched.done, launched.total, launched.beyond, launched.missing) == (1, 1, 0, 0)
        assert launched.state == "done"

    def test_its_own_progress_is_not_in_the_mean_of_those_who_must(self):
        factories.weigh("launched", 10)
        factories.facility()
        reached(factories.facility(scope=Scope.BEYOND), launch=ON)
        assert progress(ON).overall == 0


def test_a_kind_has_weights_of_its_own_where_it_has_some():
    factories.weigh("launched", 10)
    factories.weigh("official", 10)
    factories.kind_of(Kind.HEALTH_STATION)
    MeasureWeight.objects.create(
        measure="official",
        kind_id=Kind.HEALTH_STATION,
        weight=Decimal(90),
        effective_from=ON,
        recorded_by=factories.recorder(),
    )
    station = factories.facility(kind=Kind.HEALTH_STATION)
    hospital = factories.facility(kind=Kind.GENERAL_HOSPITAL)
    for place in (station, hospital):
        reached(place, launch=factories.START)
    assert of(station).progress == pytest.approx(0.1)
    assert of(hospital).progress == pytest.approx(0.5)
    assert of(station, ON - timedelta(days=1)).progress == pytest.approx(0.5)
