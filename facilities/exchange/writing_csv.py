"""Writing tables: what a list shows, as CSV, such that reading it back changes nothing.

Days and choices are written as the reader of the page writes them. Everything that depends on the
reader's language is settled when a writer is called, not while its pieces are sent.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import StringIO

from django.utils.translation import get_language

from facilities.exchange import guards
from facilities.exchange.choices import Choices
from facilities.exchange.columns import Column, Value

_BATCH = 500  # rows sent at once


_OTHER_SEPARATOR = re.compile("[,;\t]")


def delimiter() -> str:
    """What Excel splits at when it opens a CSV file on a computer in the reader's language."""
    return ";" if (get_language() or "").startswith("vi") else ","


def shown(column: Column) -> Callable[[Value], Value]:
    """A function from a value to what stands for it in a table: the label of a choice, else itself."""
    if column.choices is None:
        return lambda value: value
    choices = Choices(column)
    return lambda value: choices.written(str(value)) if value else value


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The table as UTF-8 with a byte-order mark, in pieces."""
    headings = [guards.for_csv(column.heading()) for column in columns]
    return _csv_pieces(headings, [_text_of(column) for column in columns], rows, delimiter())


# What Excel would change in a file of text: zeros in front, more digits than it keeps or shows, and what
# looks like a day, a fraction or a power of ten.
_CHANGED = re.compile(
    r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+|[0-9]{1,4}[-/][0-9]{1,4}(?:[-/][0-9]{1,4})?"
)


def _text_of(column: Column) -> Callable[[Value], str]:
    show = shown(column)
    return lambda value: _csv_text(show(value))


def _csv_pieces(
    headings: list[str],
    texts: list[Callable[[Value], str]],
    rows: Iterable[Sequence[Value]],
    sign: str,
) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=sign, lineterminator="\r\n")
    # A row with the separator of another language is quoted, for programs that go by that one.
    quoting = csv.writer(buffer, delimiter=sign, lineterminator="\r\n", quoting=csv.QUOTE_ALL)

    def piece() -> bytes:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    buffer.write("\ufeff")
    writer.writerow(headings)
    for count, row in enumerate(rows, 1):
        cells = [text(v) for text, v in zip(texts, row, strict=True)]
        (quoting if _OTHER_SEPARATOR.search("".join(cells)) else writer).writerow(cells)
        if count % _BATCH == 0:
            yield piece()
    yield piece()


def _csv_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if not isinstance(value, str):
        return str(value)
    # Written so, Excel leaves it as it is, and the import reads it as the text.
    return f'="{value}"' if _CHANGED.fullmatch(value) else guards.for_csv(value)
