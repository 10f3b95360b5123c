"""How tests write into registers, as the pages do: a change set, then cells."""

import uuid
from datetime import date

from django.db import transaction
from django.db.models import Model

from facilities.models import ChangeSet, User
from facilities.registers.entering import begin, enter
from facilities.registers.register import Problems, Register
from facilities.registers.writers import RowEntry
from tests import factories

TODAY = date(2025, 5, 21)


def open_change_set(
    because: str = "as the minutes say", by: User | None = None, **fields
) -> ChangeSet:
    fields.setdefault("kind", ChangeSet.Kind.FORM)
    return begin(by=by or factories.recorder(), because=because, **fields)


@transaction.atomic
def put(
    register: Register, row: Model | None, because: str = "as the minutes say", **cells
) -> Model:
    """Write cells (`handed_over` for the column `handed-over`); odd values get their reason."""
    options = {name: cells.pop(name) for name in ("seen", "reasons", "document") if name in cells}
    return enter(
        register=register,
        row=row,
        values=coded(cells),
        change_set=open_change_set(because, change_set_id=uuid.uuid4()),
        on=TODAY,
        seen=options.get("seen"),
        because=options.get("reasons"),
        document=options.get("document"),
    )


def coded(cells: dict) -> dict:
    return {
        name.replace("_", "-") if name != "first_message" else name: v for name, v in cells.items()
    }


def values(register: Register, row: Model, on: date = TODAY, known_at=None) -> dict:
    return register.values([row.pk], on, known_at)[row.pk]


def judged(register: Register, row: Model | None, **cells) -> Problems:
    """What a register says about cells, without writing them."""
    old = values(register, row) if row is not None else {}
    new = {c.code: old.get(c.code, c.empty) for c in register.columns} | coded(cells)
    return register.problems([RowEntry(row, old, new)], TODAY)[0]
