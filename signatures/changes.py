"""What signatures tell the progress: how many certificates have come how far.

Components: `certificates_<event>` for requested, issued, received, handed_over, authenticated,
and `certificates_needed`. A certificate counts in each from the day of the event until it ends:
by revocation, or by expiry unless renewed before. A request returned for correction does not
count until it is made again. One that moved to another facility counts there from that day on
(`signatures.moves`). A suspension, a lost device or a holder who left takes nothing back.
"""

from collections.abc import Iterator
from datetime import date
from sys import intern

from django.db.models import Count, F, Max, Min, Q

from facilities.as_of import AsOf
from facilities.lineage import Passing
from facilities.timeline import Change
from signatures.models import CertificateEvent, SignatureNeed
from signatures.moves import carried

Kind = CertificateEvent.Kind
NAMED_AT_MOST = 30_000  # SQLite takes no more than 32,766 values in a statement
COUNTED = (Kind.REQUESTED, Kind.ISSUED, Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED)

PASSES_ON = {f"certificates_{kind}": Passing.ADDS for kind in COUNTED} | {
    "certificates_needed": Passing.STATED
}


def changes(as_of: AsOf) -> Iterator[Change]:
    yield from _of(as_of, COUNTED)
    yield from _needed(as_of)


def requested_and_needed(as_of: AsOf) -> Iterator[Change]:
    """Of `changes` those alone that say how many are still to be asked for: a fifth of the rows."""
    yield from _of(as_of, (Kind.REQUESTED,))
    yield from _needed(as_of)


def _of(as_of: AsOf, kinds: tuple[Kind, ...]) -> Iterator[Change]:
    yield from _reached(as_of, kinds)
    yield from _returned(as_of)
    yield from _ended(as_of, kinds)
    yield from carried(as_of, kinds)


def _reached(as_of: AsOf, kinds: tuple[Kind, ...]) -> Iterator[Change]:
    """Added up in the database, by day or by stretch of days: each with the day of its newest."""
    stretches = as_of.stretches()
    together = stretches.expression("happened_on") if stretches else F("happened_on")
    rows = (
        as_of.facts(CertificateEvent)
        .filter(kind__in=kinds)
        .annotate(together=together)
        .values_list("facility_id", "together", "kind", "rung")
        .annotate(Max("happened_on"), Count("pk"))
    )
    for facility_id, _together, kind, rung, on, count in as_of.each(rows):
        yield Change(facility_id, on, intern(f"certificates_{kind}"), count, rung)


def _returned(as_of: AsOf) -> Iterator[Change]:
    """A return takes back the request of the same attempt, on the rung on which that was counted."""
    returned = CertificateEvent.objects.as_of(as_of.until, as_of.known_at).filter(
        kind=Kind.RETURNED
    )
    rows = (
        as_of.facts(CertificateEvent)
        .filter(
            kind=Kind.REQUESTED,
            certificate__events__in=returned,
            certificate__events__attempt=F("attempt"),
        )
        .values_list("facility_id", "certificate__events__happened_on", "rung")
        .annotate(Count("pk"))
    )
    for facility_id, on, rung, count in rows:
        yield Change(facility_id, on, "certificates_requested", -count, rung)


def _ended(as_of: AsOf, kinds: tuple[Kind, ...]) -> Iterator[Change]:
    """All that an ended certificate had reached is taken back on the day it ended."""
    ends = (
        as_of.facts(CertificateEvent)
        .filter(kind__in=(Kind.ISSUED, Kind.RENEWED, Kind.REVOKED))
        .values("certificate_id")
        .annotate(
            valid_until=Max("valid_until"),
            revoked_on=Min("happened_on", filter=Q(kind=Kind.REVOKED)),
        )
        .filter(Q(revoked_on__isnull=False) | Q(valid_until__lte=as_of.until))
    )
    end_of = {
        certificate: min(day for day in (valid_until, revoked_on) if day)
        for certificate, valid_until, revoked_on in ends.values_list(
            "certificate_id", "valid_until", "revoked_on"
        )
    }
    if not end_of:
        return
    # They are named as long as that goes: databases look for the group of each event again otherwise.
    few = len(end_of) <= NAMED_AT_MOST
    ended = {"certificate__in": list(end_of) if few else ends.values("certificate_id")}
    events = (
        as_of.facts(CertificateEvent)
        .filter(kind__in=(*kinds, Kind.RETURNED), **ended)
        .values_list("certificate_id", "facility_id", "happened_on", "kind", "rung", "attempt")
    )
    stretches = as_of.stretches()
    taken: dict[tuple[int, int | date, str, int], tuple[int, date]] = {}
    returned: set[tuple[int, int]] = set()
    requested: list[tuple[int, int, date, str, int, int]] = []  # until all returns are known

    def take(certificate: int, facility_id: int, on: date, kind: str, rung: int, _try: int) -> None:
        # What was noted after the end counts on no day, and is not taken back before it came.
        day = max(on, end_of[certificate])
        place = (facility_id, stretches.of(day) if stretches else day, kind, rung)
        count, newest = taken.get(place, (0, day))
        taken[place] = (count + 1, max(day, newest))

    for event in as_of.each(events):
        certificate, _facility_id, _on, kind, _rung, attempt = event
        if kind == Kind.RETURNED:
            returned.add((certificate, attempt))
        elif kind == Kind.REQUESTED:
            requested.append(event)
        else:
            take(*event)
    for event in requested:
        if (event[0], event[-1]) not in returned:  # else the return has taken it back already
            take(*event)
    for (facility_id, _together, kind, rung), (count, day) in taken.items():
        yield Change(facility_id, day, intern(f"certificates_{kind}"), -count, rung, is_fact=False)


def _needed(as_of: AsOf) -> Iterator[Change]:
    before: dict[int, int] = {}
    needs = as_of.only(
        SignatureNeed.objects.in_force(as_of.until, as_of.known_at).with_rung(
            as_of.known_at, as_of.until
        )
    )
    for facility_id, on, quantity, rung in needs.values_list(
        "facility_id", "effective_from", "quantity", "rung"
    ):
        step = quantity - before.get(facility_id, 0)
        before[facility_id] = quantity
        yield Change(facility_id, on, "certificates_needed", step, rung)
