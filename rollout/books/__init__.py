"""Every book of the product, by its code, in the order of the desk's menu."""

from collections.abc import Callable
from dataclasses import dataclass

from connectivity.books import Connections
from facilities.books.book import Book
from rollout.books.documents import Documents
from rollout.books.facilities import Facilities
from rollout.books.milestones import Milestones
from signatures.books import Certificates

BOOKS: dict[str, Book] = {
    book.code: book
    for book in (
        Facilities(),
        Certificates(),
        Connections(),
        Milestones(),
        Documents(),
    )
}


@dataclass(frozen=True)
class Extra:
    """What the page of a row shows besides its cells. `context(row, day)` gives the template its words."""

    template: str
    context: Callable[..., dict]


EXTRAS: dict[str, Extra] = {}
