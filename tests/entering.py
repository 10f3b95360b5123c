"""How tests write into books, as the pages do: an act, then cells."""

import uuid
from datetime import date

from django.db import transaction
from django.db.models import Model

from facilities.books.book import Book, Problems
from facilities.books.entering import begin, enter
from facilities.books.writers import RowEntry
from facilities.models import Act, User
from tests import factories

TODAY = date(2025, 5, 21)


def open_act(because: str = "as the minutes say", by: User | None = None, **fields) -> Act:
    fields.setdefault("kind", Act.Kind.FORM)
    return begin(by=by or factories.recorder(), because=because, **fields)


@transaction.atomic
def put(book: Book, row: Model | None, because: str = "as the minutes say", **cells) -> Model:
    """Write cells (`handed_over` for the column `handed-over`); odd values get their reason."""
    options = {name: cells.pop(name) for name in ("seen", "reasons", "document") if name in cells}
    return enter(
        book=book,
        row=row,
        values=coded(cells),
        act=open_act(because, act_id=uuid.uuid4()),
        on=TODAY,
        seen=options.get("seen"),
        because=options.get("reasons"),
        document=options.get("document"),
    )


def coded(cells: dict) -> dict:
    return {
        name.replace("_", "-") if name != "first_message" else name: v for name, v in cells.items()
    }


def values(book: Book, row: Model, on: date = TODAY, known_at=None) -> dict:
    return book.values([row.pk], on, known_at)[row.pk]


def judged(book: Book, row: Model | None, **cells) -> Problems:
    """What a book says about cells, without writing them."""
    old = values(book, row) if row is not None else {}
    new = {c.code: old.get(c.code, c.empty) for c in book.columns} | coded(cells)
    return book.problems([RowEntry(row, old, new)], TODAY)[0]
