"""Verbs of digital signatures. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min, Q
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
    attempt = _attempt(events, kind)
    needed = AFTER.get(kind)
    before = events.filter(kind=needed, happened_on__lte=happened_on)
    if kind == Kind.RETURNED:
        before = before.filter(attempt=attempt)
    if needed and not before.exists():
        raise ValidationError(
            {
                "happened_on": _("“%(kind)s” cannot come before “%(needed)s”.")
                % {"kind": kind.label, "needed": needed.label}
            },
            code="order",
        )
    if kind in (Kind.ISSUED, Kind.RETURNED):
        _refuse_second_answer(events, kind)
    if kind == Kind.RENEWED:
        _refuse_late_renewal(events, happened_on)
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


def _attempt(events, kind: str) -> int:
    """Which time this is. A return ends the latest request and so carries its number."""
    if kind not in CertificateEvent.REPEATABLE:
        return 1
    counted = Kind.REQUESTED if kind == Kind.RETURNED else kind
    latest = events.filter(kind=counted).aggregate(n=Max("attempt"))["n"] or 0
    return latest if kind == Kind.RETURNED else latest + 1


def _refuse_second_answer(events, kind: str) -> None:
    """A request is answered once: by its issue or by its return."""
    if kind == Kind.RETURNED and events.filter(kind=Kind.ISSUED).exists():
        raise ValidationError(
            {"kind": _("The certificate is issued; its request can no longer be returned.")},
            code="order",
        )
    latest = events.filter(kind=Kind.REQUESTED).aggregate(n=Max("attempt"))["n"]
    if kind == Kind.ISSUED and events.filter(kind=Kind.RETURNED, attempt=latest).exists():
        raise ValidationError(
            {"kind": _("The request was returned. Record the new request first.")}, code="order"
        )


def _refuse_late_renewal(events, happened_on: date) -> None:
    ends = events.aggregate(
        valid_until=Max("valid_until"),
        revoked_on=Min("happened_on", filter=Q(kind=Kind.REVOKED)),
    )
    end = min((day for day in ends.values() if day), default=None)
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
