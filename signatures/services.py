"""Verbs of digital signatures. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from facilities.models import Document, User
from facilities.services import record
from signatures.models import Certificate, CertificateEvent

Kind = CertificateEvent.Kind

# What must have happened before, on the same day or earlier.
AFTER = {
    Kind.RETURNED: Kind.REQUESTED,
    Kind.ISSUED: Kind.REQUESTED,
    Kind.RECEIVED: Kind.ISSUED,
    Kind.HANDED_OVER: Kind.ISSUED,
    Kind.AUTHENTICATED: Kind.ISSUED,
    Kind.RENEWED: Kind.ISSUED,
    Kind.CHANGED: Kind.ISSUED,
    Kind.REVOKED: Kind.ISSUED,
}


@transaction.atomic
def record_event(
    *,
    certificate: Certificate,
    kind: str,
    happened_on: date,
    by: User,
    valid_until: date | None = None,
    because: str = "",
    document: Document | None = None,
) -> CertificateEvent:
    """Something happened to a certificate. Raises ValidationError when it cannot have happened then."""
    kind = Kind(kind)
    events = certificate.events.known()
    needed = AFTER.get(kind)
    if needed and not events.filter(kind=needed, happened_on__lte=happened_on).exists():
        raise ValidationError(
            {
                "happened_on": _("“%(kind)s” cannot come before “%(needed)s”.")
                % {"kind": kind.label, "needed": needed.label}
            },
            code="order",
        )
    if kind == Kind.RENEWED:
        _refuse_late_renewal(events, happened_on)
    attempt = 1
    if kind == Kind.RETURNED:  # it ends the request that stands
        attempt = events.filter(kind=Kind.REQUESTED).aggregate(n=Max("attempt"))["n"]
    elif kind in CertificateEvent.REPEATABLE:
        attempt = (events.filter(kind=kind).aggregate(n=Max("attempt"))["n"] or 0) + 1
    if kind == Kind.REQUESTED and attempt > 1:
        _refuse_second_request(events, attempt, happened_on)
    return record(
        CertificateEvent(
            certificate=certificate,
            facility=certificate.facility,
            kind=kind,
            attempt=attempt,
            happened_on=happened_on,
            valid_until=valid_until,
            because=because,
            document=document,
        ),
        by=by,
    )


def _refuse_late_renewal(events, happened_on: date) -> None:
    end = events.aggregate(end=Max("valid_until"))["end"]
    if end is not None and happened_on >= end:
        raise ValidationError(
            {
                "happened_on": _(
                    "The certificate ended on %(end)s; an ended one is not renewed but requested anew."
                )
                % {"end": end.strftime("%d/%m/%Y")}
            },
            code="ended",
        )


def _refuse_second_request(events, attempt: int, happened_on: date) -> None:
    returned = events.filter(kind=Kind.RETURNED, attempt=attempt - 1, happened_on__lte=happened_on)
    if not returned.exists():
        raise ValidationError(
            {"kind": _("It is requested already and was not returned.")}, code="order"
        )
