"""Whole numbers as people write them: 1.234, 1,234.0, 1 234, 1.500.000 đ."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from facilities.exchange.tables import excerpt
from facilities.grouping import grouped

COUNT_LIMIT = 2_147_483_647  # what a column of the database holds
MONEY_LIMIT = 9_000_000_000_000_000  # beyond, Excel itself loses digits

_MONEY_WORDS = re.compile(
    r"^(?:vnd|vnđ|₫)\s*|\s*\(?(?:đồng|dong|vnđ|vnd|đ|₫|d)\)?\.?$", re.IGNORECASE
)
_BLANKS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3}(?![0-9]))")
_SHORTENED = re.compile(r"[0-9]+(?:[.,][0-9]+)?e[+][0-9]+", re.IGNORECASE)

# Groups of three behind a first group that does not begin with 0, all with the same sign between
# them; then, after the other sign, a decimal part.
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
# With four digits or more before it, three behind one sign may be either a group or a decimal part.
_UNCLEAR = re.compile(r"[0-9]{4,}[.,][0-9]{3}")


class NotWhole(ValueError):
    """It is no whole number; the message says what to write instead."""


def whole(cell: str | int | float | Decimal, *, money: bool) -> int:
    """The number in a cell. Raises NotWhole."""
    number = _from_text(cell, money=money) if isinstance(cell, str) else _from_number(cell)
    limit = MONEY_LIMIT if money else COUNT_LIMIT
    if number < 0:
        raise NotWhole(_("A number below zero is not possible here. Write it without the minus."))
    if number > limit:
        raise NotWhole(
            _("%(number)s is too large; at most %(limit)s is possible. Look for a digit too many.")
            % {"number": grouped(number), "limit": grouped(limit)}
        )
    return number


def _from_number(cell: int | float | Decimal) -> int:
    """A number of Excel; what it computed may be off by a millionth."""
    try:
        nearest = round(cell)
    except (ValueError, OverflowError, InvalidOperation):
        raise NotWhole(_not_a_number(str(cell))) from None
    if abs(Decimal(cell) - nearest) > Decimal("0.000001"):
        raise NotWhole(_not_whole(str(cell)))
    return nearest


def _from_text(text: str, *, money: bool) -> int:
    if _SHORTENED.fullmatch(text):
        raise NotWhole(
            _(
                "“%(text)s” is how Excel shortens a long number, and digits are lost. "
                "Format the column as a number without decimals and save again."
            )
            % {"text": excerpt(text)}
        )
    written = _MONEY_WORDS.sub("", text) if money else text
    written = _BLANKS.sub("", written)
    negative = bool(re.match("[-−(]", written))
    written = written.lstrip("-−(").rstrip(")").strip()
    if _UNCLEAR.fullmatch(written):
        raise NotWhole(_not_a_number(text, money=money))
    found = _GROUPED.fullmatch(written)
    if found:
        digits, decimals = re.sub("[.,]", "", found[1]), found[3]
    elif found := _PLAIN.fullmatch(written):
        digits, decimals = found[1], found[2]
    else:
        raise NotWhole(_not_a_number(text, money=money))
    if len(digits) > 30:
        raise NotWhole(_not_a_number(text, money=money))
    if decimals and decimals.strip("0"):
        raise NotWhole(_not_whole(text))
    return -int(digits) if negative else int(digits)


def _not_a_number(text: str, *, money: bool = False) -> str:
    example = grouped(1_500_000_000 if money else 1_234)
    if money:
        return _(
            "“%(text)s” is not an amount. Write whole dong in digits, such as %(example)s."
        ) % {
            "text": excerpt(text),
            "example": example,
        }
    return _("“%(text)s” is not a number. Write digits only, such as %(example)s.") % {
        "text": excerpt(text),
        "example": example,
    }


def _not_whole(text: str) -> str:
    return _("“%(text)s” is not whole. Write a number without decimals.") % {"text": excerpt(text)}
