"""A table as somebody hands it in: rows of cells, what it may hold and how much of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from facilities.grouping import grouped

FILE_LIMIT = 20 * 1024 * 1024  # bytes
ROW_LIMIT = 120_000  # rows that hold something
COLUMN_LIMIT = 200
TEXT_LIMIT = 5_000  # letters in one cell


class BadTable(ValidationError):
    """The table cannot be read at all; the message names the fault and its remedy."""


class Formula(str):
    """A cell that computes instead of holding a value. Its text is what was typed, "=" first.

    Of a formula that was filled down, "=" is all a file says. `shown`: what it came to when the file was
    saved, "" where the file does not say.
    """

    __slots__ = ("shown",)
    shown: str

    def __new__(cls, text: str, shown: str = "") -> "Formula":
        made = super().__new__(cls, text)
        made.shown = shown
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # more than the value is pickled
        return (str(self), self.shown)


Filled = str | int | float | Decimal | date | datetime | bool
Cell = Filled | None
"""What a cell may hold. Text is in one form (`tidy`) and never empty; a blank cell is None."""

Row = tuple[int, tuple[Cell, ...]]
"""The number of a row as the spreadsheet program shows it, and its cells up to the last used one."""


@dataclass(frozen=True)
class Source:
    """A table that was opened.

    `kind` is "xlsx", "docx", "csv" or "pasted"; `sheet` the sheet that was read, "" where there is none,
    and `others` the further ones with something in them, of which `readable` have headings that are
    looked for; `hidden`: the first rows of the sheets that are hidden in it.

    `rows` can be walked once, while the stream is open; it leaves blank rows out, and raises BadTable
    where the rest of the table turns out to be unreadable or too large. Once it was walked, `notices`
    tells in sentences what the file showed otherwise than it was read.
    """

    kind: str
    rows: Iterator[Row]
    sheet: str = ""
    others: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    hidden: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    notices: Callable[[], list[str]] = list


def column_letter(index: int) -> str:
    """The name a spreadsheet program gives to a column; the first one has index 0.

    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def excerpt(text: str) -> str:
    """A text short enough to be named in a message."""
    return Truncator(text).chars(60)


def too_many_columns(number: int, index: int) -> BadTable:
    return BadTable(
        _(
            "Row %(row)s has something in column %(column)s; a table may have %(limit)s columns. "
            "Delete what stands far to the right, or leave out columns."
        )
        % {"row": number, "column": column_letter(index), "limit": COLUMN_LIMIT},
        code="too_many_columns",
    )


def too_long_text(number: int, index: int) -> BadTable:
    return BadTable(
        _(
            "The text in cell %(cell)s is longer than %(limit)s characters. Shorten it; in a "
            "CSV file, look for a quotation mark that is not closed."
        )
        % {"cell": f"{column_letter(index)}{number}", "limit": grouped(TEXT_LIMIT)},
        code="too_long_text",
    )
