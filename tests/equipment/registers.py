"""How tests write into the registers of equipment, as a form does."""

from datetime import date

from equipment.models import Procurement, ProcurementLot
from equipment.stages import Path
from facilities.models import ChangeSet
from facilities.registers.entering import begin, enter
from facilities.registers.register import Register
from tests import factories
from tests.writing import refused, write

DAY = date(2025, 6, 30)  # when things are written down


def change_set(because: str = "sổ theo dõi") -> ChangeSet:
    return begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because=because)


def put(register: Register, row, on: date = DAY, reasons: dict | None = None, **cells):
    """Write cells of a row, or a new row; underscores stand for the dashes of columns."""
    values = {code.replace("_", "-"): value for code, value in cells.items()}
    return enter(
        register=register, row=row, values=values, change_set=change_set(), on=on, because=reasons
    )


def refusals(register: Register, row, **cells) -> set[str]:
    """The columns beside which the form would show a problem."""
    return refused(put, register, row, **cells)


def shown(register: Register, row, on: date = DAY) -> dict:
    return register.values([row.pk], on)[row.pk]


def purchase(*, quantity: int = 2, place=None, **fields) -> Procurement:
    """A file that is to buy servers for its own facility."""
    file = factories.ProcurementFactory(path=Path.PURCHASE, **fields)
    lot(file, quantity=quantity, place=place)
    return file


def lot(file, *, quantity: int = 2, place=None, device_type=None) -> ProcurementLot:
    return write(
        ProcurementLot(
            procurement=file,
            facility=place or file.facility,
            device_type=device_type or factories.server_type(),
            quantity=quantity,
        )
    )
