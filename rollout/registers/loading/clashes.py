"""Codes that a folder gives to something of its own, and that stand for something of another province.

A code stands for one thing in the whole installation. Without this, a second province would go on
writing about the facilities of the first one that bear the same codes.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from equipment.models import DeviceNorm
from facilities.areas import areas_above, facilities_within
from facilities.exchange.columns import Value
from facilities.models import Area, CalendarDay, Facility, FacilityName, Record
from rollout.models import (
    LegalDeadline,
    MeasureWeight,
    MilestoneTemplate,
    Programme,
    ReportingCalendar,
    Tracking,
)
from rollout.registers.loading.names import NATIONAL
from rollout.registers.loading.registers import SheetRegister

LONGEST = 40  # of a code


def taken(register: SheetRegister, codes: Collection[str], province: str, on: date) -> set[str]:
    """Those of the codes of a sheet that mean something of another province.

    `codes`: of every row for facilities and areas, which several files may speak of; else of new rows.
    Nothing, and one query, while one province alone is steered.
    """
    others = Programme.objects.exclude(area__code=province).select_related("area")
    model = register.model
    if not codes or register.sheet.key != ("code",) or not (areas := [o.area for o in others]):
        return set()
    if model is Facility:
        return _facilities(codes, areas, province, on)
    if model is Area:
        return _areas(codes, areas, province, on)
    if issubclass(model, Record) and any(field.name == "code" for field in model._meta.fields):
        rows: QuerySet[Any] = model._default_manager.all()
        return set(rows.filter(code__in=codes).values_list("code", flat=True))
    return set()


def is_of_a_further_province(province: str) -> bool:
    """Whether another one was there before it."""
    first = (
        Programme.objects.order_by("begun_at", "pk").values_list("area__code", flat=True).first()
    )
    return first not in (None, province)


# What holds for every province alike.
FOR_ALL = (CalendarDay, MeasureWeight, MilestoneTemplate)


def of_its_own(register: SheetRegister, values: dict[str, Value], province: str) -> str:
    """What a row of a further province may not say of all provinces; empty: nothing.

    That a measure is tracked is said of its own facilities, where no area is given; and so are its
    reporting calendar and a deadline that the law did not set.
    """
    model = register.model
    if model is LegalDeadline:
        if values.get("set_by", LegalDeadline.SetBy.LAW) != LegalDeadline.SetBy.LAW:
            values["area"] = values.get("area") or province
        return ""
    if model is ReportingCalendar or (model is Tracking and not values.get("kind")):
        values["area"] = values.get("area") or province
        return ""
    says_of_all = model in FOR_ALL or (
        (model is Tracking) or (model is DeviceNorm and not values.get("facility"))
    )
    if not says_of_all:
        return ""
    return _(
        "This holds for every province of the installation. Leave it out here, and change it in the "
        "product where all of them agree."
    )


def told(code: str, province: str) -> str:
    """What is wrong, with a code that is free."""
    return _(
        "“%(code)s” stands for something of another province already. Codes are unique in the whole "
        "installation: write another one in every file of this folder, such as “%(other)s”."
    ) % {"code": code, "other": f"{province}-{code}"[:LONGEST]}


def _facilities(codes: Collection[str], areas: list[Area], province: str, on: date) -> set[str]:
    own_area = Area.objects.filter(code=province).values_list("pk", flat=True)
    within = facilities_within([*own_area, *(one.pk for one in areas)], on)
    elsewhere: set[int] = set().union(*(within[one.pk] for one in areas))
    elsewhere = elsewhere.difference(*(within[pk] for pk in own_area))
    rows = Facility.objects.filter(code__in=codes, pk__in=elsewhere)
    keys = FacilityName.objects.filter(facility__code__in=codes).values_list(
        "facility__code", "import_key"
    )
    told_by = {(code, key.partition(":")[0]) for code, key in keys if key}
    own = {code for code, folder in told_by if folder in (province, NATIONAL)}
    return set(rows.values_list("code", flat=True)) | ({code for code, _f in told_by} - own)


def _areas(codes: Collection[str], others: list[Area], province: str, on: date) -> set[str]:
    """Provinces themselves are one and the same for all; what lies in one is its own."""
    rows = dict(Area.objects.filter(code__in=codes).values_list("pk", "code"))
    steered = {one.pk for one in others}
    own = set(Area.objects.filter(code=province).values_list("pk", flat=True))
    above = areas_above(rows, on)
    return {
        code
        for pk, code in rows.items()
        if pk not in steered and steered.intersection(above[pk]) and not own.intersection(above[pk])
    }
