"""A table as somebody hands it in: rows of cells, what it may hold and how much of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from facilities.folding import tidy
from facilities.grouping import grouped

FILE_LIMIT = 20 * 1024 * 1024  # bytes
ROW_LIMIT = 120_000  # rows that hold something
COLUMN_LIMIT = 200
TEXT_LIMIT = 5_000  # letters in one cell


class BadTable(ValidationError):
    """The table cannot be read at all; the message names the fault and its remedy."""


class Formula(str):
    """A cell that computes instead of holding a value. Its text is what was typed, "=" first."""

    __slots__ = ()


Filled = str | int | float | Decimal | date | datetime | bool
Cell = Filled | None
"""What a cell may hold. Text is in one form (`tidy`) and never empty; a blank cell is None."""

Row = tuple[int, tuple[Cell, ...]]
"""The number of a row as the spreadsheet program shows it, and its cells up to the last used one."""


@dataclass(frozen=True)
class Source:
    """A table that was opened.

    `kind` is "xlsx", "docx", "csv" or "pasted"; `sheet` the sheet that was read, "" where there is none.
    `rows` can be walked once, while the stream is open; it leaves blank rows out, and raises BadTable
    where the rest of the table turns out to be unreadable or too large.
    """

    kind: str
    rows: Iterator[Row]
    sheet: str = ""


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


def checked(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[Row]:
    """The rows that hold something, their text tidied. Raises BadTable beyond a limit."""
    count = 0
    for number, cells in rows:
        row = [_tidied(cell) if type(cell) is str else cell for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        count += 1
        if count > ROW_LIMIT:
            raise BadTable(
                _("The table has more than %(limit)s rows. Split it into several files.")
                % {"limit": grouped(ROW_LIMIT)},
                code="too_many_rows",
            )
        if len(row) > COLUMN_LIMIT:
            raise too_many_columns(number, len(row) - 1)
        for index, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) > TEXT_LIMIT:
                raise too_long_text(number, index)
        yield number, tuple(row)


def _tidied(text: str) -> Cell:
    text = tidy(text)
    if text.startswith("=") and len(text) > 1:
        return Formula(text)
    return text or None


def not_empty(rows: Iterator[Row]) -> Iterator[Row] | None:
    """The same rows, or None if there is not one."""
    first = next(rows, None)
    return None if first is None else chain([first], rows)


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
            "The text in cell %(cell)s is longer than %(limit)s letters. Shorten it; "
            "in a CSV file, look for a quotation mark that is not closed."
        )
        % {"cell": f"{column_letter(index)}{number}", "limit": grouped(TEXT_LIMIT)},
        code="too_long_text",
    )
