"""What the page of an asset shows beside its cells: where it has been."""

from dataclasses import dataclass

from equipment.models import Asset, DeviceMovement
from facilities.as_of import AsOf, DayLookedAt, FacilityOnDay
from facilities.evidence import Rung


@dataclass(frozen=True, slots=True)
class Move:
    """One side of a movement of an asset."""

    movement: DeviceMovement
    facility: FacilityOnDay | None
    rung: Rung


def moves_of(asset: Asset, as_of: AsOf) -> list[Move]:
    """Its movements on the day, as known at the moment asked for; newest first.

    That it left those without a number when it was given one is no move of the device.
    """
    places = as_of.so_far(as_of.until)
    rows = (
        DeviceMovement.objects.as_of(as_of.until, as_of.known_at)
        .with_rung(as_of.known_at, as_of.until)
        .filter(asset=asset)
        .exclude(reason=DeviceMovement.Reason.NUMBERED, quantity__lt=0)
        .select_related("document")
        .order_by("-happened_on", "-pk")
    )
    return [Move(row, places.get(row.facility_id), Rung(row.rung)) for row in rows]


def asset_context(asset: Asset, day: DayLookedAt) -> dict[str, object]:
    """For `equipment/_asset.html`."""
    return {"moves": moves_of(asset, day.as_of())}
