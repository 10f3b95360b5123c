"""One lane for each facility along the months, as SVG that is as wide as its column.

Places are shares of the width, so one drawing serves a desk, a phone and paper. Each lane has two
heights: the first plan above, below it what holds now, a thread from the one to the other. Beside
each drawing the page says its days in words: the drawing is hidden from screen readers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeGuard

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rollout.programme.milestone_line import MilestoneOnDay
from rollout.templatetags.figures import day, signed

SOFT, LINE, ACCENT, LATE = "#4d5a57", "#d9dfdc", "#0b5570", "#b3261e"

HEIGHT, ABOVE, BELOW = 36, 9, 26  # CSS pixels: of a lane, of the first plan, of what holds now
LONGEST = timedelta(days=1100)  # three years of months are as many as can be told apart
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Axis:
    """The months between two days, and the days that every lane marks."""

    first: date
    last: date
    on: date
    law: date | None = None

    @classmethod
    def around(cls, days: Iterable[date | None], on: date, law: date | None) -> "Axis":
        """From the first day's month to the last day's; what lies years away stays outside."""
        near = [one for one in (*days, on, law) if one and abs(one - on) <= LONGEST / 2]
        first, last = min(near).replace(day=1), max(near) + timedelta(days=10)
        return cls(first, last, on, law if law and first <= law <= last else None)

    def x(self, when: date) -> str:
        share = (when - self.first).days / max((self.last - self.first).days, 1)
        return f"{100 * min(max(share, 0), 1):.2f}%"

    def holds(self, when: date | None) -> TypeGuard[date]:
        return when is not None and self.first <= when <= self.last

    @property
    def months(self) -> SafeString:
        """The first days of months, as many as there is room for on a phone twice over."""
        starts, month = [], self.first
        while month <= self.last - timedelta(days=20):
            starts.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        every = next(n for n in (1, 2, 3, 6, 12) if n == 12 or len(starts) / n <= MOST_LABELS)
        return format_html(
            '<svg class="lane axis" height="18" aria-hidden="true">{}</svg>',
            format_html_join(
                "",
                '<text class="soft" x="{}" y="13" font-size="11" fill="{}">{}</text>',
                (
                    (
                        self.x(one),
                        SOFT,
                        f"{one.month}/{one.year}"
                        if one.month == 1 or one == starts[0]
                        else one.month,
                    )
                    for one in starts[::every]
                ),
            ),
        )

    def posts(self) -> SafeString:
        """The day looked at, and the law's."""
        posts = [(self.x(self.on), "today", SOFT, "2 3")]
        if self.law:
            posts.append((self.x(self.law), "law", LATE, "1 4"))
        return format_html_join(
            "",
            '<line class="{1}" x1="{0}" x2="{0}" y1="0" y2="100%" stroke="{2}" stroke-dasharray="{3}"/>',
            posts,
        )


def lane(
    axis: Axis,
    milestones: Sequence[MilestoneOnDay],
    foreseen: tuple[date, date] | None = None,
) -> SafeString:
    """`foreseen`: between which days official use is likely to begin."""
    return format_html(
        '<svg class="lane" height="{}" aria-hidden="true">{}{}{}{}</svg>',
        HEIGHT,
        axis.posts(),
        _road(axis, milestones),
        _band(axis, foreseen) if foreseen else "",
        format_html_join("", "{}", ((_way(axis, one),) for one in milestones)),
    )


def _road(axis: Axis, milestones: Sequence[MilestoneOnDay]) -> SafeString:
    """From the first thing that happened to the last that is planned."""
    ends = (one.actual or one.target for one in milestones)
    days = [end for end in ends if axis.holds(end)]
    if len(days) < 2:
        return SafeString("")
    return format_html(
        '<line class="road" x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="{}"/>',
        axis.x(min(days)),
        axis.x(max(days)),
        LINE,
        y=BELOW,
    )


def _band(axis: Axis, foreseen: tuple[date, date]) -> SafeString:
    likely, safe = foreseen
    return format_html(
        '<line class="forecast" x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="{}" stroke-width="10"'
        ' stroke-opacity="0.25"><title>{}</title></line>',
        axis.x(likely),
        axis.x(safe),
        ACCENT,
        _("Forecast: %(likely)s to %(safe)s") % {"likely": day(likely), "safe": day(safe)},
        y=BELOW,
    )


def _way(axis: Axis, one: MilestoneOnDay) -> SafeString:
    """The first plan of one milestone, the thread, and where it is now."""
    end = one.actual or one.target
    pieces = []
    if axis.holds(one.baseline):
        pieces.append(
            format_html(
                '<circle class="first" cx="{}" cy="{}" r="3" fill="none" stroke="{}"/>',
                axis.x(one.baseline),
                ABOVE,
                SOFT,
            )
        )
    if axis.holds(one.baseline) and axis.holds(end):
        late = (one.slip_days or 0) > 0
        pieces.append(
            format_html(
                '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}"/>',
                "thread later" if late else "thread",
                axis.x(one.baseline),
                axis.x(end),
                ABOVE + 3,
                BELOW - 5,
                LATE if late else SOFT,
            )
        )
    if axis.holds(end):
        # A symbol's place is its corner: half its size back and up.
        pieces.append(
            format_html(
                '<use class="is-{0}" href="#m-{0}" x="{1}" y="{2}" width="12" height="12"'
                ' transform="translate(-6 -6)"/>',
                one.state,
                axis.x(end),
                BELOW,
            )
        )
    return format_html("<g><title>{}</title>{}</g>", _told(one), SafeString("".join(pieces)))


def _told(one: MilestoneOnDay) -> str:
    end = day(one.actual or one.target)
    slip = f" ({signed(one.slip_days)})" if one.slip_days else ""
    return f"{one.label}: {end}{slip}"
