"""Progress takes a fixed number of queries, whatever the size of the province."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectivity.services import record_step
from equipment.models import Hosting, ItLevel
from equipment.services import record_stage, set_stage_target
from equipment.stages import Stage
from rollout.figures.progress import progress
from rollout.models import Milestone, Obstacle, ObstacleHold
from rollout.programme.services import record_ruling, schedule_council, set_milestone_target
from signatures.models import SignatureNeed
from signatures.services import record_event
from tests import factories
from tests.writing import devices, milestone, norm, write

pytestmark = pytest.mark.django_db

DAY = date(2025, 5, 21)
LAST_YEAR = date(2024, 5, 21)


def a_busy_facility():
    by, paper = factories.recorder(), factories.DocumentFactory()
    place = factories.facility()
    devices(place, 1, LAST_YEAR, device_type=factories.server_type(), document=paper)
    devices(place, 5, LAST_YEAR)
    norm(5, LAST_YEAR, facility=place)
    write(SignatureNeed(facility=place, quantity=9, effective_from=LAST_YEAR))
    write(ItLevel(facility=place, his_level=6, happened_on=LAST_YEAR))
    write(Hosting(facility=place, mode="own_room", happened_on=LAST_YEAR))
    for until in (DAY, date(2029, 1, 1)):  # one that has ended and one that has not
        made = factories.CertificateFactory(facility=place)
        for kind, valid_until in (("requested", None), ("issued", until)):
            record_event(
                certificate=made,
                kind=kind,
                happened_on=LAST_YEAR,
                valid_until=valid_until,
                by=by,
            )
    for step in ("account", "connected"):
        record_step(
            facility=place,
            partner=factories.PartnerFactory(),
            step=step,
            happened_on=LAST_YEAR,
            by=by,
        )
    file = factories.ProcurementFactory(facility=place)
    record_stage(procurement=file, stage=Stage.NEED, happened_on=LAST_YEAR, by=by)
    set_stage_target(procurement=file, stage=Stage.AWARD, due_on=DAY, set_on=LAST_YEAR, by=by)
    milestone(place, Milestone.LAUNCH, LAST_YEAR)
    set_milestone_target(
        facility=place, milestone=Milestone.OFFICIAL, due_on=DAY, set_on=LAST_YEAR, by=by
    )
    meeting = factories.CouncilMeetingFactory(facility=place)
    schedule_council(meeting=meeting, scheduled_on=DAY, set_on=LAST_YEAR, by=by)
    record_ruling(meeting=meeting, conclusion="pass", held_on=DAY, by=by)
    obstacle = Obstacle.objects.first() or factories.ObstacleFactory()
    write(
        ObstacleHold(
            obstacle=obstacle,
            facility=place,
            milestone=Milestone.OFFICIAL,
            happened_on=LAST_YEAR,
        )
    )


def count(facilities, **options) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(progress(DAY, **options).facilities) == facilities
    return len(captured)


def test_as_many_with_nine_facilities_as_with_three():
    factories.programme()
    for _ in range(3):
        a_busy_facility()
    compared = {"compare": LAST_YEAR}
    three = (count(3), count(3, **compared))
    for _ in range(6):
        a_busy_facility()
    assert (count(9), count(9, **compared)) == three
