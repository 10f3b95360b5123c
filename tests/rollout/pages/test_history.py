"""What was recorded about a facility, in its order: moves and withdrawn rows included."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import StageTarget
from facilities.as_of import AsOf
from facilities.models import Facility
from facilities.services import withdraw
from rollout.models import CouncilDate, MilestoneTarget, ObstacleHold
from rollout.pages.summary.history import Entry, history
from rollout.programme.services import schedule_council, set_milestone_target
from signatures.models import CertificateEvent
from tests.factories import recorder
from tests.house.busy_province import ON, busy_province

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Facility:
    busy_province(2)
    return Facility.objects.get(code="place-000")


def told(place: Facility) -> list[Entry]:
    return history(AsOf(ON, facility_ids=frozenset({place.pk})))


def move(place: Facility) -> None:
    set_milestone_target(
        facility=place,
        milestone="launch",
        due_on=date(2025, 6, 30),
        set_on=date(2025, 5, 10),
        because="chờ thiết bị.",
        by=recorder(),
    )


def test_a_first_plan_is_not_news_but_its_move_is(place):
    before = len(told(place))
    move(place)
    found = told(place)
    assert len(found) == before + 1
    entry = next(entry for entry in found if "chờ thiết bị" in entry.what)
    assert entry.on == date(2025, 5, 10)
    assert "21/05/2025" in entry.what
    assert "30/06/2025" in entry.what


def test_the_dates_of_councils_are_told_and_their_moves(place):
    meeting = CouncilDate.objects.filter(meeting__facility=place).first().meeting
    schedule_council(
        meeting=meeting,
        scheduled_on=date(2025, 6, 5),
        set_on=date(2025, 5, 15),
        because="đổi lịch",
        by=recorder(),
    )
    assert any("05/06/2025" in entry.what and "đổi lịch" in entry.what for entry in told(place))


def test_an_obstacle_that_holds_the_facility_is_told(place):
    hold = ObstacleHold.objects.filter(facility=place).get()
    assert any(hold.obstacle.name_vi in entry.what for entry in told(place))


@pytest.mark.parametrize(
    ("model", "facility"),
    [
        (MilestoneTarget, "facility"),
        (StageTarget, "procurement__facility"),
        (CouncilDate, "meeting__facility"),
        (ObstacleHold, "facility"),
        (CertificateEvent, "facility"),
    ],
)
def test_what_was_withdrawn_stays_in_the_history_with_its_reason(place, model, facility):
    row = model.objects.filter(**{facility: place}).order_by("-pk").first()
    withdraw(fact=row, by=recorder(), because="ghi nhầm")
    gone = [entry for entry in told(place) if entry.withdrawn_at]
    assert [entry.withdrawn_because for entry in gone] == ["ghi nhầm"]


def test_the_number_of_queries_is_fixed(place):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            told(place)
        return len(captured)

    before = queries()
    move(place)
    hold = ObstacleHold.objects.get(facility=place)
    withdraw(fact=hold, by=recorder(), because="ghi nhầm")
    assert queries() == before
