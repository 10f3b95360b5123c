"""Writing tables: what a list shows, as CSV, such that reading it back changes nothing.

Days and choices are written as the reader of the page writes them. Everything that depends on the
reader's language is settled when a writer is called, not while its pieces are sent.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import StringIO

from django.utils.translation import get_language

from facilities.exchange import guards
from facilities.exchange.choices import Choices
from facilities.exchange.columns import Column, Value

_BATCH = 500  # rows sent at once


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


def _text_of(column: Column) -> Callable[[Value], str]:
    show = shown(column)
    if column.digits:
        # So that Excel leaves a code its leading zeros; the import reads it as the text.
        return lambda value: f'="{value}"' if str(value or "").isdigit() else _csv_text(value)
    return lambda value: _csv_text(show(value))


def _csv_pieces(
    headings: list[str],
    texts: list[Callable[[Value], str]],
    rows: Iterable[Sequence[Value]],
    sign: str,
) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=sign, lineterminator="\r\n")

    def piece() -> bytes:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    buffer.write("\ufeff")
    writer.writerow(headings)
    for count, row in enumerate(rows, 1):
        writer.writerow([text(v) for text, v in zip(texts, row, strict=True)])
        if count % _BATCH == 0:
            yield piece()
    yield piece()


def _csv_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return guards.for_csv(value) if isinstance(value, str) else str(value)
