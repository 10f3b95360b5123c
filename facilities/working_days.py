"""Working days: the one way to count a notice, a delay or a period in them.

Monday to Friday, less the days off, plus the days worked instead. What falls due on a day without
work is due on the next working day (Civil Code 2015, article 148). Of a year without any entry only
the weekends are known.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from facilities.as_of import AsOf, once_per_as_of
from facilities.models.calendar import CalendarDay
from facilities.reading_once import once

DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """`off`: weekdays without work; `worked`: Saturdays and Sundays with it."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[tuple[date, str]]) -> "WorkingDays":
        """`rows`: day and kind. What only repeats the weekend says nothing."""
        rows = list(rows)
        return cls(
            frozenset(d for d, kind in rows if kind == CalendarDay.Kind.OFF and _is_weekday(d)),
            frozenset(
                d for d, kind in rows if kind == CalendarDay.Kind.WORKING and not _is_weekday(d)
            ),
        )

    @cached_property
    def years(self) -> frozenset[int]:
        """The years of which more is known than the weekends."""
        return frozenset(day.year for day in self.off | self.worked)

    @cached_property
    def _off(self) -> list[date]:
        return sorted(self.off)

    @cached_property
    def _worked(self) -> list[date]:
        return sorted(self.worked)

    def is_working(self, day: date) -> bool:
        return day in self.worked or (_is_weekday(day) and day not in self.off)

    def next_working(self, day: date) -> date:
        """The day itself if it is worked, else the first one after it."""
        while not self.is_working(day):
            day += DAY
        return day

    def last_working(self, day: date) -> date:
        """The day itself if it is worked, else the last one before it."""
        while not self.is_working(day):
            day -= DAY
        return day

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and with `last`; negative the other way round."""
        return self._until(last) - self._until(first)

    def add(self, day: date, number: int) -> date:
        """The working day so many after `day`, or before it; with 0 see `next_working`."""
        if number == 0:
            return self.next_working(day)
        step = DAY if number > 0 else -DAY
        left = abs(number)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def late(self, due_on: date, on: date) -> int:
        """Working days past the due day at the end of day `on`; 0 while it is in time.

        On a day off nobody becomes late: a thing due on Friday is late from Monday on.
        """
        return max(0, self.between(self.next_working(due_on), on))

    def days_late(self, due_on: date | None, on: date, done_on: date | None = None) -> int:
        """How late something is, whatever it is: `late`, or 0 once it is done or where no day is set."""
        return 0 if due_on is None or done_on is not None else self.late(due_on, on)

    def _until(self, day: date) -> int:
        """Working days from a Monday long ago up to and with `day`."""
        weeks, weekday = divmod(day.toordinal() - 1, 7)  # day 1 of the calendar was a Monday
        usual = 5 * weeks + min(weekday + 1, 5)
        return usual - bisect_right(self._off, day) + bisect_right(self._worked, day)


WEEKENDS_ONLY = WorkingDays()


def working_days(known_at: datetime | None = None) -> WorkingDays:
    """The calendar as known at a moment: one query."""
    rows = CalendarDay.objects.known(known_at).values_list("day", "kind")
    return once(("working days", known_at), lambda: WorkingDays.of(rows))


@once_per_as_of
def working_days_of(as_of: AsOf) -> WorkingDays:
    """The calendar as it was known to the register."""
    return working_days(as_of.known_at)


def _is_weekday(day: date) -> bool:
    return day.weekday() < 5
