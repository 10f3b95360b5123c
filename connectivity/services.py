"""Verbs of connectivity. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from connectivity.models import ConnectionStep, Partner
from facilities.models import Document, Facility, User
from facilities.services import record

Step = ConnectionStep.Step


@transaction.atomic
def record_step(
    *,
    facility: Facility,
    partner: Partner,
    step: str,
    happened_on: date,
    by: User,
    document: Document | None = None,
) -> ConnectionStep:
    """A step was made, or a connection ended. Raises ValidationError when it cannot have been then."""
    step = Step(step)
    steps = ConnectionStep.objects.known().filter(facility=facility, partner=partner)
    ended = steps.filter(step=Step.DISCONNECTED).aggregate(n=Max("attempt"))["n"] or 0
    attempt = 1 if step in (Step.ACCOUNT, Step.FIRST_MESSAGE) else ended + 1
    if (
        step == Step.DISCONNECTED
        and not steps.filter(
            step=Step.CONNECTED, attempt=attempt, happened_on__lte=happened_on
        ).exists()
    ):
        raise ValidationError(
            {"step": _("There is no connection to end on that day.")}, code="order"
        )
    return record(
        ConnectionStep(
            facility=facility,
            partner=partner,
            step=step,
            attempt=attempt,
            happened_on=happened_on,
            document=document,
        ),
        by=by,
    )
