"""A made-up province of any size, or a nation of provinces, written straight into the tables.

It has every kind of fact that the pages, the API and the jobs read, so that a query per row of
any of them would show. The same size always gives the same rows.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from bench.rows import write
from connectivity.models import BeatDay, ConnectionStep, Gateway, Partner
from equipment.models import (
    Asset,
    DeviceMovement,
    DeviceNorm,
    DeviceType,
    Hosting,
    ItLevel,
    Procurement,
    ProcurementLot,
    StageEvent,
    StageTarget,
)
from equipment.stages import ROUTES, Path
from facilities.models import (
    Agency,
    Area,
    AreaName,
    AreaParent,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Kind,
    KindTerm,
    Ledger,
    Ownership,
    Role,
    RoleAssignment,
    Scope,
    User,
)
from rollout.figures.measures import MEASURES
from rollout.models import (
    Alert,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    Directive,
    LegalDeadline,
    MeasureWeight,
    Milestone,
    MilestoneEvent,
    MilestoneTarget,
    Obstacle,
    ObstacleHold,
    Programme,
    WorkingSession,
)
from signatures.models import Certificate, CertificateEvent, SignatureNeed

START, ON = date(2024, 1, 1), date(2025, 5, 21)
COMPARED = date(2025, 2, 18)
LEADER = "bench-leader"

DEVICES = ("emr-server", "tablet", "printer", "trolley", "qr", "screen")
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Giáp", "Thân", "Đỗ", "Vũ", "Ngọ", "Đặng")
GIVEN = (
    *("Thị Lan", "Văn Đức", "Minh Ánh", "Quốc Việt", "Thu Hằng", "Ngọc Ước", "Hữu Ích"),
    *("Kim Ngân", "Bảo Yến", "Xuân Sơn", "Phương Thảo", "Đình Dũng", "Khánh Ly", "Tuấn Kiệt"),
)
TOWNS = ("Lục Nam", "Lục Ngạn", "Tân Yên", "Yên Thế", "Hiệp Hòa", "Việt Yên", "Sơn Động")
WAY = [m.value for m in Milestone if m != Milestone.COUNCIL]
# How far the certificates have come: of a hundred, so many have had the event.
FUNNEL = {"requested": 100, "issued": 88, "received": 82, "handed_over": 76, "authenticated": 54}
FACILITIES_OF_A_COMMUNE = 17
RETURNED, REVOKED, SHORT_LIVED = 3, 2, 4  # of a hundred


class Span:
    """Since when facts are made, and how many days pass where one would in a province of its own."""

    start, times = START, 1.0

    @classmethod
    def of_days(cls, days: int) -> None:
        cls.start, cls.times = ON - timedelta(days=days), days / (ON - START).days


def day(n: int) -> date:
    return Span.start + timedelta(days=round(n * Span.times))


class Part(NamedTuple):
    """One province: its area, and which of the facilities lie in it."""

    area: int
    programme: int
    places: list[int]


def sizes(facilities: int, provinces: int) -> list[int]:
    """How many facilities each province has: two large ones, the others from large to small."""
    if provinces == 1:
        return [facilities]
    weights = [1_400.0, 1_000.0][:provinces]
    others = provinces - len(weights)
    weights += [588 - 388 * n / max(others - 1, 1) for n in range(others)]
    found = [max(1, round(facilities * one / sum(weights))) for one in weights]
    found[-1] += facilities - sum(found)
    return found


def build(
    facilities: int, certificates: int, devices: int, provinces: int = 1, days: int = 0
) -> None:
    """Write them; certificates and devices are spread evenly over the facilities.

    `days`: over how many the facts are spread; 0: from START on.
    """
    if days:
        Span.of_days(days)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            _trust_the_rows()
        by = User.objects.create(username=LEADER)
        RoleAssignment.objects.create(user=by, role=Role.LEADER, valid_from=day(0))
        clock = {"recorded_by_id": by.pk, "recorded_at": timezone.now()}
        write(Facility, "code", ((f"f{n:05}",) for n in range(facilities)))
        places = list(Facility.objects.order_by("pk").values_list("pk", flat=True))
        parts = _programme(places, provinces, clock)
        _devices(places, devices, clock)
        _assets(places, devices, clock)
        _gateways(places, by.pk)
        _procurements(places, clock)
        _milestones(places, clock)
        _councils(places, clock)
        _agencies()
        for part in parts:
            _obstacles(part, clock)
        _certificates(places, certificates, clock)
        _alerts(places)
        Ledger.touch()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _trust_the_rows() -> None:
    """Where the role may ask for it, foreign keys of these millions of rows are not looked up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")


def _programme(places: list[int], provinces: int, clock: dict) -> list[Part]:
    """The areas, the law, the weights; and what each facility is called and counted as."""
    begun = {"effective_from": day(0), **clock}
    parts, rest = [], iter(places)
    for n, size in enumerate(sizes(len(places), provinces)):
        code = f"province-{n:02}" if n else "province"
        area = Area.objects.create(code=code, level=Area.Level.PROVINCE)
        programme = Programme.objects.create(area=area)
        write(AreaName, "area_id name_vi", [(area.pk, f"Tỉnh thử {n or ''}".strip())], **begun)
        parts.append(Part(area.pk, programme.pk, list(islice(rest, size))))
    write(
        LegalDeadline,
        "code name_vi due_on applies_to",
        [
            ("hospitals", "Hạn của bệnh viện", date(2025, 9, 30), "hospitals"),
            ("others", "Hạn của cơ sở khác", date(2026, 12, 31), "others"),
        ],
        basis="07/CT-TTg",
        **begun,
    )
    write(MeasureWeight, "measure", ((m.code,) for m in MEASURES), weight=10, **begun)
    write(
        FacilityName,
        "facility_id name_vi",
        ((p, f"Trung tâm Y tế {TOWNS[p % len(TOWNS)]} {p}") for p in places),
        **begun,
    )
    for part in parts:
        below = _communes(part, begun)
        rows = (
            (p, below[n % len(below)] if below else part.area) for n, p in enumerate(part.places)
        )
        write(FacilityArea, "facility_id area_id", rows, **begun)
    kind = Kind.objects.create(code="medical_centre")
    write(
        KindTerm,
        "kind_id name_vi",
        [(kind.pk, "Trung tâm y tế")],
        deadline_group="hospitals",
        **begun,
    )
    write(FacilityKind, "facility_id", ((p,) for p in places), kind_id=kind.code, **begun)
    write(
        FacilityOwnership,
        "facility_id ownership",
        ((p, Ownership.PRIVATE if n % 10 == 9 else Ownership.PUBLIC) for n, p in enumerate(places)),
        **begun,
    )
    write(FacilityScope, "facility_id", ((p,) for p in places), scope=Scope.ROLLOUT, **begun)
    partner = Partner.objects.create(code="bach-mai", name_vi="Bạch Mai", counted=True)
    write(
        ConnectionStep,
        "facility_id step",
        ((p, step) for p in places for step in ("account", "connected")),
        partner_id=partner.pk,
        happened_on=day(0),
        **clock,
    )
    return parts


def _communes(part: Part, begun: dict) -> list[int]:
    """The areas that a province falls into; none in a small one."""
    before = set(Area.objects.values_list("pk", flat=True))
    codes = ((f"c{part.area}-{n}",) for n in range(len(part.places) // FACILITIES_OF_A_COMMUNE))
    write(Area, "code", codes, level=Area.Level.COMMUNE)
    below = list(Area.objects.exclude(pk__in=before).order_by("pk").values_list("pk", flat=True))
    write(AreaName, "area_id name_vi", ((pk, f"Xã {pk}") for pk in below), **begun)
    write(AreaParent, "area_id", ((pk,) for pk in below), parent_id=part.area, **begun)
    return below


def _devices(places: list[int], devices: int, clock: dict) -> None:
    write(
        DeviceType,
        "code name_vi group",
        ((code, code, "bedside" if n else "emr_server") for n, code in enumerate(DEVICES)),
    )
    types = list(DeviceType.objects.order_by("pk").values_list("pk", flat=True))
    write(
        DeviceNorm,
        "device_type_id",
        ((device,) for device in types[1:]),
        quantity=4,
        effective_from=day(0),
        **clock,
    )
    count = len(places)
    write(
        DeviceMovement,
        "facility_id device_type_id happened_on",
        ((places[n % count], types[n // count % len(types)], day(n % 500)) for n in range(devices)),
        quantity=1,
        reason="accepted",
        **clock,
    )
    write(
        ItLevel,
        "facility_id his_level happened_on",
        ((p, 1 + (n + step) % 7, day(100 * step)) for n, p in enumerate(places) for step in (0, 1)),
        **clock,
    )
    write(
        Hosting,
        "facility_id mode",
        ((p, "own_room" if n % 3 else "rented_cloud") for n, p in enumerate(places)),
        happened_on=day(0),
        **clock,
    )


def _assets(places: list[int], devices: int, clock: dict) -> None:
    """Half as many single devices as are counted: each came, one in twenty moved on, one in fifty left."""
    count, assets = len(places), devices // 2
    types = list(DeviceType.objects.order_by("pk").values_list("pk", flat=True))
    write(
        Asset,
        "device_type_id tag serial model",
        (
            (types[n // count % len(types)], f"TS-{n:06}", f"SN{n * 7919:09x}", f"Mẫu {n % 40}")
            for n in range(assets)
        ),
        assumed=True,
    )
    stored = Asset.objects.order_by("pk").values_list("pk", "device_type")
    moved = []
    for n, (asset, kind) in enumerate(stored.iterator()):
        here, there = places[n % count], places[(n + 1) % count]
        moved.append((here, kind, asset, day(n % 400), 1, "opening"))
        if n % 20 == 0 and count > 1:
            moved.append((here, kind, asset, day(430), -1, "moved"))
            moved.append((there, kind, asset, day(430), 1, "moved"))
        elif n % 50 == 1:
            moved.append((here, kind, asset, day(450), -1, "retired"))
    write(
        DeviceMovement,
        "facility_id device_type_id asset_id happened_on quantity reason",
        iter(moved),
        **clock,
    )


def _gateways(places: list[int], by: int) -> None:
    """Every facility has one, which has sent beats on each of the last thirty days."""
    partner = Partner.objects.get(counted=True)
    at = datetime.combine(ON, time(8), tzinfo=timezone.get_current_timezone())
    write(
        Gateway,
        "facility_id digest",
        ((place, f"{place:064x}") for place in places),
        partner_id=partner.pk,
        issued_at=at - timedelta(days=60),
        issued_by_id=by,
    )
    gateways = list(Gateway.objects.order_by("pk").values_list("pk", flat=True))
    write(
        BeatDay,
        "gateway_id day first_at last_at",
        (
            (gateway, ON - timedelta(days=ago), at - timedelta(days=ago), at - timedelta(days=ago))
            for n, gateway in enumerate(gateways)
            for ago in range(n % 9, 30)
        ),
        beats=24,
        sent=240,
        errors=0,
    )


def _alerts(places: list[int]) -> None:
    """Three a facility that stand open, as a night leaves them; before the job has run they are none's."""
    write(
        Alert,
        "rule subject facility_id due_on severity what_vi what_en",
        (
            (
                *("milestone", f"milestone:{place}:{n}", place, day(480 + (place + 9 * n) % 60)),
                *("late" if n else "warning", f"Mốc {n} của cơ sở {place}", f"Milestone {n}"),
            )
            for place in places
            for n in range(3)
        ),
        level=1,
        raised_on=ON,
        raised_at=timezone.now(),
    )


def _procurements(places: list[int], clock: dict) -> None:
    """One file a facility, every third a rental, with a target for each stage and half of them reached."""
    paths = [Path.PURCHASE if n % 3 else Path.RENTAL for n in range(len(places))]
    write(
        Procurement,
        "code facility_id path",
        ((f"MS-{n:05}", p, paths[n].value) for n, p in enumerate(places)),
        title="Máy chủ bệnh án điện tử",
    )
    files = list(Procurement.objects.order_by("pk").values_list("pk", "facility_id"))
    server = DeviceType.objects.get(code="emr-server").pk
    write(
        ProcurementLot,
        "procurement_id facility_id",
        files,
        device_type_id=server,
        quantity=1,
        **clock,
    )
    stages = [[stage.value for stage in ROUTES[path].stages] for path in paths]
    write(
        StageTarget,
        "procurement_id stage due_on",
        (
            (file, stage, day(300 + n % 100 + 12 * step))
            for n, (file, _place) in enumerate(files)
            for step, stage in enumerate(stages[n])
        ),
        effective_from=day(0),
        **clock,
    )
    write(
        StageEvent,
        "procurement_id facility_id stage happened_on",
        (
            (file, place, stage, day(305 + n % 100 + 12 * step))
            for n, (file, place) in enumerate(files)
            for step, stage in enumerate(stages[n][: len(stages[n]) // 2])
        ),
        **clock,
    )


def _milestones(places: list[int], clock: dict) -> None:
    write(
        MilestoneEvent,
        "facility_id milestone happened_on",
        (
            (place, milestone, day(60 * step + n % 100))
            for n, place in enumerate(places)
            for step, milestone in enumerate(WAY[: 1 + n % 6])
        ),
        **clock,
    )
    write(
        MilestoneTarget,
        "facility_id milestone due_on",
        (
            (place, milestone, day(300 + n % 300))
            for n, place in enumerate(places)
            for milestone in ("launch", "official")
        ),
        effective_from=day(0),
        **clock,
    )


def _councils(places: list[int], clock: dict) -> None:
    """Every second facility has a meeting, every fourth a ruling."""
    meeting_of = places[::2]
    write(
        CouncilMeeting,
        "code facility_id",
        ((f"HD-{n:05}", place) for n, place in enumerate(meeting_of)),
        level=CouncilMeeting.Level.SECTOR,
    )
    meetings = list(CouncilMeeting.objects.order_by("pk").values_list("pk", "facility_id"))
    write(
        CouncilDate,
        "meeting_id scheduled_on",
        ((meeting, day(450 + n % 80)) for n, (meeting, _place) in enumerate(meetings)),
        effective_from=day(0),
        **clock,
    )
    write(
        CouncilRuling,
        "meeting_id facility_id happened_on",
        ((meeting, place, day(450)) for meeting, place in meetings[::2]),
        conclusion="conditions",
        **clock,
    )


def _agencies() -> None:
    write(Agency, "code name_vi", ((f"agency-{n}", f"Sở {n}") for n in range(4)))


def _obstacles(part: Part, clock: dict) -> None:
    """Twelve obstacles of a province, and as many directives: their number is that of its troubles."""
    agencies = list(Agency.objects.order_by("pk").values_list("pk", flat=True))
    write(
        WorkingSession,
        "name_vi held_on",
        [("Phiên một", COMPARED), ("Phiên hai", ON)],
        chair="Phó Chủ tịch",
        programme_id=part.programme,
        **clock,
    )
    held = WorkingSession.objects.filter(programme=part.programme)
    session = held.order_by("pk").values_list("pk", flat=True)[0]
    numbers = range(12 * (part.programme - 1), 12 * part.programme)
    write(
        Obstacle,
        "code name_vi agency_id",
        ((f"VM-{n}", f"Vướng mắc {n}", agencies[n % 4]) for n in numbers),
        kind="budget",
        raised_on=COMPARED,
        raised_by="Sở Y tế",
        session_id=session,
        **clock,
    )
    raised = Obstacle.objects.filter(session=session)
    obstacles = list(raised.order_by("pk").values_list("pk", flat=True))
    write(
        ObstacleHold,
        "obstacle_id facility_id",
        ((obstacles[n % 12], place) for n, place in enumerate(part.places) if n % 3 == 0),
        milestone=Milestone.OFFICIAL,
        happened_on=COMPARED,
        **clock,
    )
    write(
        Directive,
        "code name_vi lead_id due_on",
        ((f"CD-{n}", f"Chỉ đạo {n}", agencies[n % 4], day(480 + 5 * (n % 12))) for n in numbers),
        issued_on=COMPARED,
        issued_by="Phó Chủ tịch",
        session_id=session,
        **clock,
    )


def _certificates(places: list[int], certificates: int, clock: dict) -> None:
    count = len(places)
    write(
        SignatureNeed,
        "facility_id",
        ((p,) for p in places),
        quantity=1 + certificates // count,
        effective_from=day(0),
        **clock,
    )
    write(
        Certificate,
        "facility_id holder serial",
        ((places[n % count], _holder(n), f"540{n:08x}") for n in range(certificates)),
        assumed=True,
    )
    first = Certificate.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    write(
        CertificateEvent,
        "certificate_id facility_id kind happened_on valid_until",
        _events(first, places, certificates),
        **clock,
    )


def _holder(n: int) -> str:
    """A made-up name; with many certificates, several people bear the same."""
    family, given = divmod(n * 7919, len(GIVEN))
    return f"{FAMILIES[family % len(FAMILIES)]} {GIVEN[given]} {GIVEN[n % 61 % len(GIVEN)]}"


def _events(first: int, places: list[int], certificates: int) -> Iterator[tuple]:
    """What happened to each certificate. Their numbers follow each other: nobody else writes here."""
    days = [day(n) for n in range(3000)]
    for n in range(certificates):
        nth, which = divmod(n, len(places))
        place, begins = places[which], n % 440
        of_hundred = (which + 7 * nth) % 100  # each facility has some of every kind
        kinds = [kind for kind, limit in FUNNEL.items() if of_hundred < limit]
        for step, kind in enumerate(kinds):
            on = begins + 7 * step
            # Some were issued for half a year only, so that expiry has something to count.
            until = days[on + (180 if of_hundred < SHORT_LIVED else 1800)]
            yield first + n, place, kind, days[on], until if kind == "issued" else None
        if of_hundred >= 100 - RETURNED:
            yield first + n, place, "returned", days[begins + 7], None
        elif SHORT_LIVED <= of_hundred < SHORT_LIVED + REVOKED:
            yield first + n, place, "revoked", days[begins + 60], None
