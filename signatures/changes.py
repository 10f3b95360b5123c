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
from typing import Any

from django.db.models import Count, F, Max, QuerySet, Value

from facilities.as_of import AsOf
from facilities.evidence import Rung
from facilities.lineage import Passing
from facilities.timeline import Change
from signatures.models import CertificateEvent, SignatureNeed
from signatures.moves import carried

Kind = CertificateEvent.Kind
ENDING = (Kind.ISSUED, Kind.RENEWED, Kind.REVOKED)
Facts = QuerySet[Any, Any]  # of events, each with its rung
NAMED_AT_MOST = 30_000  # SQLite takes no more than 32,766 values in a statement
COUNTED = (Kind.REQUESTED, Kind.ISSUED, Kind.RECEIVED, Kind.HANDED_OVER, Kind.AUTHENTICATED)

PASSES_ON = {f"certificates_{kind}": Passing.ADDS for kind in COUNTED} | {
    "certificates_needed": Passing.STATED
}


def changes(as_of: AsOf) -> Iterator[Change]:
    yield from _of(as_of, COUNTED, as_of.facts(CertificateEvent))
    yield from _needed(as_of)


def requested_and_needed(as_of: AsOf) -> Iterator[Change]:
    """Of `changes` those alone that say how many are still to be asked for: a fifth of the rows."""
    yield from _of(as_of, (Kind.REQUESTED,), as_of.facts(CertificateEvent))
    yield from _needed(as_of)


def without_evidence(as_of: AsOf) -> Iterator[Change]:
    """The same counts as `changes`, with no rung: of a million certificates in a fraction of the time."""
    told = as_of.only(CertificateEvent.objects.as_of(as_of.until, as_of.known_at))
    yield from _of(as_of, COUNTED, told.annotate(rung=Value(int(Rung.ASSUMED))))
    yield from _needed(as_of)


def _of(as_of: AsOf, kinds: tuple[Kind, ...], facts: Facts) -> Iterator[Change]:
    yield from _reached(as_of, kinds, facts)
    yield from _returned(as_of, facts)
    yield from _ended(as_of, kinds, facts)
    yield from carried(as_of, kinds)


def _reached(as_of: AsOf, kinds: tuple[Kind, ...], facts: Facts) -> Iterator[Change]:
    """Added up in the database, by day or by stretch of days: each with the day of its newest."""
    stretches = as_of.stretches()
    together = stretches.expression("happened_on") if stretches else F("happened_on")
    rows = (
        facts.filter(kind__in=kinds)
        .annotate(together=together)
        .values_list("facility_id", "together", "kind", "rung")
        .annotate(newest=Max("happened_on"), count=Count("*"))  # no key: an index has all of it
    )
    for facility_id, _together, kind, rung, on, count in as_of.each(rows):
        yield Change(facility_id, on, intern(f"certificates_{kind}"), count, rung)


def _returned(as_of: AsOf, facts: Facts) -> Iterator[Change]:
    """A return takes back the request of the same attempt, on the rung on which that was counted."""
    returned = CertificateEvent.objects.as_of(as_of.until, as_of.known_at).filter(
        kind=Kind.RETURNED
    )
    rows = (
        facts.filter(
            kind=Kind.REQUESTED,
            certificate__events__in=returned,
            certificate__events__attempt=F("attempt"),
        )
        .values_list("facility_id", "certificate__events__happened_on", "rung")
        .annotate(Count("pk"))
    )
    for facility_id, on, rung, count in rows:
        yield Change(facility_id, on, "certificates_requested", -count, rung)


def _ended(as_of: AsOf, kinds: tuple[Kind, ...], facts: Facts) -> Iterator[Change]:
    """All that an ended certificate had reached is taken back on the day it ended."""
    told = as_of.only(CertificateEvent.objects.as_of(as_of.until, as_of.known_at)).order_by()
    # Those of which some end is past are found by two indexes; to look at every issue takes far longer.
    over = (
        told.filter(kind=Kind.REVOKED)
        .values_list("certificate_id", flat=True)
        .union(
            told.filter(valid_until__lte=as_of.until).values_list("certificate_id", flat=True),
            all=True,
        )
    )
    keys = list(dict.fromkeys(over))
    if not keys:
        return
    # They are named as long as that goes, else looked for again.
    events = list(
        facts.filter(
            kind__in={*kinds, Kind.RETURNED, *ENDING},
            certificate__in=keys if len(keys) <= NAMED_AT_MOST else over,
        ).values_list(
            *("certificate_id", "facility_id", "happened_on", "kind", "rung", "attempt"),
            "valid_until",
        )
    )
    end_of = _ends(events, as_of.until)
    returned = {
        (certificate, attempt)
        for certificate, _facility_id, _on, kind, _rung, attempt, _until in events
        if kind == Kind.RETURNED
    }
    counted = {kind.value for kind in kinds}
    stretches = as_of.stretches()
    taken: dict[tuple[int, int | date, str, int], tuple[int, date]] = {}
    for certificate, facility_id, on, kind, rung, attempt, _until in events:
        if kind not in counted or certificate not in end_of:
            continue
        if kind == Kind.REQUESTED and (certificate, attempt) in returned:
            continue  # the return has taken it back already
        # What was noted after the end counts on no day, and is not taken back before it came.
        day = max(on, end_of[certificate])
        place = (facility_id, stretches.of(day) if stretches else day, kind, rung)
        count, newest = taken.get(place, (0, day))
        taken[place] = (count + 1, max(day, newest))
    for (facility_id, _together, kind, rung), (count, day) in taken.items():
        yield Change(facility_id, day, intern(f"certificates_{kind}"), -count, rung, is_fact=False)


def _ends(events: list[tuple], until: date) -> dict[int, date]:
    """By certificate the day it ended: revoked, or its last end, if that is no later than `until`."""
    last: dict[int, date] = {}
    revoked: dict[int, date] = {}
    for certificate, _facility_id, on, kind, _rung, _attempt, valid_until in events:
        if kind == Kind.REVOKED:
            revoked[certificate] = on
        elif valid_until is not None and valid_until > last.get(certificate, date.min):
            last[certificate] = valid_until
    found = {certificate: day for certificate, day in last.items() if day <= until}
    for certificate, day in revoked.items():
        found[certificate] = min(day, last.get(certificate, day))
    return found


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
