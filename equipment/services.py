"""Verbs of procurement and devices. Whoever calls has settled the permission."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from equipment.models import Asset, DeviceMovement, DeviceType, Procurement, StageEvent, StageTarget
from facilities.models import Document, Facility, User
from facilities.services import record


def record_stage(
    *,
    procurement: Procurement,
    stage: str,
    happened_on: date,
    by: User,
    amount: int | None = None,
    document: Document | None = None,
) -> StageEvent:
    """A stage was reached. `amount` in dong. Raises ValidationError when it was reached already."""
    return record(
        StageEvent(
            procurement=procurement,
            facility=procurement.facility,
            stage=stage,
            happened_on=happened_on,
            amount=amount,
            document=document,
        ),
        by=by,
    )


def set_stage_target(
    *,
    procurement: Procurement,
    stage: str,
    due_on: date,
    set_on: date,
    by: User,
    because: str = "",
    document: Document | None = None,
) -> StageTarget:
    """Set or move a target. The first one is the baseline; moving it adds a row."""
    return record(
        StageTarget(
            procurement=procurement,
            stage=stage,
            due_on=due_on,
            effective_from=set_on,
            because=because,
            document=document,
        ),
        by=by,
    )


def record_movement(
    *,
    facility: Facility,
    device_type: DeviceType,
    quantity: int,
    reason: str,
    happened_on: date,
    by: User,
    procurement: Procurement | None = None,
    asset: Asset | None = None,
    document: Document | None = None,
) -> DeviceMovement:
    """Devices came (+) or left (-). Raises ValidationError when more leave than there are that day."""
    if quantity < 0:
        _refuse_more_than_there_are(facility, device_type, -quantity, happened_on)
    return record(
        DeviceMovement(
            facility=facility,
            device_type=device_type,
            quantity=quantity,
            reason=reason,
            happened_on=happened_on,
            procurement=procurement,
            asset=asset,
            document=document,
        ),
        by=by,
    )


def _refuse_more_than_there_are(facility, device_type, leaving: int, on: date) -> None:
    there = (
        DeviceMovement.objects.as_of(on)
        .filter(facility=facility, device_type=device_type)
        .aggregate(there=Sum("quantity"))["there"]
        or 0
    )
    if leaving > there:
        raise ValidationError(
            {
                "quantity": _("Only %(there)s are there on that day; %(leaving)s cannot leave.")
                % {"there": there, "leaving": leaving}
            },
            code="too_many",
        )


@transaction.atomic
def move(
    *,
    device_type: DeviceType,
    quantity: int,
    giver: Facility,
    taker: Facility,
    happened_on: date,
    by: User,
    asset: Asset | None = None,
    document: Document | None = None,
) -> tuple[DeviceMovement, DeviceMovement]:
    """Devices go from one facility to another: both sides or none.

    Raises ValidationError for fewer than one device, or when giver and taker are the same.
    """
    if quantity < 1:
        raise ValidationError({"quantity": _("Give how many devices move: at least one.")})
    if giver == taker:
        raise ValidationError({"facility": _("Devices move to another facility.")})
    return tuple(
        record_movement(
            facility=facility,
            device_type=device_type,
            quantity=sign * quantity,
            reason=DeviceMovement.Reason.MOVED,
            happened_on=happened_on,
            by=by,
            asset=asset,
            document=document,
        )
        for facility, sign in ((giver, -1), (taker, 1))
    )
