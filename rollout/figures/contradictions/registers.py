"""Registers that do not agree with each other, or with what people found when they looked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.assets import assets_on
from equipment.models import Asset, DeviceType, StocktakeClosed, StocktakeSighting
from facilities.as_of import AsOf
from rollout.figures.contradictions.finder import (
    OFFICER,
    Contradiction,
    Rule,
    amount_on,
    row_page,
    words,
)
from signatures.models import CertificateEvent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = CertificateEvent.Kind


def serial_in_two_facilities(as_of: AsOf) -> Iterator[Contradiction]:
    """One serial number on devices in two facilities, whatever they are registered as."""
    twice = (
        Asset.objects.standing(as_of.known_at)
        .exclude(serial="")
        .values("serial")
        .annotate(bearers=Count("pk"))
        .filter(bearers__gt=1)
        .values("serial")
    )
    rows = (
        assets_on(as_of.until, as_of.known_at)
        .filter(serial__in=twice, place_id__isnull=False)
        .annotate(place=F("place_id"))
        .order_by("serial", "pk")
        .values_list("serial", "place", "pk")
    )
    places: dict[str, dict[int, int]] = defaultdict(dict)
    for serial, place, pk in rows:
        places[serial].setdefault(place, pk)
    listed = {facility.id: facility for facility in as_of.on(as_of.until)}
    for serial, found in places.items():
        names = [listed[place].name for place in found if place in listed]
        if len(names) < 2:
            continue
        place = min(pk for pk in found if pk in listed)
        yield Contradiction(
            rule="serial-in-two-facilities",
            subject=serial,
            facility_id=place,
            said=words(
                _("Serial {serial} stands in {places}."), serial=serial, places="; ".join(names)
            ),
            mend_url=row_page("assets", found[place]),
        )


def devices_against_stocktake(as_of: AsOf) -> Iterator[Contradiction]:
    """The latest finished stocktake counted other than what the register says of that day."""
    closings = (
        StocktakeClosed.objects.known(as_of.known_at)
        .filter(closed_on__lte=as_of.until)
        .order_by("closed_on", "pk")
        .values_list("round__facility_id", "round_id", "closed_on")
    )
    latest = {as_of.descent.heir(facility): (pk, on) for facility, pk, on in closings}
    sightings = StocktakeSighting.objects.known(as_of.known_at).filter(
        round__in=[pk for pk, _on in latest.values()]
    )
    seen = Counter(
        sightings.filter(asset__isnull=False).values_list("round_id", "asset__device_type_id")
    )
    counts = sightings.filter(device_type__isnull=False)
    counted = {
        (round_id, device_type): count
        for round_id, device_type, count in counts.values_list(
            "round_id", "device_type_id", "count"
        )
        if count is not None
    }
    types = {device_type.pk: device_type for device_type in DeviceType.objects.all()}
    registered = {
        pk: amount_on(as_of, f"device:{device_type.code}")
        for pk, device_type in types.items()
        if any(of == pk for _round, of in counted)
    }
    for facility_id, (round_id, closed_on) in sorted(latest.items()):
        for pk, on_record in registered.items():
            if (round_id, pk) not in counted:
                continue
            found = counted[round_id, pk] + seen[round_id, pk]
            stands = on_record(facility_id, closed_on)
            if stands == found:
                continue
            yield Contradiction(
                rule="devices-against-stocktake",
                subject=f"{round_id}:{types[pk].code}",
                facility_id=facility_id,
                said=_counted_otherwise(types[pk], closed_on, found, stands),
                mend_url=row_page("devices", facility_id),
            )


def _counted_otherwise(
    device_type: DeviceType, closed_on: date, found: int, stands: int
) -> "StrOrPromise":
    return words(
        _("{type}: the stocktake of {day} found {found}, the register says {stands} for that day."),
        type=device_type,
        day=closed_on,
        found=found,
        stands=stands,
    )


def certificates_of_leavers(as_of: AsOf) -> Iterator[Contradiction]:
    """The holder has left or changed post, and the certificate still signs: counted per facility."""
    events = CertificateEvent.objects.as_of(as_of.until, as_of.known_at)
    ended = events.filter(kind=Kind.REVOKED).values("certificate")
    in_force = events.filter(valid_until__gt=as_of.until).values("certificate")
    rows = (
        as_of.facts(CertificateEvent)
        .filter(kind=Kind.LEFT)
        .filter(~Q(certificate__in=ended), certificate__in=in_force)
        .order_by("facility_id")
        .values_list("facility_id")
        .annotate(Count("certificate", distinct=True))
    )
    counts: Counter[int] = Counter()
    for facility_id, count in rows:
        counts[as_of.descent.heir(facility_id)] += count
    for facility_id, count in sorted(counts.items()):
        yield Contradiction(
            rule="certificate-of-leaver",
            subject=str(facility_id),
            facility_id=facility_id,
            said=words(
                _("Certificates in force whose holders left or changed post: {count}."),
                count=count,
            ),
            mend_url=reverse("rollout:certificate-list", args=[as_of.codes[facility_id]]),
        )


RULES = (
    Rule(
        "serial-in-two-facilities",
        _("One serial in two facilities"),
        _("The tablet SN-4411 is registered in Lục Nam and in Tân Yên."),
        OFFICER,
        serial_in_two_facilities,
    ),
    Rule(
        "devices-against-stocktake",
        _("Devices other than the stocktake found"),
        _("The stocktake counted 40 tablets; the register says 43 for that day."),
        OFFICER,
        devices_against_stocktake,
    ),
    Rule(
        "certificate-of-leaver",
        _("Certificate of somebody who left"),
        _("A doctor left on 3 March; the certificate was never revoked."),
        OFFICER,
        certificates_of_leavers,
    ),
)
