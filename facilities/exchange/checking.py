"""What holds for every table, whatever way it comes in: its limits, tidy texts, letters that are whole."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.utils.translation import gettext as _

from facilities.exchange import tables
from facilities.exchange.old_fonts import undecoded
from facilities.exchange.spoiled import SAMPLE_ROWS, Watch
from facilities.exchange.tables import (
    BadTable,
    Cell,
    Formula,
    Row,
    too_long_text,
    too_many_columns,
)
from facilities.folding import tidy
from facilities.grouping import grouped


def checked(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[Row]:
    """The rows that hold something, their text tidied. Raises BadTable beyond a limit, and for a table
    whose letters were lost on the way."""
    count = 0
    watch = Watch()
    for number, cells in rows:
        row = [tidied(cell) if type(cell) is str else cell for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if not row:
            continue
        count += 1
        if count <= SAMPLE_ROWS:
            # As they came, since tidying takes traces away.
            watch.see(cell for cell in cells if type(cell) is str)
            watch.see_old(row)
        if count > tables.ROW_LIMIT:
            raise BadTable(
                _("The table has more than %(limit)s rows. Split it into several files.")
                % {"limit": grouped(tables.ROW_LIMIT)},
                code="too_many_rows",
            )
        if len(row) > tables.COLUMN_LIMIT:
            raise too_many_columns(number, len(row) - 1)
        for index, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) > tables.TEXT_LIMIT:
                raise too_long_text(number, index)
        yield number, tuple(row)


def tidied(text: str) -> Cell:
    """A text as a cell of a table: None for nothing, marked where it is a formula or of before Unicode."""
    if old := undecoded(text):
        return old
    text = tidy(text)
    if text.startswith("=") and len(text) > 1:
        return Formula(text)
    return text or None


def not_empty(rows: Iterator[Row]) -> Iterator[Row] | None:
    """The same rows, or None if there is not one."""
    first = next(rows, None)
    return None if first is None else chain([first], rows)
