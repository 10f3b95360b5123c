"""Verbs of procurement and devices. Whoever calls has settled the permission."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from equipment.acceptance import arrivals_of, arrivals_of_lots, bring, refuse_if_left
from equipment.assets import standing_at
from equipment.models import (
    Asset,
    DeviceMovement,
    DeviceType,
    Procurement,
    ProcurementLot,
    Setback,
    StageEvent,
    StageTarget,
)
from equipment.stages import Stage
from equipment.stock import installed
from facilities.models import Document, Facility, Record, User
from facilities.services import record, withdraw


@transaction.atomic
def record_stage(
    *,
    procurement: Procurement,
    stage: str,
    happened_on: date,
    by: User,
    amount: int | None = None,
    document: Document | None = None,
) -> StageEvent:
    """A stage was reached. `amount` in dong. Raises ValidationError when it was reached already.

    With the acceptance of a purchase the devices of its lots arrive.
    """
    event = record(
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
    if event.stage == Stage.ACCEPTANCE:
        bring([procurement.pk], by=by, at=event.recorded_at)
    return event


@transaction.atomic
def withdraw_stage(*, event: StageEvent, because: str, by: User) -> StageEvent:
    """A stage was not reached after all. With an acceptance its arrivals of devices are withdrawn.

    Raises ValidationError when some of those devices have left again since.
    """
    arrivals = arrivals_of([event.procurement_id]) if event.stage == Stage.ACCEPTANCE else []
    refuse_if_left(arrivals)
    _withdraw_together(event, arrivals, because=because, by=by)
    return event


@transaction.atomic
def record_lot(
    *,
    procurement: Procurement,
    facility: Facility,
    device_type: DeviceType,
    quantity: int,
    by: User,
    estimated_value: int | None = None,
    document: Document | None = None,
) -> ProcurementLot:
    """A file buys devices for a facility. `estimated_value` in dong.

    Added to an accepted purchase, the lot brings its devices at once.
    """
    lot = record(
        ProcurementLot(
            procurement=procurement,
            facility=facility,
            device_type=device_type,
            quantity=quantity,
            estimated_value=estimated_value,
            document=document,
        ),
        by=by,
    )
    bring([procurement.pk], by=by, at=lot.recorded_at)
    return lot


@transaction.atomic
def withdraw_lot(*, lot: ProcurementLot, because: str, by: User) -> ProcurementLot:
    """A file does not buy this after all. With the lot go the devices that it brought.

    Raises ValidationError when some of those devices have left again since.
    """
    arrivals = arrivals_of_lots([lot])
    refuse_if_left(arrivals)
    _withdraw_together(lot, arrivals, because=because, by=by)
    return lot


def _withdraw_together(
    fact: Record, arrivals: Iterable[DeviceMovement], *, because: str, by: User
) -> None:
    at = timezone.now()
    withdraw(fact=fact, because=because, by=by, at=at)
    for arrival in arrivals:
        withdraw(fact=arrival, because=because, by=by, at=at)


def record_setback(
    *,
    procurement: Procurement,
    kind: str,
    happened_on: date,
    by: User,
    note: str = "",
    document: Document | None = None,
) -> Setback:
    """Something kept a file from going straight on: its estimate was returned, nobody offered a bid."""
    return record(
        Setback(
            procurement=procurement,
            facility=procurement.facility,
            kind=kind,
            happened_on=happened_on,
            note=note,
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
    at: datetime | None = None,
) -> DeviceMovement:
    """Devices came (+) or left (-). Raises ValidationError when more leave than there are that day.

    Devices with a number leave one by one, as `asset`.
    """
    if quantity < 0:
        _refuse_more_than_there_are(facility, device_type, -quantity, happened_on)
        if asset is None:
            _refuse_those_with_a_number(facility, device_type, -quantity, happened_on)
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
        at=at,
    )


def _refuse_more_than_there_are(
    facility: Facility, device_type: DeviceType, leaving: int, on: date
) -> None:
    there = installed(on, facility, device_type)
    if leaving > there:
        raise ValidationError(
            {
                "quantity": _("Only %(there)s are there on that day; %(leaving)s cannot leave.")
                % {"there": there, "leaving": leaving}
            },
            code="too_many",
        )


def _refuse_those_with_a_number(
    facility: Facility, device_type: DeviceType, leaving: int, on: date
) -> None:
    numbered = standing_at(on, [facility.pk])[facility.pk, device_type.pk]
    free = installed(on, facility, device_type) - numbered
    if leaving > free:
        raise ValidationError(
            {
                "quantity": _(
                    "Only %(free)s of them have no inventory number. Name the numbers of the others."
                )
                % {"free": free}
            },
            code="numbered",
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

    Raises ValidationError for fewer than one device, or when giver and taker are the same. The
    moment of recording is the same on both sides: by it they are known to belong together.
    """
    if quantity < 1:
        raise ValidationError({"quantity": _("Give how many devices move: at least one.")})
    if giver == taker:
        raise ValidationError({"facility": _("Devices move to another facility.")})
    # Two who move the same devices at once: the second looks again when the first has written.
    keys = sorted([giver.pk, taker.pk])
    list(Facility.objects.filter(pk__in=keys).order_by("pk").select_for_update())
    at = timezone.now()
    given, taken = [
        record_movement(
            facility=facility,
            device_type=device_type,
            quantity=sign * quantity,
            reason=DeviceMovement.Reason.MOVED,
            happened_on=happened_on,
            by=by,
            asset=asset,
            document=document,
            at=at,
        )
        for facility, sign in ((giver, -1), (taker, 1))
    ]
    return given, taken
