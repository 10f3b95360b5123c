"""How tests write facts, and see what was refused."""

from collections.abc import Callable
from datetime import date

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction

from equipment.models import DeviceMovement, DeviceNorm
from equipment.services import record_movement
from facilities.models import Facility, Record
from facilities.services import record
from rollout.models import MilestoneEvent
from rollout.programme.services import record_milestone
from tests import factories


def refused(action: Callable[..., object], *args, **fields) -> set[str]:
    """The fields that a verb names when it refuses; empty when it accepts."""
    try:
        action(*args, **fields)
    except ValidationError as error:
        return set(error.message_dict) if hasattr(error, "error_dict") else {NON_FIELD_ERRORS}
    return set()


def database_refuses(write: Callable[..., object], *args, **fields) -> bool:
    """Whether a raw write, past every verb, runs against a constraint."""
    try:
        with transaction.atomic():
            write(*args, **fields)
    except IntegrityError:
        return True
    return False


def write(row: Record) -> Record:
    """Record a row as somebody."""
    return record(row, by=factories.recorder())


def devices(place: Facility, quantity: int, on: date, **fields) -> DeviceMovement:
    """Tablets, unless told otherwise, came to a facility."""
    return record_movement(
        facility=place,
        device_type=fields.pop("device_type", None) or factories.DeviceTypeFactory(),
        quantity=quantity,
        reason="accepted",
        happened_on=on,
        by=factories.recorder(),
        **fields,
    )


def norm(quantity: int, since: date, **fields) -> DeviceNorm:
    """How many tablets there must be, in all facilities unless told otherwise."""
    device_type = fields.pop("device_type", None) or factories.DeviceTypeFactory()
    if kind := fields.pop("kind", ""):
        fields["kind_id"] = factories.kind_of(kind)
    return write(
        DeviceNorm(device_type=device_type, quantity=quantity, effective_from=since, **fields)
    )


def milestone(place: Facility, code: str, on: date) -> MilestoneEvent:
    """A facility reached a milestone."""
    return record_milestone(facility=place, milestone=code, happened_on=on, by=factories.recorder())
