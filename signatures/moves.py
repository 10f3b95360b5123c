"""Where a certificate lies on a day: where it was asked for, until it moved to another facility."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, QuerySet

from facilities.as_of import AsOf, once_per_as_of
from facilities.timeline import Change
from signatures.models import CertificateEvent

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from facilities.models.facts import Proven

    ProvenEvent = WithAnnotations[CertificateEvent, Proven]

Kind = CertificateEvent.Kind


class Move(NamedTuple):
    on: date
    out_of: int  # facilities
    to: int


@dataclass(frozen=True)
class Moves:
    """The moves between facilities, by certificate, each in its order."""

    of: dict[int, list[Move]] = field(default_factory=dict)

    def home(self, certificate: int, on: date, at_first: int) -> int:
        """The facility in which it lies at the end of a day; `at_first`: that of one that never moved."""
        moved = self.of.get(certificate)
        return place_of(moved, on) if moved else at_first

    def touching(self, facility_ids: frozenset[int] | None) -> list[int]:
        """The certificates that have come to, or left, one of these facilities; None: all that moved."""
        return [
            certificate
            for certificate, moved in self.of.items()
            if facility_ids is None
            or any(not facility_ids.isdisjoint((move.out_of, move.to)) for move in moved)
        ]


def place_of(moved: list[Move], on: date) -> int:
    """Where a certificate that moved so lies at the end of a day."""
    return next((move.to for move in reversed(moved) if move.on <= on), moved[0].out_of)


@once_per_as_of
def moves(as_of: AsOf) -> Moves:
    """All moves up to the day, whosever they are: few. One query."""
    rows = (
        CertificateEvent.objects.as_of(as_of.until, as_of.known_at)
        .filter(to__isnull=False)
        .order_by("happened_on", "attempt")
        .values_list("certificate_id", "happened_on", "facility_id", "to_id")
    )
    found: dict[int, list[Move]] = defaultdict(list)
    for certificate, on, out_of, to in rows:
        if to is not None:
            found[certificate].append(Move(on, out_of, to))
    return Moves(dict(found))


def with_moved(as_of: AsOf, known: Moves) -> QuerySet[CertificateEvent]:
    """`as_of.facts`, and all events of certificates that moved: theirs stand in several facilities."""
    facts = as_of.facts(CertificateEvent)
    others = [] if as_of.facility_ids is None else known.touching(as_of.facility_ids)
    if not others:
        return facts
    proven = CertificateEvent.objects.proven(as_of.until, as_of.known_at)
    return proven.filter(Q(facility__in=as_of.facility_ids) | Q(certificate__in=others))


def carried(as_of: AsOf, counted: tuple[Kind, ...]) -> Iterator[Change]:
    """What moved certificates count elsewhere than where their events stand.

    Events stand in the facility in which each was recorded; there `changes` counts them from their day
    until they are returned or have ended. For the part of that time in which the certificate lay
    elsewhere, that is taken back here and counted there.
    """
    known = moves(as_of)
    moved = known.touching(as_of.facility_ids)
    if not moved:
        return
    events: dict[int, list[ProvenEvent]] = defaultdict(list)
    proven = CertificateEvent.objects.proven(as_of.until, as_of.known_at)
    for event in proven.filter(certificate__in=moved):
        events[event.certificate_id].append(event)
    for certificate, story in events.items():
        end = _end(story)
        returned = {e.attempt: e.happened_on for e in story if e.kind == Kind.RETURNED}
        for event in story:
            if event.kind not in counted:
                continue
            until = max(event.happened_on, end)
            if event.kind == Kind.REQUESTED:
                until = min(until, returned.get(event.attempt, date.max))
            yield from _elsewhere(as_of, known.of[certificate], event, until)


def _end(story: "list[ProvenEvent]") -> date:
    revoked = min((e.happened_on for e in story if e.kind == Kind.REVOKED), default=date.max)
    given = max((e.valid_until for e in story if e.valid_until), default=date.max)
    return min(revoked, given)


def _elsewhere(
    as_of: AsOf, moved: list[Move], event: "ProvenEvent", until: date
) -> Iterator[Change]:
    days = [event.happened_on]
    days += [move.on for move in moved if event.happened_on < move.on < until]
    for first, last in zip(days, [*days[1:], until], strict=True):
        home = place_of(moved, first)
        if home == event.facility_id or first >= last:
            continue
        for on, sign in ((first, 1), (last, -1)):
            if on > as_of.until:
                continue
            for place, amount in ((home, sign), (event.facility_id, -sign)):
                if as_of.facility_ids is None or place in as_of.facility_ids:
                    yield Change(
                        place, on, f"certificates_{event.kind}", amount, event.rung, is_fact=False
                    )
