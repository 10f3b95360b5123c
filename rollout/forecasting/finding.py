"""What is to be said before any number: whether the deadline will be met, by whom it will not, what to decide.

Every sentence follows from the facts of the day; good news is told as plainly as bad.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from rollout.figures.results import Progress
from rollout.forecasting.forecast import FacilityForecast, ProvinceForecast
from rollout.programme.directives import DirectiveOnDay
from rollout.programme.legal import LegalDeadlineOnDay, nearest

PACE_DAYS = 90
MOST_NAMED = 3
EVEN = 0.5  # below this chance a deadline is likelier missed than met


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast facilities begin official use, in days for each; None where none does, or none is left.

    `made`: over the last PACE_DAYS up to the day. `needed`: from the day on, for those that the
    deadline binds and that are still out.
    """

    made: int | None
    needed: int | None

    @property
    def is_enough(self) -> bool:
        return self.needed is None or (self.made is not None and self.made <= self.needed)


@dataclass(frozen=True, slots=True)
class Finding:
    """`days_late`: how many days after the deadline the last facility is expected; None without both.

    `unlikely`: those likelier to miss their deadline than to meet it, the worst first, `more` of them
    unnamed; empty for readers who may not know it of every facility. `unforeseen`: how many have too
    little on record.
    """

    forecast: ProvinceForecast
    law: LegalDeadlineOnDay | None
    days_late: int | None
    pace: Pace | None
    unlikely: tuple[FacilityForecast, ...]
    more: int
    unforeseen: int
    undated: int = 0  # directives without a day
    overdue: int = 0  # directives
    obstacles: int = 0

    @property
    def is_in_time(self) -> bool:
        return self.days_late is not None and self.days_late <= 0

    @property
    def to_decide(self) -> int:
        return self.undated + self.overdue + self.obstacles


def finding(
    on: date,
    forecast: ProvinceForecast,
    law: LegalDeadlineOnDay | None,
    directives: list[DirectiveOnDay],
    obstacles: int,
    *,
    in_full: bool,
) -> Finding:
    """`directives`: those that are open; `obstacles`: how many are. Both nothing for who sees none."""
    province = forecast.province
    out = [one for one in forecast.facilities if one.done_on is None and one.facility.is_obliged]
    unlikely = sorted(
        (one for one in out if one.chance is not None and one.chance < EVEN),
        key=lambda one: (one.chance or 0, one.facility.code),
    )
    to_be_held = law if law and forecast.law == law.due_on else None
    return Finding(
        forecast,
        to_be_held,
        (province.likely_on - to_be_held.due_on).days
        if to_be_held and province.likely_on
        else None,
        pace(on, forecast, to_be_held),
        tuple(unlikely[:MOST_NAMED]) if in_full else (),
        max(0, len(unlikely) - MOST_NAMED) if in_full else 0,
        forecast.unforeseen,
        undated=sum(one.due_on is None for one in directives),
        overdue=sum(bool(one.days_late(on)) for one in directives),
        obstacles=obstacles,
    )


def deadline_of(progress: Progress) -> LegalDeadlineOnDay | None:
    """The nearest deadline that binds a facility, or the last one missed while one of those is still out."""
    out = [one.facility for one in progress.facilities if not one.measures["official"].done]
    everybody = [one.facility for one in progress.facilities]
    missed = [d for d in progress.deadlines if d.days_left < 0 and any(map(d.binds, out))]
    if missed:
        return missed[-1]
    return nearest(progress.deadlines, everybody, progress.on)


def pace(on: date, forecast: ProvinceForecast, law: LegalDeadlineOnDay | None) -> Pace | None:
    """None without a deadline ahead."""
    if law is None or law.due_on < on:
        return None
    begun = begun_lately(forecast, on)
    out = sum(one.done_on is None and law.binds(one.facility) for one in forecast.facilities)
    left = (law.due_on - on).days
    # Rounded so that neither flatters.
    return Pace(ceil(PACE_DAYS / begun) if begun else None, left // out if out else None)


def begun_lately(forecast: ProvinceForecast, on: date) -> int:
    """How many began official use in the last PACE_DAYS up to the day."""
    since = on - timedelta(days=PACE_DAYS)
    return sum(bool(one.done_on and since < one.done_on <= on) for one in forecast.facilities)
