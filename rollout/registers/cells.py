"""What pages and the API write of a row's own cells goes the way of its register."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from facilities.models import Agency, ChangeSet, Document
from facilities.registers.entering import enter, withdraw_row
from rollout.models import Programme
from rollout.registers.catalogue import REGISTERS


def put(
    code: str,
    row: Any,
    described: Mapping[str, Any],
    *,
    change_set: ChangeSet,
    on: date,
    document: Document | None = None,
) -> Any:
    """Write these fields of a row, or a new one (`row` None). Returns it.

    Raises ValidationError by the names of the fields.
    """
    try:
        return enter(
            register=REGISTERS[code],
            row=row,
            values={_column(name): _told(value) for name, value in described.items()},
            change_set=change_set,
            on=on,
            document=document,
        )
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        by_field = {name.replace("-", "_"): texts for name, texts in error.error_dict.items()}
        raise ValidationError(by_field) from None


def take_back(code: str, row: Any, *, change_set: ChangeSet, on: date) -> None:
    withdraw_row(register=REGISTERS[code], row=row, change_set=change_set, on=on)


def _column(name: str) -> str:
    return name.replace("_", "-")


def _told(value: Any) -> Any:
    """As a cell holds it: another row by what it is called in its column."""
    if isinstance(value, Agency):
        return value.code
    if isinstance(value, Programme):
        return value.area.code
    return str(value.pk) if isinstance(value, Model) else value
