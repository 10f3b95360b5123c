"""Small, true-to-life objects for tests. Facts are recorded through the product's own verbs.

Their texts hold what texts of people hold and machines trip over: diacritics, a comma, `&`, `<`.
"""

import csv
from datetime import date
from itertools import count
from pathlib import Path as FilePath

import factory
from factory.django import DjangoModelFactory

from connectivity.models import Partner
from equipment.models import DeviceType, Procurement
from equipment.stages import Path
from facilities.models import (
    Agency,
    Area,
    AreaName,
    CodeSystem,
    Document,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    KindTerm,
    Ownership,
    RoleAssignment,
    Scope,
    User,
)
from facilities.models import Kind as KindOfFacility
from rollout.models import (
    CouncilMeeting,
    Directive,
    MeasureCode,
    MeasureWeight,
    Obstacle,
    Programme,
    Tracking,
)
from signatures.models import Certificate

START = date(2024, 1, 1)
NATIONAL_SYSTEMS = FilePath(__file__).parents[1] / "rollout/data/vietnam/code_systems.csv"
_numbers = count(1)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    full_name = factory.Sequence(lambda n: f"Nguyễn Thị <Đào> & Lê, số {n}")
    password = factory.django.Password("a long pass phrase")


def recorder() -> User:
    """Who records facts in tests."""
    return User.objects.get_or_create(username="recorder")[0]


def user_with(
    role: str, *, facility=None, agency=None, area=None, since=START, until=None, **fields
) -> User:
    """Somebody with one role, from `since` up to, not including, `until`."""
    user = UserFactory(**fields)
    RoleAssignment.objects.create(
        user=user,
        role=role,
        facility=facility,
        agency=agency,
        area=area,
        valid_from=since,
        valid_until=until,
    )
    return user


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    number = factory.Sequence(lambda n: f"{n}/BB-SYT")
    title = "Biên bản nghiệm thu <bản 2>, có phụ lục & ảnh"
    issuer = "Sở Y tế & Sở Khoa học, Công nghệ"
    issued_on = START
    recorded_by = factory.LazyFunction(recorder)


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area
        django_get_or_create = ("code",)

    code = "bac-giang"
    level = Area.Level.PROVINCE


class AgencyFactory(DjangoModelFactory):
    class Meta:
        model = Agency

    code = factory.Sequence(lambda n: f"agency-{n}")
    name_vi = factory.Sequence(lambda n: f"Cơ quan <{n}> Tài chính, Kế hoạch & Đầu tư")
    name_en = factory.Sequence(lambda n: f"Agency <{n}> of Finance, Planning & Investment")


def programme(name_vi="Tỉnh Thử Nghiệm", name_en="Test Province") -> Programme:
    """The province of the installation."""
    area = AreaFactory()
    if not AreaName.objects.filter(area=area).exists():
        AreaName.objects.create(
            area=area,
            name_vi=name_vi,
            name_en=name_en,
            effective_from=START,
            recorded_by=recorder(),
        )
    return Programme.objects.get_or_create(area=area)[0]


def code_systems() -> None:
    """The systems of codes that the national folder ships."""
    with NATIONAL_SYSTEMS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            told = row | {"digits": row["digits"] or None}
            CodeSystem.objects.update_or_create(code=told.pop("code"), defaults=told)


def track(*measures: str, since: date = date(2000, 1, 1), is_tracked: bool = True, **of) -> None:
    """The records of these measures (none named: of all) are complete: silence means no."""
    Tracking.objects.bulk_create(
        Tracking(
            measure=measure,
            effective_from=since,
            is_tracked=is_tracked,
            recorded_by=recorder(),
            **of,
        )
        for measure in measures or MeasureCode
    )


class Kind:
    """Codes of kinds that tests speak of."""

    GENERAL_HOSPITAL = "general_hospital"
    MEDICAL_CENTRE = "medical_centre"
    POLYCLINIC = "polyclinic"
    HEALTH_STATION = "health_station"


KIND_TERMS = {
    Kind.GENERAL_HOSPITAL: ("Bệnh viện đa khoa", "General hospital", "hospitals", ""),
    Kind.MEDICAL_CENTRE: ("Trung tâm y tế", "Medical centre", "hospitals", "others"),
    Kind.POLYCLINIC: ("Phòng khám đa khoa", "Polyclinic", "others", ""),
    Kind.HEALTH_STATION: ("Trạm y tế", "Commune-level health station", "others", ""),
}


def kind_of(code: str) -> str:
    """A kind as the country has it, there from now on; returns its code."""
    kind, created = KindOfFacility.objects.get_or_create(code=code)
    if created:
        name_vi, name_en, group, without_beds = KIND_TERMS[code]
        KindTerm.objects.create(
            kind=kind,
            name_vi=name_vi,
            name_en=name_en,
            deadline_group=group,
            group_without_beds=without_beds,
            effective_from=date(2000, 1, 1),
            recorded_by=recorder(),
        )
    return code


def facility(
    code: str | None = None,
    *,
    name_vi: str | None = None,
    name_en: str = "",
    kind: str = Kind.MEDICAL_CENTRE,
    ownership: str = Ownership.PUBLIC,
    scope: str = Scope.ROLLOUT,
    area: Area | None = None,
    since: date = START,
    tracked: bool = True,
) -> Facility:
    """A public medical centre that is part of the rollout, unless told otherwise.

    The first one finds a province that tracks everything, unless it is told that it does not.
    """
    if tracked and not Tracking.objects.exists():
        track()
    code = code or f"facility-{next(_numbers):05}"
    made = Facility.objects.create(code=code)
    common = {"facility": made, "effective_from": since, "recorded_by": recorder()}
    FacilityName.objects.create(
        name_vi=name_vi or f"Cơ sở <{code}> Sản, Nhi & Lão khoa", name_en=name_en, **common
    )
    FacilityKind.objects.create(kind_id=kind_of(kind), **common)
    FacilityOwnership.objects.create(ownership=ownership, **common)
    FacilityScope.objects.create(scope=scope, **common)
    if area:
        FacilityArea.objects.create(area=area, **common)
    return made


class DeviceTypeFactory(DjangoModelFactory):
    class Meta:
        model = DeviceType
        django_get_or_create = ("code",)

    code = "tablet"
    name_vi = "Máy tính bảng <cảm ứng>, có bút & bao"
    name_en = "Tablet <touch>, pen & sleeve"
    group = DeviceType.Group.BEDSIDE


def server_type() -> DeviceType:
    return DeviceTypeFactory(
        code="emr-server",
        name_vi="Máy chủ bệnh án điện tử",
        name_en="EMR server",
        group=DeviceType.Group.EMR_SERVER,
    )


class ProcurementFactory(DjangoModelFactory):
    class Meta:
        model = Procurement

    code = factory.Sequence(lambda n: f"GT-{n:04}")
    title = "Mua máy chủ bệnh án điện tử <đợt 1>, tủ & bộ lưu điện"
    path = Path.PURCHASE
    facility = factory.LazyFunction(facility)


class CertificateFactory(DjangoModelFactory):
    class Meta:
        model = Certificate

    facility = factory.LazyFunction(facility)
    holder = factory.Sequence(lambda n: f"Trần Thị <Hoa> & Bùi Đức, số {n}")


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner
        django_get_or_create = ("code",)

    code = "bach-mai"
    name_vi = "Bệnh viện Bạch Mai <Hà Nội>, cơ sở 1 & 2"
    name_en = "Bach Mai Hospital <Hanoi>, sites 1 & 2"
    counted = True


class CouncilMeetingFactory(DjangoModelFactory):
    class Meta:
        model = CouncilMeeting

    code = factory.Sequence(lambda n: f"HD-{n:03}")
    level = CouncilMeeting.Level.SECTOR
    facility = factory.LazyFunction(facility)


class ObstacleFactory(DjangoModelFactory):
    class Meta:
        model = Obstacle

    code = factory.Sequence(lambda n: f"VM-{n:03}")
    kind = Obstacle.Kind.BUDGET
    name_vi = "Dự toán < 5 tỷ, trình & duyệt chậm"
    name_en = "Estimates < 5 bn, slow to be filed & approved"
    raised_on = START
    raised_by = "Sở Y tế & Sở Tài chính"
    recorded_by = factory.LazyFunction(recorder)


class DirectiveFactory(DjangoModelFactory):
    class Meta:
        model = Directive

    code = factory.Sequence(lambda n: f"CD-{n:03}")
    name_vi = "Rà soát tiêu chuẩn, định mức <CNTT> & viễn thông"
    name_en = "Review standards, norms <of IT> & telecoms"
    issued_on = START
    issued_by = "Phó Chủ tịch <thường trực> UBND tỉnh"
    lead = factory.SubFactory(AgencyFactory)
    recorded_by = factory.LazyFunction(recorder)


def weigh(measure: str, weight: int) -> MeasureWeight:
    return MeasureWeight.objects.create(
        measure=measure, weight=weight, effective_from=START, recorded_by=recorder()
    )
