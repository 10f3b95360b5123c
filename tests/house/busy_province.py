"""A province of any size in which every facility has one of everything, for counting queries."""

from datetime import date, timedelta

import connectivity.services
import equipment.services
import rollout.programme.services
import signatures.services
from equipment.models import DeviceNorm, Hosting, ItLevel, ProcurementLot
from equipment.stages import Path
from facilities.services import record
from rollout.models import (
    Alert,
    Directive,
    DirectiveEvent,
    LegalDeadline,
    Obstacle,
    ObstacleHold,
    ReportingCalendar,
    WorkingSession,
)
from signatures.models import SignatureNeed
from tests import factories

ON = date(2025, 5, 21)


def busy_province(facilities: int) -> None:
    """Build it. The first facility has the code `place-000`, the first directive `CD-0`."""
    by = factories.recorder()
    factories.programme()
    common = {"effective_from": factories.START}
    record(
        LegalDeadline(
            code="law",
            name_vi="Hạn",
            basis="07/CT-TTg",
            due_on=date(2025, 9, 30),
            applies_to="all",
            **common,
        ),
        by=by,
    )
    record(DeviceNorm(device_type=factories.DeviceTypeFactory(), quantity=2, **common), by=by)
    record(ReportingCalendar(weekday=5, hour=16, **common), by=by)
    session = record(
        WorkingSession(name_vi="Làm việc", held_on=ON - timedelta(days=90), chair="A"), by=by
    )
    for number in range(facilities):
        _place(number, session, by)


def _place(number: int, session, by) -> None:
    place = factories.facility(f"place-{number:03}", area=factories.AreaFactory())
    day = ON - timedelta(days=60 + number)
    agency = factories.AgencyFactory(code=f"agency-of-{number}")
    _equip(place, number, day, by)
    record(SignatureNeed(facility=place, quantity=3, effective_from=factories.START), by=by)
    for end in (ON - timedelta(days=5), ON + timedelta(days=80)):
        certificate = factories.CertificateFactory(facility=place)
        for kind, until in (("requested", None), ("issued", end)):
            signatures.services.record_event(
                certificate=certificate, kind=kind, happened_on=day, valid_until=until, by=by
            )
    for step in ("account", "connected"):
        connectivity.services.record_step(
            facility=place,
            partner=factories.PartnerFactory(),
            step=step,
            happened_on=day,
            by=by,
        )
    rollout.programme.services.record_milestone(
        facility=place, milestone="pilot", happened_on=day, by=by
    )
    for milestone in ("launch", "official"):
        rollout.programme.services.set_milestone_target(
            facility=place, milestone=milestone, due_on=ON, set_on=day, by=by
        )
    for passed in (False, True):
        meeting = factories.CouncilMeetingFactory(facility=place)
        rollout.programme.services.schedule_council(
            meeting=meeting, scheduled_on=ON, set_on=day, by=by
        )
        if passed:
            rollout.programme.services.record_ruling(
                meeting=meeting, conclusion="pass", held_on=ON - timedelta(days=1), by=by
            )
    obstacle = record(
        Obstacle(
            code=f"VM-{number}",
            kind="budget",
            name_vi="Chậm",
            raised_on=day,
            raised_by="A",
            agency=agency,
            session=session,
        ),
        by=by,
    )
    record(
        ObstacleHold(obstacle=obstacle, facility=place, milestone="launch", happened_on=day), by=by
    )
    _order(number, session, agency, day, by)
    Alert.objects.create(
        rule="milestone",
        subject=f"milestone:{place.pk}:launch",
        facility=place,
        due_on=ON,
        severity="notice",
        what_vi="Vận hành",
        what_en="Launch",
        raised_on=day,
    )


def _equip(place, number: int, day: date, by) -> None:
    for device_type, quantity in ((factories.server_type(), 1), (factories.DeviceTypeFactory(), 2)):
        equipment.services.record_movement(
            facility=place,
            device_type=device_type,
            quantity=quantity,
            reason="accepted",
            happened_on=day,
            by=by,
            document=factories.DocumentFactory(),
        )
    record(ItLevel(facility=place, his_level=5, happened_on=day), by=by)
    record(Hosting(facility=place, mode=Hosting.Mode.OWN_ROOM, happened_on=day), by=by)
    file = factories.ProcurementFactory(
        facility=place, path=Path.RENTAL if number % 2 else Path.PURCHASE
    )
    record(
        ProcurementLot(
            procurement=file, facility=place, device_type=factories.server_type(), quantity=1
        ),
        by=by,
    )
    equipment.services.record_stage(procurement=file, stage="need", happened_on=day, by=by)
    equipment.services.set_stage_target(
        procurement=file, stage="award", due_on=ON, set_on=day, by=by
    )


def _order(number: int, session, agency, day: date, by) -> None:
    directive = record(
        Directive(
            code=f"CD-{number}",
            name_vi="Giải quyết",
            issued_on=day,
            issued_by="A",
            session=session,
            lead=agency,
            due_on=ON,
        ),
        by=by,
    )
    directive.coordinating.add(factories.AgencyFactory())
    record(
        DirectiveEvent(directive=directive, kind="progress", happened_on=day, note="Đang làm"),
        by=by,
    )
