"""Three facilities with one of everything that the API tells."""

from dataclasses import dataclass
from datetime import date

import equipment.services
import rollout.programme.services
import signatures.services
from equipment.models import Hosting, ItLevel, ProcurementLot
from facilities.models import Agency, Facility, Ownership, Scope
from facilities.services import record
from rollout.models import LegalDeadline, MeasureWeight, Obstacle, ObstacleHold
from tests import factories

ON = date(2025, 5, 21)
BEFORE = date(2025, 2, 18)
HOLDER = "Nguyễn Thị Giả Định"


@dataclass
class Province:
    official: Facility  # passed by its council, with a server
    bidding: Facility  # its bidding should have ended on 1 May
    clinic: Facility  # counted for its connection alone
    agency: Agency


def small_province() -> Province:
    by = factories.recorder()
    factories.programme()
    found = Province(
        official=factories.facility("official", name_vi="Bệnh viện A", name_en="Hospital A"),
        bidding=factories.facility("bidding", name_vi="Trung tâm B", name_en="Centre B"),
        clinic=factories.facility("clinic", ownership=Ownership.PRIVATE, scope=Scope.CONNECTIVITY),
        agency=factories.AgencyFactory(),
    )
    for measure, weight in (("servers", 1), ("official", 3)):
        record(MeasureWeight(measure=measure, weight=weight, effective_from=factories.START), by=by)
    record(
        LegalDeadline(
            code="hospitals",
            name_vi="Bệnh viện dùng bệnh án điện tử",
            name_en="Hospitals use EMR",
            basis="07/CT-TTg",
            due_on=date(2025, 9, 30),
            applies_to=LegalDeadline.AppliesTo.HOSPITALS,
            effective_from=date(2025, 3, 14),
        ),
        by=by,
    )
    _official(found.official, by)
    _bidding(found.bidding, by)
    return found


def _official(place, by) -> None:
    equipment.services.record_movement(
        facility=place,
        device_type=factories.server_type(),
        quantity=1,
        reason="accepted",
        happened_on=date(2025, 2, 1),
        by=by,
        document=factories.DocumentFactory(),
    )
    record(ItLevel(facility=place, his_level=5, happened_on=BEFORE), by=by)
    record(Hosting(facility=place, mode=Hosting.Mode.OWN_ROOM, happened_on=BEFORE), by=by)
    rollout.programme.services.set_milestone_target(
        facility=place, milestone="official", due_on=date(2025, 5, 1), set_on=BEFORE, by=by
    )
    for milestone, day in (("pilot", date(2025, 1, 10)), ("official", date(2025, 5, 6))):
        rollout.programme.services.record_milestone(
            facility=place, milestone=milestone, happened_on=day, by=by
        )
    meeting = factories.CouncilMeetingFactory(facility=place, code="HD-A")
    rollout.programme.services.schedule_council(
        meeting=meeting, scheduled_on=date(2025, 4, 20), set_on=date(2025, 4, 1), by=by
    )
    rollout.programme.services.record_ruling(
        meeting=meeting,
        conclusion="conditions",
        held_on=date(2025, 4, 22),
        minutes_number="12/BB",
        by=by,
    )
    signatures.services.record_event(
        certificate=factories.CertificateFactory(facility=place, holder=HOLDER),
        kind="requested",
        happened_on=date(2025, 3, 3),
        by=by,
    )


def _bidding(place, by) -> None:
    file = factories.ProcurementFactory(code="GT-B", facility=place)
    lot = ProcurementLot(
        procurement=file, facility=place, device_type=factories.server_type(), quantity=1
    )
    record(lot, by=by)
    equipment.services.record_stage(
        procurement=file, stage="selection_plan", happened_on=date(2025, 4, 2), by=by
    )
    equipment.services.set_stage_target(
        procurement=file, stage="award", due_on=date(2025, 5, 1), set_on=BEFORE, by=by
    )
    obstacle = record(
        Obstacle(
            code="VM-1",
            kind=Obstacle.Kind.BUDGET,
            name_vi="Dự toán chậm",
            name_en="Late estimates",
            raised_on=date(2025, 4, 1),
            raised_by="Cơ sở",
        ),
        by=by,
    )
    record(
        ObstacleHold(
            obstacle=obstacle, facility=place, milestone="launch", happened_on=date(2025, 4, 1)
        ),
        by=by,
    )
