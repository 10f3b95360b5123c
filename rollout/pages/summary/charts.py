"""Drawings as inline SVG, made on the server.

Colours, strokes and sizes are presentation attributes, so the same drawing also works outside a
browser; classes on top let the style sheet adapt it to dark mode. Beside each drawing the page
shows its numbers as a table: the drawing itself is hidden from screen readers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from facilities.grouping import grouped
from rollout.templatetags.figures import day

INK, SOFT, LINE, ACCENT, LAW = "#16211f", "#4d5a57", "#d9dfdc", "#0b5570", "#b3261e"

Steps = Sequence[tuple[date, int]]  # the value from each day on, oldest first
Fan = Sequence[tuple[date, int, int, int]]  # on some days: low, middle, high


MOST_STEPS = 60  # of a line, before those that lie on each other are left out
STEP_APART = 4  # pixels, then
MOST_LINES = 80  # of the table beside it, before it is told by the month


class Row(NamedTuple):
    """Of the table beside a curve. `foreseen`: low, middle, high."""

    on: date
    actual: int | None
    planned: int | None
    foreseen: tuple[int, int, int] | None


@dataclass(frozen=True)
class Curve:
    """One measure over time. `until`: where the actual line ends; `total`: the denominator there."""

    first: date
    last: date
    until: date
    actual: Steps
    plan: Steps
    total: int | None
    deadlines: Sequence[date] = ()
    forecast: Fan = ()

    @property
    def drawings(self) -> SafeString:
        """Three times: for a wide column, a narrow one, and paper. The style sheet shows one."""
        return format_html_join("", "{}", ((_Drawing(self, size).svg(),) for size in SIZES))

    @cached_property
    def _foreseen(self) -> dict[date, tuple[int, int, int]]:
        return {
            fan[0]: fan[1:]
            for before, fan in zip([None, *self.forecast], self.forecast, strict=False)
            if before is None or before[1:] != fan[1:] or fan[0] in self.deadlines
        }

    @cached_property
    def _days(self) -> list[date]:
        """On which something changes."""
        return sorted({on for on, _value in (*self.actual, *self.plan)} | self._foreseen.keys())

    @property
    def is_by_month(self) -> bool:
        """Whether the table has only the last change of each month: with all it would be too long."""
        return len(self._days) > MOST_LINES

    @property
    def rows(self) -> list[Row]:
        """Each day on which something changes; no actual after `until`."""
        days, foreseen = self._days, self._foreseen
        if self.is_by_month:
            last_of_month = {(on.year, on.month): on for on in days}
            days = sorted({*last_of_month.values(), *foreseen.keys() & set(self.deadlines)})
        return [
            Row(
                on,
                value_on(self.actual, on) if on <= self.until else None,
                value_on(self.plan, on),
                foreseen.get(on),
            )
            for on in days
        ]


def value_on(steps: Steps, on: date) -> int | None:
    """The value that holds on a day; None before the first step."""
    return next((value for since, value in reversed(steps) if since <= on), None)


@dataclass(frozen=True)
class Size:
    """In CSS pixels at the width the drawing is shown at."""

    name: str
    width: int
    height: int
    font: int

    @property
    def top(self) -> int:
        return 2 * self.font

    @property
    def floor(self) -> int:
        return self.height - 2 * self.font

    @property
    def right(self) -> int:
        return self.width - self.font


SIZES = (
    Size("wide", 760, 260, font=13),
    Size("narrow", 328, 200, font=11),
    Size("paper", 360, 150, font=12),
)


@dataclass(frozen=True)
class _Drawing:
    curve: Curve
    size: Size

    def svg(self) -> SafeString:
        curve, size = self.curve, self.size
        return format_html(
            '<svg class="{}" viewBox="0 0 {} {}" font-size="{}" aria-hidden="true">{}{}{}{}{}{}{}</svg>',
            size.name,
            size.width,
            size.height,
            size.font,
            self.values(),
            self.months(),
            self.fan(),
            self.deadlines(),
            self.stair(curve.plan, curve.last, "plan", SOFT, width=1.5, dashes="5 4"),
            self.stair(curve.actual, curve.until, "actual", ACCENT, width=3),
            self.newest(),
        )

    @cached_property
    def highest(self) -> int:
        values = [value for _on, value in (*self.curve.actual, *self.curve.plan)]
        values += [high for _on, _low, _middle, high in self.curve.forecast]
        return max([self.curve.total or 0, 1, *values])

    @cached_property
    def left(self) -> float:
        """Room for the longest number beside the axis: a digit is six tenths of the type size."""
        return self.size.font * (1 + 0.62 * len(grouped(self.highest)))

    def x(self, on: date) -> float:
        span = max((self.curve.last - self.curve.first).days, 1)
        share = (on - self.curve.first).days / span
        return round(self.left + (self.size.right - self.left) * share, 1)

    def y(self, value: float) -> float:
        return round(self.size.floor - (self.size.floor - self.size.top) * value / self.highest, 1)

    def values(self) -> SafeString:
        """Four or five lines, the top one at the denominator."""
        step = next(step for step in _round_numbers() if self.highest / step <= 5)
        values = [*range(0, self.highest - step // 2, step), self.highest]
        return format_html_join(
            "",
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>'
            '<text class="soft" x="{}" y="{}" text-anchor="end" fill="{}">{}</text>',
            (
                (
                    round(self.left, 1),
                    self.size.right,
                    self.y(value),
                    self.y(value),
                    LINE,
                    round(self.left - 6, 1),
                    round(self.y(value) + self.size.font * 0.36, 1),
                    SOFT,
                    grouped(value),
                )
                for value in values
            ),
        )

    def months(self) -> SafeString:
        """The first days of months, labelled as many as there is room for; the first of a year with it."""
        starts, on = [], self.curve.first.replace(day=1)
        while on <= self.curve.last:
            if on >= self.curve.first:
                starts.append(on)
            on = (on + timedelta(days=32)).replace(day=1)
        room = (self.size.right - self.left) / max(len(starts), 1)
        every = next(n for n in (1, 2, 3, 6, 12, 24) if n == 24 or n * room > 4 * self.size.font)
        edge = self.size.width - 3 * self.size.font
        labelled: list[tuple[float, str]] = []
        free, year = 0.0, 0  # to the right of the label before, and the year it stands for
        for on in starts:
            x = self.x(on)
            if (on.month - 1) % every or x >= edge or x < free:
                continue
            words = str(on.month) if on.year == year else f"{on.month}/{on.year}"
            year = on.year
            labelled.append((x, words))
            free = x + self.size.font * (0.62 * len(words) + 0.5)
        return format_html_join(
            "",
            '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="{3}"/>'
            '<text class="soft" x="{0}" y="{4}" fill="{5}">{6}</text>',
            (
                (x, self.size.floor, self.size.floor + 5, LINE, self.size.height - 6, SOFT, words)
                for x, words in labelled
            ),
        )

    def fan(self) -> SafeString:
        """An area from the low to the high of the forecast, and a line along its middle."""
        fan = [values for values in self.curve.forecast if values[0] <= self.curve.last]
        if len(fan) < 2:
            return SafeString("")
        low = [(self.x(on), self.y(value)) for on, value, _middle, _high in fan]
        middle = [(self.x(on), self.y(value)) for on, _low, value, _high in fan]
        high = [(self.x(on), self.y(value)) for on, _low, _middle, value in fan]
        return format_html(
            '<path class="fan" d="{}Z" fill="{}" fill-opacity="0.2"/>'
            '<path class="middle" d="{}" fill="none" stroke="{}" stroke-width="1.5"/>',
            _through([*high, *reversed(low)]),
            ACCENT,
            _through(middle),
            ACCENT,
        )

    def stair(
        self, steps: Steps, last: date, name: str, colour: str, *, width: float, dashes: str = ""
    ) -> SafeString:
        """Flat between the steps, up or down on the day of each."""
        first = value_on(steps, self.curve.first)
        points = [] if first is None else [(self.curve.first, first)]
        points += [(on, value) for on, value in steps if self.curve.first < on <= last]
        if not points:
            return SafeString("")
        start, *others = _apart([(self.x(on), self.y(value)) for on, value in points])
        path = [f"M{start[0]} {start[1]}", *(f"H{x}V{y}" for x, y in others), f"H{self.x(last)}"]
        return format_html(
            '<path class="{}" d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>',
            name,
            "".join(path),
            colour,
            width,
            dashes or "none",
        )

    def deadlines(self) -> SafeString:
        return format_html_join(
            "",
            '<line class="law" x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="{3}" stroke-width="2"'
            ' stroke-dasharray="1 4" stroke-linecap="round"/>'
            '<text class="law-text" x="{0}" y="{4}" text-anchor="end" fill="{3}">{5}</text>',
            (
                (
                    self.x(on),
                    self.size.top - 6,
                    self.size.floor,
                    LAW,
                    self.size.font,
                    # Translators: beside a line in a chart.
                    _("deadline %(day)s") % {"day": day(on)},
                )
                for on in self.curve.deadlines
            ),
        )

    def newest(self) -> SafeString:
        """A dot where the actual line ends, its value beside it: below, or above where that would not fit."""
        value = value_on(self.curve.actual, self.curve.until)
        if value is None:
            return SafeString("")
        x, y = self.x(self.curve.until), self.y(value)
        font = self.size.font
        above = x > self.size.width - 10 * font or y > self.size.floor - 2 * font
        to_the_left = above and x > self.left + 10 * font
        return format_html(
            '<circle class="dot" cx="{}" cy="{}" r="4.5" fill="{}"/>'
            '<text class="ink" x="{}" y="{}" text-anchor="{}" fill="{}" font-weight="600">{}</text>',
            x,
            y,
            ACCENT,
            x - 4 if to_the_left else x + 10,
            max(y - 9, font) if above else round(y + 1.3 * font, 1),
            "end" if to_the_left else "start",
            INK,
            # Translators: a value in a chart and its day, e.g. "5 on 21 May 2025".
            _("%(count)s on %(day)s") % {"count": grouped(value), "day": day(self.curve.until)},
        )


def _apart(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of many steps those that can be told apart on a screen; the last one always."""
    if len(points) <= MOST_STEPS:
        return points
    found = points[:1]
    for point in points[1:-1]:
        if point[0] - found[-1][0] >= STEP_APART:
            found.append(point)
    return [*found, points[-1]]


def _through(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _round_numbers() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50, ..."""
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10


MOST_CELLS = 60  # more than these run together at the width of a phone


def strip(counts: Sequence[tuple[str, int]], total: int) -> SafeString:
    """One cell for each facility, the furthest first; a plain bar if there are too many to count.

    `counts`: (CSS class, how many facilities) from the furthest stage to the first.
    """
    cells: list[tuple[str, int, float]] = []
    at = 0
    for css, count in counts:
        if total <= MOST_CELLS:
            cells += [(css, at + i, 0.88) for i in range(count)]
        else:
            cells.append((css, at, count))
        at += count
    return format_html(
        '<svg class="strip" viewBox="0 0 {} 1" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        max(total - 0.12, 1),
        format_html_join(
            "", '<rect class="at-{}" x="{}" width="{}" height="1" fill="#0b5570"/>', cells
        ),
    )
