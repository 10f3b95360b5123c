"""In what state a certificate is on a day: the one written rule, for one and in the database.

The first of these that holds, counting what happened up to and on the day:

1. revoked;
2. expired: the last end that its issue and its renewals gave has come;
3. not issued;
4. suspended: the latest suspension was not lifted;
5. device lost or damaged: the latest loss was not followed by a restored device;
6. to be revoked: the holder left, changed post or retired;
7. to be changed: renamed, or moved to another facility, and the content not changed since;
8. in force.

A move to another unit of the same facility leaves the content true. A suspension and a lost device
interrupt, and take nothing back from the figures: what was issued stays issued until it ends.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models
from django.db.models import Case, CharField, Count, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from signatures.models import CertificateEvent

Kind = CertificateEvent.Kind


class State(models.TextChoices):
    REVOKED = "revoked", Kind.REVOKED.label
    EXPIRED = "expired", _("Expired")
    NOT_ISSUED = "not_issued", _("Not yet issued")
    SUSPENDED = "suspended", Kind.SUSPENDED.label
    DEVICE_LOST = "device_lost", Kind.DEVICE_LOST.label
    TO_REVOKE = "to_revoke", _("To be revoked")
    TO_CHANGE = "to_change", _("Content to be changed")
    IN_FORCE = "in_force", _("In force")


# It is valid, whether or not it can be used on the day.
STANDING = (
    State.SUSPENDED,
    State.DEVICE_LOST,
    State.TO_REVOKE,
    State.TO_CHANGE,
    State.IN_FORCE,
)


def state(events: Iterable[CertificateEvent], on: date) -> State:
    """Of one certificate, told of all its standing events; those after the day are passed over."""
    told = [event for event in events if event.happened_on <= on]

    def latest(*kinds: Kind) -> int:
        return max((event.attempt for event in told if event.kind in kinds), default=0)

    def last_day(which: Iterable[CertificateEvent]) -> date:
        return max((event.happened_on for event in which), default=date.min)

    end = max((event.valid_until for event in told if event.valid_until), default=None)
    outdated = last_day(e for e in told if e.kind == Kind.RENAMED or e.to_id is not None)
    if latest(Kind.REVOKED):
        return State.REVOKED
    if end and end <= on:
        return State.EXPIRED
    if not latest(Kind.ISSUED):
        return State.NOT_ISSUED
    if latest(Kind.SUSPENDED) > latest(Kind.RESTORED):
        return State.SUSPENDED
    if latest(Kind.DEVICE_LOST) > latest(Kind.DEVICE_RESTORED):
        return State.DEVICE_LOST
    if latest(Kind.LEFT, Kind.RETIRED):
        return State.TO_REVOKE
    if outdated > last_day(e for e in told if e.kind == Kind.CHANGED):
        return State.TO_CHANGE
    return State.IN_FORCE


def state_of(on: date, known_at: datetime | None = None) -> Coalesce:
    """SQL for the same, of the rows of a query of certificates: one look at their events."""
    events = CertificateEvent.objects.as_of(on, known_at).filter(certificate=OuterRef("pk"))

    def latest(kind: Kind) -> Coalesce:
        return Coalesce(Max("attempt", filter=Q(kind=kind)), 0)

    first_day = Value(date.min, output_field=models.DateField())
    told = (
        events.order_by()
        .values("certificate")
        .annotate(
            n_revoked=Count("pk", filter=Q(kind=Kind.REVOKED)),
            n_issued=Count("pk", filter=Q(kind=Kind.ISSUED)),
            n_gone=Count("pk", filter=Q(kind__in=(Kind.LEFT, Kind.RETIRED))),
            end=Max("valid_until"),
            n_suspended=latest(Kind.SUSPENDED),
            n_restored=latest(Kind.RESTORED),
            n_lost=latest(Kind.DEVICE_LOST),
            n_found=latest(Kind.DEVICE_RESTORED),
            outdated=Max("happened_on", filter=Q(kind=Kind.RENAMED) | Q(to__isnull=False)),
            changed=Coalesce(Max("happened_on", filter=Q(kind=Kind.CHANGED)), first_day),
        )
        .annotate(
            state=Case(
                When(n_revoked__gt=0, then=Value(State.REVOKED.value)),
                When(end__lte=on, then=Value(State.EXPIRED.value)),
                When(n_issued=0, then=Value(State.NOT_ISSUED.value)),
                When(n_suspended__gt=models.F("n_restored"), then=Value(State.SUSPENDED.value)),
                When(n_lost__gt=models.F("n_found"), then=Value(State.DEVICE_LOST.value)),
                When(n_gone__gt=0, then=Value(State.TO_REVOKE.value)),
                When(outdated__gt=models.F("changed"), then=Value(State.TO_CHANGE.value)),
                default=Value(State.IN_FORCE.value),
                output_field=CharField(),
            )
        )
        .values("state")
    )
    return Coalesce(Subquery(told), Value(State.NOT_ISSUED.value))
