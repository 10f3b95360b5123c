"""A made-up province of any size, written straight into the tables."""

import csv
import io
from datetime import date, timedelta
from itertools import islice

from django.db import connection
from django.utils import timezone

from connectivity.models import ConnectionStep, Partner
from equipment.models import DeviceMovement, DeviceNorm, DeviceType
from facilities.models import (
    Area,
    AreaName,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Kind,
    Ledger,
    Ownership,
    Scope,
    User,
)
from rollout.measures import MEASURES
from rollout.models import LegalDeadline, MeasureWeight, MilestoneEvent, MilestoneTarget, Programme
from signatures.models import Certificate, CertificateEvent, SignatureNeed

START, ON = date(2024, 1, 1), date(2025, 5, 21)
BATCH = 20_000

# How far the certificates have come: of a hundred, so many have had the event.
FUNNEL = (("requested", 100), ("issued", 88), ("received", 82), ("handed_over", 76))
AUTHENTICATED = 54


def write(model, rows) -> None:
    """Insert many rows quickly: COPY on PostgreSQL, batches elsewhere."""
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        if connection.vendor == "postgresql":
            _copy(model, batch)
        else:
            model.objects.bulk_create(batch, batch_size=500)


def _copy(model, batch) -> None:
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    text = io.StringIO()
    out = csv.writer(text)
    for row in batch:
        values = (f.get_db_prep_save(f.pre_save(row, True), connection) for f in fields)
        out.writerow("\\N" if value is None else value for value in values)
    text.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {model._meta.db_table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '\\N')",
            text,
        )


def build(facilities: int, certificates: int, devices: int) -> None:
    """A province whose certificates and devices are spread evenly over its facilities."""
    by = User.objects.create(username="bench")
    clock = {"recorded_by": by, "recorded_at": timezone.now()}
    area = Area.objects.create(code="province", level=Area.Level.PROVINCE)
    AreaName.objects.create(area=area, name_vi="Tỉnh thử", effective_from=START, **clock)
    Programme.objects.create(pk=1, area=area)
    LegalDeadline.objects.create(
        code="hospitals",
        name_vi="Hạn của bệnh viện",
        basis="07/CT-TTg",
        due_on=date(2025, 9, 30),
        applies_to="hospitals",
        effective_from=START,
        **clock,
    )
    for measure in MEASURES:
        MeasureWeight.objects.create(measure=measure.code, weight=10, effective_from=START, **clock)
    write(Facility, (Facility(code=f"f{n:05}") for n in range(facilities)))
    places = list(Facility.objects.order_by("pk"))
    _describe(places, area, clock)
    _devices(places, devices, clock)
    _steps(places, clock)
    _certificates(places, certificates, clock)
    Ledger.touch()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _describe(places, area, clock) -> None:
    common = {"effective_from": START, **clock}
    write(
        FacilityName,
        (FacilityName(facility=p, name_vi=f"Trung tâm Y tế {p.code}", **common) for p in places),
    )
    write(FacilityArea, (FacilityArea(facility=p, area=area, **common) for p in places))
    write(
        FacilityKind,
        (FacilityKind(facility=p, kind=Kind.MEDICAL_CENTRE, **common) for p in places),
    )
    write(
        FacilityOwnership,
        (FacilityOwnership(facility=p, ownership=Ownership.PUBLIC, **common) for p in places),
    )
    write(
        FacilityScope,
        (FacilityScope(facility=p, scope=Scope.ROLLOUT, **common) for p in places),
    )


def _devices(places, devices: int, clock) -> None:
    kinds = [
        DeviceType.objects.create(
            code=code,
            name_vi=code,
            group="emr_server" if code == "emr-server" else "bedside",
        )
        for code in ("emr-server", "tablet", "printer", "trolley", "qr", "screen")
    ]
    for kind in kinds[1:]:
        DeviceNorm.objects.create(device_type=kind, quantity=4, effective_from=START, **clock)
    write(
        DeviceMovement,
        (
            DeviceMovement(
                facility=places[n % len(places)],
                device_type=kinds[n // len(places) % len(kinds)],
                quantity=1,
                reason="accepted",
                happened_on=START + timedelta(days=n % 500),
                **clock,
            )
            for n in range(devices)
        ),
    )


def _steps(places, clock) -> None:
    partner = Partner.objects.create(code="bach-mai", name_vi="Bạch Mai", counted=True)
    write(
        ConnectionStep,
        (
            ConnectionStep(facility=place, partner=partner, step=step, happened_on=START, **clock)
            for place in places
            for step in ("account", "connected")
        ),
    )
    write(
        MilestoneEvent,
        (
            MilestoneEvent(
                facility=place,
                milestone=milestone,
                happened_on=START + timedelta(days=n % 400),
                **clock,
            )
            for n, place in enumerate(places)
            for milestone in ("preparing", "pilot", "launch")[: 1 + n % 3]
        ),
    )
    write(
        MilestoneTarget,
        (
            MilestoneTarget(
                facility=place,
                milestone=milestone,
                due_on=START + timedelta(days=300 + n % 300),
                effective_from=START,
                **clock,
            )
            for n, place in enumerate(places)
            for milestone in ("launch", "official")
        ),
    )


def _certificates(places, certificates: int, clock) -> None:
    write(
        SignatureNeed,
        (
            SignatureNeed(
                facility=place,
                quantity=1 + certificates // len(places),
                effective_from=START,
                **clock,
            )
            for place in places
        ),
    )
    write(
        Certificate,
        (
            Certificate(facility=places[n % len(places)], holder=f"Người {n}", assumed=True)
            for n in range(certificates)
        ),
    )
    write(CertificateEvent, _events(clock))


def _events(clock):
    asked = Certificate.objects.order_by("pk").values_list("pk", "facility_id")
    for n, (certificate, facility) in enumerate(asked.iterator(chunk_size=BATCH)):
        day = START + timedelta(days=n % 440)
        kinds = [kind for kind, of_hundred in FUNNEL if n * 7 % 100 < of_hundred]
        if n * 7 % 100 < AUTHENTICATED:
            kinds.append("authenticated")
        for step, kind in enumerate(kinds):
            happened_on = day + timedelta(days=7 * step)
            yield CertificateEvent(
                certificate_id=certificate,
                facility_id=facility,
                kind=kind,
                happened_on=happened_on,
                valid_until=happened_on + timedelta(days=1800) if kind == "issued" else None,
                **clock,
            )
