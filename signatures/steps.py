"""How far certificates have come on a day, told by the database."""

from datetime import date, datetime

from django.db import models
from django.db.models import Case, CharField, Count, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from signatures.changes import COUNTED
from signatures.models import CertificateEvent

Kind = CertificateEvent.Kind


class Step(models.TextChoices):
    """The furthest that counts; or why none does."""

    NOT_REQUESTED = "not_requested", _("Not yet requested")
    RETURNED = Kind.RETURNED.value, Kind.RETURNED.label
    REQUESTED = Kind.REQUESTED.value, Kind.REQUESTED.label
    ISSUED = Kind.ISSUED.value, Kind.ISSUED.label
    RECEIVED = Kind.RECEIVED.value, Kind.RECEIVED.label
    HANDED_OVER = Kind.HANDED_OVER.value, Kind.HANDED_OVER.label
    AUTHENTICATED = Kind.AUTHENTICATED.value, Kind.AUTHENTICATED.label
    EXPIRED = "expired", _("Expired")
    REVOKED = Kind.REVOKED.value, Kind.REVOKED.label


def step(on: date, known_at: datetime | None = None) -> Coalesce:
    """SQL for the step of a certificate: one look at its events."""
    events = CertificateEvent.objects.as_of(on, known_at).filter(certificate=OuterRef("pk"))

    def has(kind: CertificateEvent.Kind) -> When:
        return When(**{f"n_{kind}__gt": 0}, then=Value(kind.value))

    is_returned = Q(request__isnull=True) | Q(request__lte=models.F("returned"))
    furthest = Case(
        has(Kind.REVOKED),
        When(end__lte=on, then=Value(Step.EXPIRED.value)),
        *(has(kind) for kind in reversed(COUNTED) if kind != Kind.REQUESTED),
        When(Q(returned__isnull=False) & is_returned, then=Value(Step.RETURNED.value)),
        has(Kind.REQUESTED),
        default=Value(Step.NOT_REQUESTED.value),
        output_field=CharField(),
    )
    told = (
        events.order_by()
        .values("certificate")
        .annotate(
            **{f"n_{kind}": Count("pk", filter=Q(kind=kind)) for kind in (*COUNTED, Kind.REVOKED)},
            end=Max("valid_until"),
            request=Max("attempt", filter=Q(kind=Kind.REQUESTED)),
            returned=Max("attempt", filter=Q(kind=Kind.RETURNED)),
        )
        .annotate(furthest=furthest)
        .values("furthest")
    )
    return Coalesce(Subquery(told), Value(Step.NOT_REQUESTED.value))
