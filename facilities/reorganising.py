"""Verbs that change who the facilities are. Whoever calls has settled the permission.

Each writes dated rows that begin on day `on`: what was before stays as it was, and every figure of
an earlier day with it. `because` is the reason in words, `document` the decision. `on` may lie
ahead. All refuse with ValidationError and store nothing then.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.as_of import AsOf
from facilities.folding import fold
from facilities.models import (
    Area,
    AreaName,
    AreaParent,
    Document,
    Facility,
    FacilityArea,
    FacilityKind,
    FacilityLineage,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Scope,
    User,
    Yardstick,
)
from facilities.models.places import Lineage
from facilities.services import record, withdraw

Dated = TypeVar("Dated", bound=Yardstick)


@transaction.atomic
def open_facility(
    *,
    code: str,
    name_vi: str,
    kind: str,
    ownership: str,
    scope: str,
    on: date,
    because: str,
    by: User,
    name_en: str = "",
    managed_by: str = "",
    area: Area | None = None,
    document: Document | None = None,
    although_same_name: bool = False,
) -> Facility:
    """A facility begins on day `on`. Its code is its own for life.

    ValidationError with the code "duplicate_name" when another facility of that day has the same
    name but for accents and case; `although_same_name` says that this is meant.
    """
    because = _reason(because)
    if Facility.objects.filter(code=code).exists():
        raise ValidationError(
            {"code": _("This code is taken, by a facility of today or of the past.")},
            code="duplicate_code",
        )
    _refuse_scope(scope)
    if not although_same_name:
        _refuse_same_name(name_vi, on)
    facility = Facility(code=code)
    facility.full_clean()
    facility.save()
    rows: list[Yardstick] = [
        FacilityName(facility=facility, name_vi=name_vi, name_en=name_en),
        FacilityKind(facility=facility, kind_id=kind),
        FacilityOwnership(facility=facility, ownership=ownership, managed_by_id=managed_by or None),
        FacilityScope(facility=facility, scope=scope, because=because),
    ]
    rows += [FacilityArea(facility=facility, area=area)] if area else []
    _write(rows, on=on, because=because, document=document, by=by)
    return facility


@transaction.atomic
def close_facility(
    *, facility: Facility, on: date, because: str, by: User, document: Document | None = None
) -> FacilityScope:
    """The facility is no longer in the register from day `on`, and nobody carries on for it.

    What it had counts up to the day before and nowhere after. To pass it on, `merge`.
    """
    because = _reason(because)
    _standing(facility, on)
    return _close(facility, on=on, because=because, document=document, by=by)


@transaction.atomic
def rename(
    *,
    facility: Facility,
    name_vi: str,
    on: date,
    because: str,
    by: User,
    name_en: str = "",
    document: Document | None = None,
    although_same_name: bool = False,
) -> FacilityName:
    """The facility has another name from day `on`. ValidationError "duplicate_name" as in `open_facility`."""
    because = _reason(because)
    _standing(facility, on)
    if not although_same_name:
        _refuse_same_name(name_vi, on, but=facility)
    name = FacilityName(facility=facility, name_vi=name_vi, name_en=name_en)
    return _write_one(name, on=on, because=because, document=document, by=by)


@transaction.atomic
def change_scope(
    *,
    facility: Facility,
    scope: str,
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> FacilityScope:
    """The facility is counted differently from day `on`. To close it there is `close_facility`."""
    because = _reason(because)
    _refuse_scope(scope)
    _standing(facility, on)
    row = FacilityScope(facility=facility, scope=scope, because=because)
    return _write_one(row, on=on, because=because, document=document, by=by)


@transaction.atomic
def move_to_area(
    *,
    facility: Facility,
    area: Area,
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> FacilityArea:
    """The facility lies in another area from day `on`."""
    because = _reason(because)
    _standing(facility, on)
    row = FacilityArea(facility=facility, area=area)
    return _write_one(row, on=on, because=because, document=document, by=by)


@transaction.atomic
def merge(
    *,
    predecessors: Iterable[Facility],
    successor: Facility,
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> list[FacilityLineage]:
    """From day `on` the successor carries on for the predecessors, who close.

    The successor may be one of the merged facilities, named among the predecessors or not, which
    then goes on, or a new one opened by that day. What passes on is said in `facilities.lineage`.
    """
    because = _reason(because)
    leaving = [facility for facility in _distinct(predecessors) if facility != successor]
    if not leaving:
        raise ValidationError(
            {"predecessors": _("Name at least one facility that merges into another.")},
            code="required",
        )
    _standing(successor, on, field="successor")
    for facility in leaving:
        _standing(facility, on, field="predecessors")
        _refuse_merged_later(facility)
    rows = [
        FacilityLineage(predecessor=facility, successor=successor, kind=Lineage.MERGED)
        for facility in leaving
    ]
    at = _write(rows, on=on, because=because, document=document, by=by)
    for facility in leaving:
        _close(facility, on=on, because=because, document=document, by=by, at=at)
    return rows


@transaction.atomic
def split(
    *,
    predecessor: Facility,
    successors: Iterable[Facility],
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> list[FacilityLineage]:
    """From day `on` the successors carry on for the predecessor.

    Named among the successors the predecessor itself goes on; otherwise it closes. Nothing passes
    on by itself: devices that went along are recorded as moves, the rest for each successor.
    """
    because = _reason(because)
    named = _distinct(successors)
    beginning = [facility for facility in named if facility != predecessor]
    if not beginning:
        raise ValidationError(
            {"successors": _("Name at least one facility that is split off.")}, code="required"
        )
    _standing(predecessor, on, field="predecessor")
    for facility in beginning:
        _standing(facility, on, field="successors")
    rows = [
        FacilityLineage(predecessor=predecessor, successor=facility, kind=Lineage.SPLIT)
        for facility in beginning
    ]
    at = _write(rows, on=on, because=because, document=document, by=by)
    if predecessor not in named:
        _close(predecessor, on=on, because=because, document=document, by=by, at=at)
    return rows


@transaction.atomic
def open_area(
    *,
    code: str,
    level: str,
    name_vi: str,
    on: date,
    because: str,
    by: User,
    name_en: str = "",
    parent: Area | None = None,
    document: Document | None = None,
) -> Area:
    """An administrative unit begins on day `on`."""
    because = _reason(because)
    area = Area(code=code, level=level)
    area.full_clean()
    area.save()
    rows: list[Yardstick] = [AreaName(area=area, name_vi=name_vi, name_en=name_en)]
    rows += [AreaParent(area=area, parent=parent)] if parent else []
    _write(rows, on=on, because=because, document=document, by=by)
    return area


@transaction.atomic
def rename_area(
    *,
    area: Area,
    name_vi: str,
    on: date,
    because: str,
    by: User,
    name_en: str = "",
    document: Document | None = None,
) -> AreaName:
    """The administrative unit has another name from day `on`."""
    name = AreaName(area=area, name_vi=name_vi, name_en=name_en)
    return _write_one(name, on=on, because=_reason(because), document=document, by=by)


@transaction.atomic
def move_area(
    *,
    area: Area,
    parent: Area,
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> AreaParent:
    """The administrative unit lies in another one from day `on`, as when provinces merge."""
    because = _reason(because)
    above: Area | None = parent
    while above is not None:
        if above == area:
            raise ValidationError(
                {"parent": _("An area cannot lie in itself, nor in one of its parts.")},
                code="circle",
            )
        row = AreaParent.objects.in_force(on).filter(area=above).select_related("parent").last()
        above = row.parent if row else None
    row = AreaParent(area=area, parent=parent)
    return _write_one(row, on=on, because=because, document=document, by=by)


def _reason(because: str) -> str:
    because = because.strip()
    if not because:
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    try:
        FacilityScope._meta.get_field("because").run_validators(because)
    except ValidationError as error:
        raise ValidationError({"because": error}) from None
    return because


def _refuse_scope(scope: str) -> None:
    if scope == Scope.CLOSED:
        raise ValidationError(
            {"scope": _("A facility is closed by closing it, not by its scope.")}, code="closed"
        )


def _distinct(facilities: Iterable[Facility]) -> list[Facility]:
    return list(dict.fromkeys(facilities))


def _standing(facility: Facility, on: date, *, field: str = "facility") -> None:
    """Refuse a facility that is not in the register on the day."""
    if not AsOf(on, facility_ids=frozenset({facility.pk})).on(on):
        raise ValidationError(
            {
                field: _("“%(code)s” is not in the register on %(day)s.")
                % {"code": facility.code, "day": date_format(on, "SHORT_DATE_FORMAT")}
            },
            code="not_in_register",
        )


def _refuse_merged_later(facility: Facility) -> None:
    later = FacilityLineage.objects.known().filter(predecessor=facility, kind=Lineage.MERGED)
    for row in later.select_related("successor"):
        raise ValidationError(
            {
                "predecessors": _("“%(code)s” is to merge into %(successor)s on %(day)s already.")
                % {
                    "code": facility.code,
                    "successor": row.successor,
                    "day": date_format(row.effective_from, "SHORT_DATE_FORMAT"),
                }
            },
            code="merged",
        )


def _refuse_same_name(name_vi: str, on: date, *, but: Facility | None = None) -> None:
    name = fold(name_vi)
    for facility in AsOf(on).on(on):
        if fold(facility.name_vi) == name and (but is None or facility.id != but.pk):
            raise ValidationError(
                {
                    "name_vi": ValidationError(
                        _("“%(name)s” (%(code)s) has the same name.")
                        % {"name": facility.name_vi, "code": facility.code},
                        code="duplicate_name",
                    )
                }
            )


def _close(
    facility: Facility,
    *,
    on: date,
    because: str,
    document: Document | None,
    by: User,
    at: datetime | None = None,
) -> FacilityScope:
    """Changes of scope that were to begin on that day or later give way to the closing."""
    planned = FacilityScope.objects.known().filter(facility=facility, effective_from__gte=on)
    for scope in planned:
        withdraw(fact=scope, because=because, by=by)
    row = FacilityScope(facility=facility, scope=Scope.CLOSED, because=because)
    return _write_one(row, on=on, because=because, document=document, by=by, at=at)


def _write(
    rows: Sequence[Yardstick],
    *,
    on: date,
    because: str,
    document: Document | None,
    by: User,
    at: datetime | None = None,
) -> datetime:
    """Record the rows of one decision at one moment, and return it."""
    at = at or timezone.now()
    for row in rows:
        row.effective_from = on
        row.document = document
        row.source = because
        record(row, by=by, at=at)
    return at


def _write_one(
    row: Dated,
    *,
    on: date,
    because: str,
    document: Document | None,
    by: User,
    at: datetime | None = None,
) -> Dated:
    """Record one row. What was decided for that very day before gives way: the later decision holds."""
    at = at or timezone.now()
    subject = "area" if hasattr(row, "area_id") and not hasattr(row, "facility_id") else "facility"
    table = type(row).objects
    for before in table.known().filter(**{subject: getattr(row, subject)}, effective_from=on):
        withdraw(fact=before, because=because, by=by, at=at)
    _write([row], on=on, because=because, document=document, by=by, at=at)
    return row
