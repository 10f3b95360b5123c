"""What the page of an asset shows beside its cells: where it has been."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from equipment.models import Asset, DeviceMovement
from facilities.as_of import DayLookedAt, FacilityOnDay
from facilities.evidence import Rung
from facilities.models.facts import Proven

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


@dataclass(frozen=True, slots=True)
class Move:
    """One side of a movement of an asset."""

    movement: DeviceMovement
    facility: FacilityOnDay | None
    rung: Rung


def movements(
    asset: Asset, on: date, known_at: datetime | None = None
) -> "list[WithAnnotations[DeviceMovement, Proven]]":
    """Its movements by the day, as known at the moment asked for; newest first.

    That it left those without a number when it was given one is no move of the device.
    """
    return list(
        DeviceMovement.objects.as_of(on, known_at)
        .with_rung(known_at, on)
        .filter(asset=asset)
        .exclude(reason=DeviceMovement.Reason.NUMBERED, quantity__lt=0)
        .select_related("document")
        .order_by("-happened_on", "-pk")
    )


def moves_of(
    rows: "Iterable[WithAnnotations[DeviceMovement, Proven]]", places: Mapping[int, FacilityOnDay]
) -> list[Move]:
    """Movements with where they were; `places`: those facilities at least."""
    return [Move(row, places.get(row.facility_id), Rung(row.rung)) for row in rows]


def asset_context(asset: Asset, day: DayLookedAt) -> dict[str, object]:
    """For `equipment/_asset.html`."""
    rows = movements(asset, day.on, day.known_at)
    as_of = day.as_of(frozenset(row.facility_id for row in rows))
    return {"moves": moves_of(rows, as_of.so_far(day.on))}
