"""Whether a gateway is alive: its state at a moment, and its last ninety days. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from connectivity.models import BeatDay, Gateway

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIVE, LATE, SILENT, AWAITED = "live", "late", "silent", "awaited"

STATE_LABELS = {
    LIVE: pgettext_lazy("gateway", "active"),
    LATE: pgettext_lazy("gateway", "delayed"),
    SILENT: pgettext_lazy("gateway", "no signal"),
    AWAITED: pgettext_lazy("gateway", "first sign awaited"),
}
STATE_MARKS = {LIVE: "done", LATE: "under_way", SILENT: "late", AWAITED: "not_begun"}

STRIP_DAYS = 90
FULL_SHARE = 0.9  # of the signs expected on a day, for the day to be called full

FULL, GAPS, NONE, BEFORE = "full", "gaps", "none", "before"
CELL_LABELS = {
    FULL: gettext_lazy("as expected"),
    GAPS: gettext_lazy("with gaps"),
    NONE: gettext_lazy("no signal"),
    BEFORE: gettext_lazy("no address yet"),
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """A standing gateway at a moment. `last_at` None: it has never called."""

    gateway: Gateway
    last_at: datetime | None
    now: datetime

    @property
    def expected_by(self) -> datetime:
        """The last moment at which the next sign is in time."""
        since = self.last_at or self.gateway.issued_at
        return since + timedelta(minutes=self.gateway.interval_minutes)

    @property
    def silent_after(self) -> datetime:
        return self.expected_by + timedelta(minutes=self.gateway.grace_minutes)

    @property
    def state(self) -> str:
        if self.now > self.silent_after:
            return SILENT
        if self.now > self.expected_by:
            return LATE
        return LIVE if self.last_at else AWAITED

    @property
    def label(self) -> "StrPromise":
        return STATE_LABELS[self.state]

    @property
    def mark(self) -> str:
        return STATE_MARKS[self.state]


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the strip."""

    day: date
    code: str
    beats: int = 0
    errors: int = 0
    sent: int = 0

    @property
    def label(self) -> "StrPromise":
        return CELL_LABELS[self.code]


def strip(
    gateway: Gateway, days: Mapping[date, BeatDay], since: datetime, now: datetime
) -> list[Cell]:
    """The ninety days up to the moment `now`, oldest first. Days of an earlier address count too.

    `since`: when the connection had its first address. Of that day and of today only the hours in
    which a sign could be given are expected to have any.
    """
    last = timezone.localdate(now)
    interval = timedelta(minutes=gateway.interval_minutes)
    found = []
    for day in (last - timedelta(days=n) for n in reversed(range(STRIP_DAYS))):
        begins = timezone.make_aware(datetime.combine(day, time.min))
        hours = min(now, begins + timedelta(days=1)) - max(since, begins)
        found.append(_cell(day, days.get(day), max(0, hours // interval), hours > timedelta(0)))
    return found


def _cell(day: date, found: BeatDay | None, expected: int, is_watched: bool) -> Cell:
    if found is None:
        return Cell(day, (NONE if expected else FULL) if is_watched else BEFORE)
    full = found.beats >= FULL_SHARE * expected
    return Cell(day, FULL if full else GAPS, found.beats, found.errors, found.sent)


@dataclass(frozen=True, slots=True)
class Run:
    """Days of one kind in a row, as a bar of the strip: `at` and `length` in days from its left."""

    code: str
    at: int
    length: int
    first: date
    last: date

    @property
    def label(self) -> "StrPromise":
        return CELL_LABELS[self.code]


def runs(cells: list[Cell]) -> list[Run]:
    found: list[Run] = []
    for place, cell in enumerate(cells):
        if found and found[-1].code == cell.code:
            before = found.pop()
            found.append(Run(cell.code, before.at, before.length + 1, before.first, cell.day))
        else:
            found.append(Run(cell.code, place, 1, cell.day, cell.day))
    return found


def told(cells: list[Cell]) -> str:
    """The strip in words, for whoever cannot see it."""
    counts = {code: sum(cell.code == code for cell in cells) for code in CELL_LABELS}
    return ", ".join(f"{CELL_LABELS[code]}: {count}" for code, count in counts.items() if count)
