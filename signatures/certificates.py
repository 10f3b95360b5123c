"""Certificates one by one, as they stood on a day. What counts here is what `readiness` counts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

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
    listed = Certificate.objects.all()
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
    `CertificateOnDay.counts_as`, by the database: at a province of a million not one is read that does
    not wait. One query for the moves, one for each step, and two more where any has moved.
    """
    known = moves(as_of)
    told = {kind for pair in steps.values() for kind in pair}
    ours = as_of.facts(CertificateEvent).exclude(certificate__in=list(known.of))
    stories = (
        ours.order_by()
        .values("certificate", "certificate__facility")
        .annotate(
            revoked=Count("pk", filter=Q(kind=Kind.REVOKED)),
            end=Max("valid_until"),
            **{f"on_{kind}": Max("happened_on", filter=Q(kind=kind)) for kind in told},
        )
        .filter(Q(end__isnull=True) | Q(end__gt=as_of.until), revoked=0)
    )
    elsewhere = _moved(as_of, known)
    found: dict[tuple[int, str], tuple[int, date]] = {}
    for step, (kind, before) in steps.items():
        waiting = stories.filter(
            **{f"on_{kind}__isnull": True, f"on_{before}__isnull": False}
        ).values_list("certificate__facility", f"on_{before}")
        moved = (
            (row.certificate.facility_id, row.days[before])
            for row in elsewhere
            if row.counts_as(before) and not row.counts_as(kind)
        )
        for facility_id, since in (*waiting, *moved):
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
