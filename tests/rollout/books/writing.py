"""How these tests write into books: through the same verbs as forms and imports."""

from datetime import date

from facilities.books.book import Book
from facilities.books.entering import Refused, begin, enter
from facilities.models import Act
from tests import factories

TODAY = date(2025, 5, 21)


def entered(book: Book, values: dict, *, row=None, on: date = TODAY, because=None, **more):
    act = begin(kind=Act.Kind.FORM, by=factories.recorder(), because="Theo văn bản")
    return enter(book=book, row=row, values=values, act=act, on=on, because=because, **more)


def refusals(book: Book, values: dict, **more) -> tuple[set[str], set[str]]:
    """The columns refused, and of these the ones for which a reason would do."""
    try:
        entered(book, values, **more)
    except Refused as error:
        return set(error.message_dict), error.odd
    return set(), set()


def values_of(book: Book, row, on: date = TODAY) -> dict:
    return book.values([row.pk], on)[row.pk]
