"""A past day keeps its answer, whatever is said of later days: kinds, ways, scope, beds, weights, deadlines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from facilities.as_of import AsOf
from facilities.models import (
    FacilityArea,
    FacilityBeds,
    FacilityKind,
    FacilityOwnership,
    FacilityScope,
    Kind,
    KindTerm,
    Scope,
)
from rollout.figures.progress import progress
from rollout.forecasting import forecast_of
from rollout.models import LegalDeadline, MeasureWeight, Milestone, MilestoneTemplate, Tracking
from rollout.programme.services import record_milestone
from tests import factories
from tests.writing import write

pytestmark = pytest.mark.django_db

PAST = date(2026, 3, 2)
LATER = PAST + timedelta(days=1)
NOW = datetime(2026, 3, 10, tzinfo=UTC)

STATION = factories.Kind.HEALTH_STATION


@pytest.fixture
def place():
    factories.weigh("launched", 10)
    factories.weigh("official", 10)
    write(
        LegalDeadline(
            code="law",
            name_vi="Hạn",
            basis="13/2025/TT-BYT",
            due_on=date(2026, 9, 30),
            applies_to="hospitals",
            effective_from=factories.START,
        )
    )
    place = factories.facility()
    for milestone in (Milestone.LAUNCH, Milestone.OFFICIAL):
        record_milestone(
            facility=place,
            milestone=milestone,
            happened_on=date(2026, 2, 2),
            by=factories.recorder(),
        )
    factories.kind_of(STATION)
    return place


def told(on: date) -> tuple:
    """Everything that is told of a day, but for the moment it was computed."""
    found = replace(progress(on), generated_at=NOW)
    as_of = AsOf(on)
    return found, as_of.on(on), forecast_of(as_of).facilities


LATER_SAYINGS = {
    "kind": lambda place: FacilityKind(facility=place, kind_id=STATION),
    "owner": lambda place: FacilityOwnership(facility=place, ownership="private"),
    "scope": lambda place: FacilityScope(facility=place, scope=Scope.BEYOND),
    "beds": lambda place: FacilityBeds(facility=place, has_beds=False),
    "area": lambda place: FacilityArea(facility=place, area=factories.AreaFactory(code="khac")),
    "name and group of the kind": lambda place: KindTerm(
        kind=Kind.objects.get(code="medical_centre"),
        name_vi="Trung tâm y tế khu vực",
        deadline_group="others",
    ),
    "way of the kind": lambda place: MilestoneTemplate(
        kind=Kind.objects.get(code="medical_centre"),
        milestone=Milestone.COUNCIL,
        is_needed=False,
    ),
    "weight": lambda place: MeasureWeight(measure="official", weight=90),
    "weight of the kind": lambda place: MeasureWeight(
        measure="official", kind_id="medical_centre", weight=90
    ),
    "tracking": lambda place: Tracking(measure="servers", is_tracked=False),
    "deadline": lambda place: LegalDeadline(
        code="law",
        name_vi="Hạn mới",
        basis="14/2026/TT-BYT",
        due_on=date(2026, 6, 30),
        applies_to="all",
    ),
}


@pytest.mark.parametrize("what", LATER_SAYINGS)
def test_what_holds_from_tomorrow_changes_tomorrow_and_not_today(place, what):
    before, tomorrow = told(PAST), told(LATER)
    row = LATER_SAYINGS[what](place)
    row.effective_from = LATER
    write(row)
    assert told(PAST) == before
    assert told(LATER) != tomorrow
