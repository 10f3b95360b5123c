"""Days as people write them: 21/05/2025, 21-5-2025, 2025-05-21, ngày 21 tháng 5 năm 2025."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.exchange.tables import excerpt
from facilities.folding import fold

FIRST_YEAR, LAST_YEAR = 2000, 2099

# Excel counts days from here; its 29 February 1900 that never was lies before every day we take.
_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_001)

_DAY_FIRST = re.compile(r"([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]{1,4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_IN_WORDS = re.compile(r"(?:ngay )?([0-9]{1,2}) thang ([0-9]{1,2}),? nam ([0-9]{4})")
_ENGLISH = re.compile(r"([0-9]{1,2})[ -]([a-z]{3,9})\.?[ -]([0-9]{4})")
_TIME = re.compile(
    r"(?<=[0-9])(?:t| |, )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]m|z)?$"
)
# A moment with its zone, as programs of the web write it.
_ZONED = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]"
    r"([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)? ?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2}))"
)
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


class NotADay(ValueError):
    """It is no day; the message says what to write instead."""


def day(cell: str | int | float | Decimal | date) -> date:
    """The day in a cell, by the clock of the country; a time of day beside it is dropped. Raises NotADay.

    Less than half a second before midnight is midnight: programs that count days in fractions miss it so.
    """
    if isinstance(cell, datetime):
        return _within(_day_of(cell))
    if isinstance(cell, date):
        return _within(cell)
    return _from_text(cell) if isinstance(cell, str) else _from_serial(cell)


_HALF_A_SECOND = timedelta(milliseconds=500)


def _day_of(moment: datetime) -> date:
    try:
        if timezone.is_aware(moment):
            moment = timezone.make_naive(moment)
        return (moment + _HALF_A_SECOND).date()
    except OverflowError:  # in the year 1 or 9999
        return moment.date()


def _within(found: date) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotADay(
            _("The year %(year)s is not possible; years run from %(first)s to %(last)s.")
            % {"year": found.year, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return found


def _from_serial(number: int | float | Decimal) -> date:
    # Said this way, not-a-number fails too.
    if not _SERIALS.start <= number < _SERIALS.stop:
        raise NotADay(_not_a_day(str(number)))
    seconds = round(float(number) % 1 * 86_400)
    return _within(_EPOCH + timedelta(days=int(number), seconds=seconds))


def _from_text(text: str) -> date:
    if zoned := _ZONED.fullmatch(text):
        try:
            return _within(
                _day_of(datetime.fromisoformat(f"{zoned[1]}T{zoned[2].replace(' ', '').upper()}"))
            )
        except ValueError as error:
            if isinstance(error, NotADay):
                raise
            raise NotADay(_not_a_day(text)) from None
    written = _TIME.sub("", fold(text))
    if found := _DAY_FIRST.fullmatch(written):
        number, _sign, month, year = found.groups()
        if len(year) != 4:
            raise NotADay(
                _("“%(text)s”: write the year with four digits, such as 21/05/2025.")
                % {"text": excerpt(text)}
            )
        return _date(text, year, month, number)
    if found := _YEAR_FIRST.fullmatch(written):
        return _date(text, found[1], found[3], found[4])
    if found := _IN_WORDS.fullmatch(written):
        return _date(text, found[3], found[2], found[1])
    if found := _ENGLISH.fullmatch(written):
        months = [n for n, name in enumerate(_MONTHS, 1) if name.startswith(found[2])]
        if len(months) == 1:
            return _date(text, found[3], months[0], found[1])
    if found := _SERIAL.fullmatch(written):
        return _from_serial(int(found[1]))
    raise NotADay(_not_a_day(text))


def _date(text: str, year: str, month: str | int, number: str) -> date:
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        raise NotADay(
            _("“%(text)s” is not in the calendar. Days are written day/month/year, as 21/05/2025.")
            % {"text": excerpt(text)}
        ) from None
    return _within(found)


def _not_a_day(text: str) -> str:
    return _("“%(text)s” is not a day. Write it as 21/05/2025.") % {"text": excerpt(text)}
