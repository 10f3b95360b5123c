"""How tests write into the books of equipment, as a form does."""

from datetime import date

from equipment.models import Procurement, ProcurementLot
from equipment.stages import Path
from facilities.books.book import Book
from facilities.books.entering import begin, enter
from facilities.models import Act
from tests import factories
from tests.writing import refused, write

DAY = date(2025, 6, 30)  # when things are written down


def act(because: str = "sổ theo dõi") -> Act:
    return begin(kind=Act.Kind.FORM, by=factories.recorder(), because=because)


def put(book: Book, row, on: date = DAY, reasons: dict | None = None, **cells):
    """Write cells of a row, or a new row; underscores stand for the dashes of columns."""
    values = {code.replace("_", "-"): value for code, value in cells.items()}
    return enter(book=book, row=row, values=values, act=act(), on=on, because=reasons)


def refusals(book: Book, row, **cells) -> set[str]:
    """The columns beside which the form would show a problem."""
    return refused(put, book, row, **cells)


def shown(book: Book, row, on: date = DAY) -> dict:
    return book.values([row.pk], on)[row.pk]


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
