"""What an accepted purchase brings: the devices of its lots, each to the facility that it is for.

The one set of rules for files and lots: whoever writes or withdraws either, in a register, by a verb or
in the administration, asks here.

An arrival belongs to the acceptance of its file if it names the file and bears the same day. Devices
of a lot that arrived earlier, or were written down by hand, are not brought a second time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from equipment.models import DeviceMovement, ProcurementLot, StageEvent
from equipment.stages import Path, Stage
from facilities.models import User

ACCEPTED = DeviceMovement.Reason.ACCEPTED

DEVICES_HAVE_LEFT = _(
    "Some of the accepted devices have left again since. Take those movements back first."
)


Place = tuple[int, int]  # a facility and a device type


def place_of(row: DeviceMovement | ProcurementLot) -> Place:
    return row.facility_id, row.device_type_id


def arrivals_of(files: Collection[int]) -> list[DeviceMovement]:
    """The arrivals that came with the acceptance of these files and stand as it does."""
    return list(
        DeviceMovement.objects.known()
        .filter(
            reason=ACCEPTED,
            procurement__in=files,
            procurement__events__stage=Stage.ACCEPTANCE,
            procurement__events__withdrawn_at__isnull=True,
            procurement__events__happened_on=F("happened_on"),
        )
        .select_related("document")
    )


def arrivals_of_lots(lots: Collection[ProcurementLot]) -> list[DeviceMovement]:
    """The same of some lots of files only."""
    subjects = {(lot.procurement_id, place_of(lot)) for lot in lots}
    return [
        arrival
        for arrival in arrivals_of({lot.procurement_id for lot in lots})
        if (arrival.procurement_id, place_of(arrival)) in subjects
    ]


def bring(files: Collection[int], *, by: User, at: datetime, source: str = "") -> int:
    """Record what the accepted ones of these files brought and nobody has recorded yet.

    The paper of the acceptance proves the arrivals too. A rental brings a service and no devices.
    Returns how many arrivals were recorded.
    """
    accepted = {
        event.procurement_id: event
        for event in StageEvent.objects.known().filter(
            stage=Stage.ACCEPTANCE, procurement__in=files, procurement__path=Path.PURCHASE
        )
    }
    there = set(
        DeviceMovement.objects.known()
        .filter(reason=ACCEPTED, procurement__in=accepted)
        .values_list("procurement_id", "facility_id", "device_type_id")
    )
    arrivals = []
    for lot in ProcurementLot.objects.known().filter(procurement__in=accepted):
        if (lot.procurement_id, lot.facility_id, lot.device_type_id) in there:
            continue
        acceptance = accepted[lot.procurement_id]
        arrivals.append(
            DeviceMovement(
                facility_id=lot.facility_id,
                device_type_id=lot.device_type_id,
                quantity=lot.quantity,
                reason=ACCEPTED,
                happened_on=acceptance.happened_on,
                procurement_id=lot.procurement_id,
                document_id=acceptance.document_id,
                assumed=acceptance.assumed,
                source=source[:300],
                recorded_by=by,
                recorded_at=at,
            )
        )
    DeviceMovement.objects.bulk_create(arrivals, batch_size=1000)
    return len(arrivals)


def accepted_purchases(codes: Collection[str]) -> set[str]:
    """Which of the files with these codes have brought their devices."""
    accepted = StageEvent.objects.known().filter(
        stage=Stage.ACCEPTANCE, procurement__code__in=codes, procurement__path=Path.PURCHASE
    )
    return set(accepted.values_list("procurement__code", flat=True))


def not_returnable(files: Collection[int]) -> set[int]:
    """The files whose acceptance cannot be taken back: some of their devices have left since."""
    arrivals = defaultdict(list)
    for arrival in arrivals_of(files):
        arrivals[arrival.procurement_id].append(arrival)
    stock = _stock_at({place_of(one) for group in arrivals.values() for one in group})
    return {file for file in files if _have_left(arrivals[file], stock)}


def refuse_if_left(arrivals: Collection[DeviceMovement]) -> None:
    """Raises ValidationError when some of these devices have left again since."""
    if _have_left(arrivals, _stock_at({place_of(arrival) for arrival in arrivals})):
        raise ValidationError(DEVICES_HAVE_LEFT, code="devices_have_left")


def _have_left(arrivals: Iterable[DeviceMovement], stock: Mapping[Place, int]) -> bool:
    returning: Counter[Place] = Counter()
    for arrival in arrivals:
        returning[place_of(arrival)] += arrival.quantity
    return any(stock.get(place, 0) < quantity for place, quantity in returning.items())


def _stock_at(places: Collection[Place]) -> dict[Place, int]:
    counts = (
        DeviceMovement.objects.known()
        .filter(
            facility__in={facility for facility, _type in places},
            device_type__in={device_type for _facility, device_type in places},
        )
        .order_by()
        .values_list("facility_id", "device_type_id")
        .annotate(Sum("quantity"))
    )
    return {(facility, device_type): quantity for facility, device_type, quantity in counts}
