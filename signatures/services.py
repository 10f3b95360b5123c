"""Verbs of digital signatures. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from facilities.models import Document, User
from facilities.registers.attempts import Story, brought, happening
from facilities.services import AlreadyWithdrawn, record
from signatures.models import Certificate, CertificateEvent
from signatures.rules import faults, next_attempt

Kind = CertificateEvent.Kind


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
    """Something happened to a certificate. Raises ValidationError when it cannot have happened then.

    What is merely odd is taken as it is told.
    """
    kind = Kind(kind)
    # Whoever else writes about it waits here, as in a register, and then sees what stands.
    certificate = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if certificate.withdrawn_at is not None:
        raise AlreadyWithdrawn
    story = {(event.kind, event.attempt): happening(event) for event in certificate.events.known()}
    event = CertificateEvent(
        certificate=certificate,
        facility=certificate.facility,
        kind=kind,
        attempt=next_attempt(story, kind),
        happened_on=happened_on,
        valid_until=valid_until,
        because=because,
        document=document,
    )
    if (kind, event.attempt) not in story:  # a second one is refused when it is stored
        _refuse(story, {**story, (kind, event.attempt): happening(event)})
    return record(event, by=by)


def _refuse(before: Story, after: Story) -> None:
    fault = next((fault for fault in brought(faults, before, after) if not fault.odd), None)
    if fault:
        raise ValidationError({fault.field: fault.text}, code="order")
