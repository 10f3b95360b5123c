"""From what stands in a cell to the value it means, or a sentence saying what to write instead."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from facilities.exchange import guards
from facilities.exchange.choices import Choices, Unknown
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.days import NotADay, day
from facilities.exchange.numbers import NotWhole, whole
from facilities.exchange.tables import Cell, Filled, excerpt
from facilities.folding import tidy
from facilities.grouping import grouped

# Excel keeps 15 digits of a number and turns the rest into zeros.
EXACT_LIMIT = 10**15

# Control signs, lone halves of letters, signs that turn the direction of writing, lost letters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffd]"
)
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_SHORTENED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2,}")


class BadCell(ValueError):
    """The cell holds no value of its column; the message says what to write instead."""


def parse(column: Column, cell: Cell) -> Value:
    """The value of one cell. For many cells of a column, make a `parser` once."""
    return parser(column)(cell)


def parser(column: Column) -> Callable[[Cell], Value]:
    """A function from a cell to its value; it raises BadCell. The column's choices are asked now."""
    read = _reader(column)

    def parse_cell(cell: Cell) -> Value:
        if isinstance(cell, str):
            cell = _sound_text(cell)
        if cell is None or cell == "":
            if column.required:
                raise BadCell(_("Fill this in."))
            return column.empty
        if isinstance(cell, bool) and column.kind != Kind.TEXT:
            raise BadCell(_("TRUE or FALSE means nothing here. Write the value itself."))
        try:
            return read(cell)
        except (NotADay, NotWhole, Unknown) as error:
            raise BadCell(str(error)) from None

    return parse_cell


def _reader(column: Column) -> Callable[[Filled], Value]:
    if column.kind == Kind.DAY:
        return day
    if column.is_number:
        return lambda cell: _number(cell, money=column.kind == Kind.MONEY)
    if column.choices is not None:
        choices = Choices(column)
        return lambda cell: choices.code(_text(cell))
    if column.digits:
        return lambda cell: _limited(padded(cell, column.digits), column.max_length)
    return lambda cell: _limited(_text(cell), column.max_length)


def padded(cell: Filled, digits: int) -> str:
    """A code that Excel took for a number, with the leading zeros that it dropped."""
    text = _text(cell)
    is_number = not isinstance(cell, str | date | bool)
    return text.zfill(digits) if is_number and text.isdigit() else text


def _sound_text(text: str) -> str:
    """The text in its one form, without the guard of an export. Raises BadCell for what is no value."""
    text = tidy(text)
    if text.startswith("=") and len(text) > 1:
        raise BadCell(
            _(
                "This is a formula. Copy the cell and paste it back as a value (Paste Special, Values)."
            )
        )
    if text in _EXCEL_ERRORS:
        raise BadCell(
            _("%(error)s is an error of Excel. Write the value, or leave the cell empty.")
            % {"error": text}
        )
    if found := _FORBIDDEN.search(text):
        raise BadCell(
            _("There is an unreadable sign after “%(before)s”. Type the text again.")
            % {"before": text[max(0, found.start() - 20) : found.start()]}
        )
    return guards.removed(text)


def _number(cell: Filled, *, money: bool) -> int:
    if isinstance(cell, date):
        raise BadCell(_("There is a date here. Format the cell as a number and write it again."))
    return whole(cell, money=money)


def _text(cell: Filled) -> str:
    """What Excel took for a number or a day, as it was typed."""
    if isinstance(cell, str):
        if _SHORTENED.fullmatch(cell):
            raise BadCell(_lost_digits(cell))
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    if cell >= EXACT_LIMIT or cell <= -EXACT_LIMIT:
        raise BadCell(_lost_digits(str(cell)))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _lost_digits(text: str) -> str:
    return _(
        "“%(text)s”: Excel has turned this into a number and lost digits. "
        "Format the column as text and type it again."
    ) % {"text": excerpt(text)}


def _limited(text: str, limit: int) -> str:
    if len(text) > limit:
        raise BadCell(
            _("At most %(limit)s letters; there are %(count)s.")
            % {"limit": grouped(limit), "count": grouped(len(text))}
        )
    return text
