"""Verbs of connectivity. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from connectivity.models import ConnectionStep, Partner
from connectivity.rules import faults
from facilities.models import Document, Facility, User
from facilities.registers.attempts import Story, brought, happening
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
    """A step was made, or a connection ended. Raises ValidationError when it cannot have been then.

    What is merely odd is taken as it is told.
    """
    step = Step(step)
    # Whoever else writes about it waits here, as in a register, and then sees what stands.
    facility = Facility.objects.select_for_update(no_key=True).get(pk=facility.pk)
    steps = ConnectionStep.objects.known().filter(facility=facility, partner=partner)
    story = {(made.step, made.attempt): happening(made) for made in steps}
    made = ConnectionStep(
        facility=facility,
        partner=partner,
        step=step,
        attempt=_attempt(story, step),
        happened_on=happened_on,
        document=document,
    )
    if (step, made.attempt) not in story:  # a second one is refused when it is stored
        after = {**story, (step, made.attempt): happening(made)}
        fault = next((fault for fault in brought(faults, story, after) if not fault.odd), None)
        if fault:
            raise ValidationError({fault.field: fault.text}, code="order")
    return record(made, by=by)


def _attempt(story: Story, step: str) -> int:
    """Which time this is: each end is followed by a further connection."""
    if step in (Step.ACCOUNT, Step.FIRST_MESSAGE):
        return 1
    ends = [attempt for of, attempt in story if of == Step.DISCONNECTED]
    return 1 + max(ends, default=0)
