"""What an accepted purchase brings: the devices of its lots, each to the facility that it is for.

An arrival belongs to the acceptance of its file if it names the file and bears the same day. Devices
of a lot that arrived earlier, or were written down by hand, are not brought a second time.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from equipment.models import DeviceMovement, ProcurementLot, StageEvent
from equipment.stages import Path, Stage
from facilities.models import User

ACCEPTED = DeviceMovement.Reason.ACCEPTED

DEVICES_HAVE_LEFT = _(
    "Some of the accepted devices have left again since. Take those movements back first."
)


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


def not_returnable(files: Collection[int]) -> set[int]:
    """The files whose acceptance cannot be taken back: some of their devices have left since."""
    leaving: dict[int | None, Counter[tuple[int, int]]] = defaultdict(Counter)
    for arrival in arrivals_of(files):
        place = (arrival.facility_id, arrival.device_type_id)
        leaving[arrival.procurement_id][place] += arrival.quantity
    places = {place for counts in leaving.values() for place in counts}
    stock = {
        (facility, device_type): quantity
        for facility, device_type, quantity in DeviceMovement.objects.known()
        .filter(
            facility__in={facility for facility, _type in places},
            device_type__in={device_type for _facility, device_type in places},
        )
        .order_by()
        .values_list("facility_id", "device_type_id")
        .annotate(Sum("quantity"))
    }
    return {
        file
        for file in files
        if any(stock.get(place, 0) < quantity for place, quantity in leaving[file].items())
    }
