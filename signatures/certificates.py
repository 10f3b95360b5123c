"""Certificates one by one, as they stood on a day. What counts here is what `readiness` counts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from facilities.as_of import AsOf
from signatures.changes import COUNTED
from signatures.life import STANDING, State, state
from signatures.models import Certificate, CertificateEvent
from signatures.moves import Moves, moves, with_moved

Kind = CertificateEvent.Kind


@dataclass(frozen=True, slots=True)
class CertificateOnDay:
    """One certificate. `holder` is personal data: show it only where `Access.sees_names_in` allows."""

    certificate: Certificate
    days: dict[str, date]  # the day of each event; of the latest attempt where it happened again
    valid_until: date | None  # first day on which it is no longer valid
    ended_on: date | None  # revoked or expired by the day
    returned: bool  # the request was returned and not made again
    state: State

    @property
    def is_held(self) -> bool:
        """Valid, and something is to be done about it or keeps it from being used."""
        return self.state in STANDING and self.state != State.IN_FORCE

    def counts_as(self, kind: str) -> bool:
        """Whether it counts in `certificates_<kind>` on the day."""
        if kind not in self.days or self.ended_on is not None:
            return False
        return not (kind == Kind.REQUESTED and self.returned)

    @property
    def step(self) -> Kind | None:
        """The furthest event that counts; None when it was returned, or has ended."""
        return next((kind for kind in reversed(COUNTED) if self.counts_as(kind)), None)


def certificates(as_of: AsOf) -> list[CertificateOnDay]:
    """The certificates that lie in its facilities and were asked for by the day: three queries."""
    known = moves(as_of)
    facts = with_moved(as_of, known)
    listed = Certificate.objects.select_related("batch")
    if as_of.facility_ids is not None:
        listed = listed.filter(pk__in=facts.values("certificate"))
    return _told(as_of, known, listed, facts)


def _told(
    as_of: AsOf,
    known: Moves,
    listed: QuerySet[Certificate],
    facts: "QuerySet[CertificateEvent]",
) -> list[CertificateOnDay]:
    events: dict[int, list[CertificateEvent]] = defaultdict(list)
    for event in facts.order_by("attempt", "happened_on"):
        events[event.certificate_id].append(event)
    return [
        _on_day(certificate, events[certificate.pk], as_of.until)
        for certificate in listed.order_by("pk")
        if events[certificate.pk] and _lies_in(as_of, known, events[certificate.pk])
    ]


def waiting_at(
    as_of: AsOf, steps: Mapping[str, tuple[Kind, Kind]]
) -> dict[tuple[int, str], tuple[int, date]]:
    """By facility and step: how many certificates wait for it, and since when the one that waits longest.

    `steps`: by code, the event that is waited for and the one that comes before it. The same rule as
    `CertificateOnDay.counts_as`, by the database: at a province of a million not one is read. One query
    for the moves, one for each step, and two more where any has moved.
    """
    known = moves(as_of)
    events = CertificateEvent.objects.as_of(as_of.until, as_of.known_at)
    of_it = events.filter(certificate=OuterRef("certificate"))
    # Its last end is past: an end that no later one follows.
    expired = of_it.filter(~Exists(of_it.filter(valid_until__gt=as_of.until)))
    ours = as_of.facts(CertificateEvent).exclude(certificate__in=list(known.of))
    elsewhere = _moved(as_of, known)
    found: dict[tuple[int, str], tuple[int, date]] = {}
    for step, (kind, before) in steps.items():
        # That an event is the first of its kind says nothing new, none of these may happen again; it
        # leads SQLite to the index of one event.
        waiting = ours.filter(
            ~Exists(of_it.filter(kind=kind, attempt=1)),
            ~Exists(of_it.filter(kind=Kind.REVOKED, attempt=1)),
            ~Exists(expired.filter(valid_until__lte=as_of.until)),
            kind=before,
        )
        rows = waiting.order_by().values_list("certificate__facility")
        found |= {
            (pk, step): (count, since)
            for pk, count, since in rows.annotate(Count("pk"), Min("happened_on"))
        }
        moved = (
            (row.certificate.facility_id, row.days[before])
            for row in elsewhere
            if row.counts_as(before) and not row.counts_as(kind)
        )
        for facility_id, since in moved:
            count, first = found.get((facility_id, step), (0, since))
            found[facility_id, step] = (count + 1, min(first, since))
    return found


def _moved(as_of: AsOf, known: Moves) -> list[CertificateOnDay]:
    """Of `certificates` those that have moved to another facility: few."""
    keys = known.touching(as_of.facility_ids)
    if not keys:
        return []
    listed = Certificate.objects.filter(pk__in=keys)
    return _told(as_of, known, listed, with_moved(as_of, known).filter(certificate__in=keys))


def _lies_in(as_of: AsOf, known: Moves, events: list[CertificateEvent]) -> bool:
    """By its events and not by its row: that says where it lies today."""
    home = known.home(events[0].certificate_id, as_of.until, events[0].facility_id)
    return as_of.facility_ids is None or home in as_of.facility_ids


def _on_day(certificate: Certificate, events: list[CertificateEvent], on: date) -> CertificateOnDay:
    days = {event.kind: event.happened_on for event in events}
    attempts = {event.kind: event.attempt for event in events}
    valid_until = max((e.valid_until for e in events if e.valid_until), default=None)
    ends = [day for day in (valid_until, days.get(Kind.REVOKED)) if day]
    end = min(ends, default=None)
    return CertificateOnDay(
        certificate=certificate,
        days=days,
        valid_until=valid_until,
        ended_on=end if end and end <= on else None,
        returned=attempts.get(Kind.RETURNED, 0) >= attempts.get(Kind.REQUESTED, 1),
        state=state(events, on),
    )
