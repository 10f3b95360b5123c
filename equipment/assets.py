"""Where the single devices stand: at the facility of their last movement, or whoever carries on for it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from equipment.models import Asset, DeviceMovement
from equipment.stock import installed_at
from facilities.descent import Descent
from facilities.models import Facility, FacilityLineage

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Standing(TypedDict):
    """By what `assets_on` lets assets be filtered besides their own fields."""

    place_id: int | None


LATEST_FIRST = ("-happened_on", "-pk")


def movements_of(on: date, known_at: datetime | None = None) -> QuerySet[DeviceMovement]:
    """Subquery of the movements of an asset up to a day, the last one first."""
    rows = DeviceMovement.objects.as_of(on, known_at).filter(asset=OuterRef("pk"))
    return rows.order_by(*LATEST_FIRST)


def place_id(on: date, known_at: datetime | None = None) -> Subquery:
    """SQL for the key of the facility where an asset stands; NULL when it has left."""
    heirs = _heirs(on, known_at)
    place = Case(
        When(quantity__lt=0, then=Value(None)),
        *(When(facility_id=gone, then=Value(heir)) for gone, heir in heirs.items()),
        default=F("facility_id"),
        output_field=BigIntegerField(),
    )
    return Subquery(movements_of(on, known_at).values(place=place)[:1])


def place_code(on: date, known_at: datetime | None = None) -> Subquery:
    """SQL for the code of that facility; "" or NULL when it stands nowhere."""
    heirs = _heirs(on, known_at)
    codes = dict(Facility.objects.filter(pk__in=heirs.values()).values_list("pk", "code"))
    place = Case(
        When(quantity__lt=0, then=Value("")),
        *(When(facility_id=gone, then=Value(codes[heir])) for gone, heir in heirs.items()),
        default=F("facility__code"),
        output_field=CharField(),
    )
    return Subquery(movements_of(on, known_at).values(place=place)[:1])


def _heirs(on: date, known_at: datetime | None) -> dict[int, int]:
    descent = Descent.read(on, known_at)
    return {gone: descent.heir(gone) for gone in descent.merged}


def assets_on(
    on: date, known_at: datetime | None = None
) -> "QuerySet[WithAnnotations[Asset, Standing]]":
    """The assets on a day, with `place_id` to filter by. One that only came later is not among them."""
    moved = DeviceMovement.objects.known(known_at).filter(asset__isnull=False).order_by()
    later = moved.filter(happened_on__gt=on).values("asset")
    by_then = moved.filter(happened_on__lte=on, asset=OuterRef("pk"))
    return (
        Asset.objects.standing(known_at)
        .exclude(Q(pk__in=later) & ~Exists(by_then))
        .alias(place_id=place_id(on, known_at))
    )


def have_been_at(
    facility_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> QuerySet[Any, Any]:
    """The keys of the assets that came by a day to one of these facilities, or to whom they carry on for.

    Whatever stands there is among them; an index finds them, while where an asset stands has to be
    asked of each.
    """
    family = Descent.read(on, known_at).family(facility_ids)
    came = DeviceMovement.objects.as_of(on, known_at).filter(facility__in=family, quantity__gt=0)
    return came.filter(asset__isnull=False).order_by().values("asset")


def have_ever_been_at(facility_ids: Iterable[int]) -> QuerySet[Any, Any]:
    """The same on any day, as known at any moment."""
    family = set(facility_ids)
    lineage = list(FacilityLineage.objects.values_list("predecessor", "successor"))
    while more := {before for before, after in lineage if after in family} - family:
        family |= more
    came = DeviceMovement.objects.filter(facility__in=family, asset__isnull=False)
    return came.order_by().values("asset")


def standing_at(
    on: date, facility_ids: Iterable[int], known_at: datetime | None = None
) -> Counter[tuple[int, int]]:
    """How many assets stand at each of these facilities, by facility and device type.

    Counted from the last movement of each asset: asking each asset where it stands takes as long
    for a file of ten as for one of ten thousand.
    """
    keys, descent = set(facility_ids), Descent.read(on, known_at)
    moved = DeviceMovement.objects.as_of(on, known_at).order_by()
    is_later = Q(happened_on__gt=OuterRef("happened_on")) | Q(
        happened_on=OuterRef("happened_on"), pk__gt=OuterRef("pk")
    )
    rows = (
        moved.filter(
            ~Exists(moved.filter(is_later, asset=OuterRef("asset"))),
            facility__in=descent.family(keys),
            asset__in=Asset.objects.standing(known_at),
            quantity__gt=0,
        )
        .values_list("facility", "asset__device_type")
        .annotate(Count("pk"))
    )
    found: Counter[tuple[int, int]] = Counter()
    for facility_id, device_type, count in rows:
        heir = descent.heir(facility_id)
        if heir in keys:
            found[heir, device_type] += count
    return found


def without_number(on: date, facility_ids: Iterable[int]) -> Counter[tuple[int, int]]:
    """How many devices of the count are no asset of their own, by facility and device type."""
    keys = list(facility_ids)
    found = installed_at(on, keys)
    found.subtract(standing_at(on, keys))
    return found
