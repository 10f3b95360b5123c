"""The one fold: dated changes in, the state on a day (or on every day) out.

The figure of a day and the curve of a year come out of the same fold, so they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from facilities.evidence import Rung
from facilities.working_days import WEEKENDS_ONLY, WorkingDays


class Change(NamedTuple):
    """A dated step of a component at a facility: +1 server accepted, -37 certificates expired."""

    facility_id: int
    on: date
    component: str
    amount: int
    rung: int
    is_fact: bool = True  # False: it follows by the calendar, as an expiry does; nobody recorded it
    newest_on: date | None = None  # of the facts behind what was taken over from a predecessor


class Tally:
    """How much of a component there is, split by rung of evidence, and the day of its newest fact."""

    __slots__ = ("by_rung", "newest_on")

    def __init__(self) -> None:
        self.by_rung = [0] * len(Rung)
        self.newest_on: date | None = None

    def add(self, change: Change) -> None:
        self.by_rung[change.rung] += change.amount
        newest_on = change.on if change.is_fact else change.newest_on
        if newest_on and (self.newest_on is None or newest_on > self.newest_on):
            self.newest_on = newest_on

    @property
    def amount(self) -> int:
        return sum(self.by_rung)

    @property
    def evidence(self) -> tuple[int, ...]:
        """The amount by rung, nowhere negative: what has left is taken from the least proven first."""
        # A rung may be below zero: what left was proven otherwise than what had come.
        left = -sum(min(amount, 0) for amount in self.by_rung)
        split = []
        for amount in self.by_rung:
            taken = min(max(amount, 0), left)
            left -= taken
            split.append(max(amount, 0) - taken)
        return tuple(split)

    def rung_reaching(self, threshold: int) -> Rung | None:
        """The highest rung at which the threshold is met by facts on that rung or above; None if never."""
        standing = 0
        for rung in reversed(Rung):
            standing += self.by_rung[rung]
            if standing >= threshold:
                return rung
        return None


EMPTY = Tally()  # read only: what a facility without rows has

FacilityState = dict[str, Tally]
State = dict[int, FacilityState]


def _new_state() -> State:
    return defaultdict(lambda: defaultdict(Tally))


def fold(changes: Iterable[Change], on: date) -> State:
    """The state at the end of day `on`. The order of the changes does not matter."""
    state = _new_state()
    for change in changes:
        # The day itself counts: what happens on a day holds from that day on.
        if change.on <= on:
            state[change.facility_id][change.component].add(change)
    return state


def series(
    changes: Iterable[Change], first: date, last: date
) -> Iterator[tuple[date, State, frozenset[int]]]:
    """For every day from first to last: the day, the state at its end, the facilities that changed.

    The state is the same object each time, moved on by a day: read it before asking for the next.
    """
    # Popped from its end, so the oldest stands last.
    waiting = sorted((c for c in changes if c.on <= last), key=lambda c: c.on, reverse=True)
    state = _new_state()
    day = first
    while day <= last:
        moved = set()
        while waiting and waiting[-1].on <= day:
            change = waiting.pop()
            state[change.facility_id][change.component].add(change)
            moved.add(change.facility_id)
        yield day, state, frozenset(moved)
        day += timedelta(days=1)


def slip(first: date | None, end: date | None) -> int | None:
    """How far from its first plan something is: days after (+) or before (-) the day first set.

    `end`: the day it happened, or else the day that holds now. None where nobody planned, or nothing
    is planned any more.
    """
    return (end - first).days if first and end else None


class Deadline(NamedTuple):
    """Something due. `due_on` is the last day in time; `done_on` is None while it is still owed."""

    rule: str
    subject: str  # stable key of what is due, e.g. "procurement:17:award"
    facility_id: int | None
    due_on: date
    done_on: date | None
    what: object  # lazily translated words, e.g. "Award decided: BG-2025-03"
    working: WorkingDays = WEEKENDS_ONLY  # the calendar that lateness is counted by
    assumed: bool = False  # no source gives the day it is due

    def days_late(self, on: date) -> int:
        """Working days past due on day `on`; 0 when done or not yet due."""
        return self.working.days_late(self.due_on, on, self.done_on)
