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
from facilities.exchange.number_formats import Formatted, Power
from facilities.exchange.numbers import NotWhole, whole
from facilities.exchange.old_fonts import Undecoded
from facilities.exchange.spoiled import is_misread
from facilities.exchange.tables import Cell, Filled, Formula, excerpt
from facilities.folding import as_code, tidy
from facilities.grouping import grouped

# Excel keeps 15 digits of a number and turns the rest into zeros.
EXACT_LIMIT = 10**15

# Control signs, lone halves of letters, signs that turn the direction of writing, lost letters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffd]"
)
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+[0-9]{2,}")
# How programs write what they took for a day of this year, or for a month: 5-May, 05-Thg5, May-25.
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|thg ?[0-9]{1,2}"
_BECAME_DAY = re.compile(rf"(?i)[0-9]{{1,2}}-(?:{_MONTH})|(?:{_MONTH})-[0-9]{{2}}")


class BadCell(ValueError):
    """The cell holds no value of its column; the message says what to write instead.

    `offer`: what was probably meant, "" where nobody can say.
    """

    def __init__(self, text: str, offer: str = ""):
        super().__init__(text)
        self.offer = offer


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
        except Unknown as error:
            raise BadCell(str(error), error.offer) from None
        except (NotADay, NotWhole) as error:
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
        return lambda cell: _limited(as_code(padded(cell, column.digits)), column.max_length)
    if column.is_code:
        return lambda cell: _limited(as_code(_typed(cell)), column.max_length)
    return lambda cell: _limited(_typed(cell), column.max_length)


def padded(cell: Filled, digits: int) -> str:
    """A code that Excel took for a number, with the leading zeros that it dropped."""
    text = _typed(cell)
    is_number = not isinstance(cell, str | date | bool)
    return text.zfill(digits) if is_number and text.isdigit() else text


def _sound_text(text: str) -> str:
    """The text in its one form, without the guard of an export. Raises BadCell for what is no value."""
    if isinstance(text, Undecoded):
        raise BadCell(_old_font(text), text.meant)
    shown = text.shown if isinstance(text, Formula) else ""
    is_formula = isinstance(text, Formula)
    text = tidy(text)
    if is_formula or (text.startswith("=") and len(text) > 1):
        raise BadCell(
            _(
                "This is a formula. Copy the cell and paste it back as a value (Paste Special, Values)."
            ),
            tidy(shown),
        )
    if is_misread(text):
        raise BadCell(
            _("Letters were lost on the way here: “%(text)s”. Type the text again.")
            % {"text": excerpt(text)}
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


def _old_font(text: Undecoded) -> str:
    told = _("These are letters of the old font %(font)s.") % {"font": text.font}
    if text.meant:
        told += " " + _("They seem to say “%(text)s”. Write it so.") % {"text": excerpt(text.meant)}
    else:
        told += " " + _("Type the text again in a font of today.")
    return told


def _typed(cell: Filled) -> str:
    """A text of its own. Raises BadCell for what a program made a day or a power of ten of."""
    if isinstance(cell, date) or (isinstance(cell, str) and _BECAME_DAY.fullmatch(cell)):
        raise BadCell(
            _(
                "The spreadsheet keeps a day here (%(text)s), as it does when a code such as 5-5 is "
                "typed. Write what was meant; in the sheet, format the column as text first."
            )
            % {"text": cell if isinstance(cell, str) else f"{cell:%d/%m/%Y}"}
        )
    if isinstance(cell, Power):
        raise BadCell(
            _(
                "The spreadsheet keeps a power of ten here (%(text)s), as it does when a code such as "
                "5E9 is typed. Write what was meant; in the sheet, format the column as text first."
            )
            % {"text": str(cell)}
        )
    return _text(cell)


def _text(cell: Filled) -> str:
    """What Excel took for a number or a day, as it was typed."""
    if isinstance(cell, Formatted):
        return cell.shown
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
            _("At most %(limit)s characters; there are %(count)s.")
            % {"limit": grouped(limit), "count": grouped(len(text))}
        )
    return text
