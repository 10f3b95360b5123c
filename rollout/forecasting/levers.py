"""What if: an obstacle cleared on a day, tenders at the legal minimum, so many councils a week.

The forecast itself takes no obstacle as a bound: it draws from how long things took here, obstacles
and all. So what clearing one brings is told against its standing until the deadline: whom it holds
then misses it. Cleared on a day, what it holds comes on that day at the earliest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from facilities.as_of import AsOf, FacilityOnDay
from rollout.forecasting.forecast import (
    LIKELY,
    LOW,
    SAFE,
    Drawn,
    Facts,
    ProvinceForecast,
    forecast_from,
)
from rollout.forecasting.kept import cached_facts
from rollout.forecasting.simulation import DRAWS, quantile
from rollout.models import Milestone

Holds = Iterable[tuple[int, str]]  # (facility, milestone)
WEEK = 7


@dataclass(frozen=True, slots=True)
class Gain:
    """What clearing on a day brings: of those held, how many make their deadline; low, middle, high
    of the draws. `held`: how many are; `unforeseen`: of how many of them nothing can be foreseen.
    """

    on: date
    held: int
    low: int
    middle: int
    high: int
    unforeseen: int


@dataclass(frozen=True)
class Levers:
    """What the what-ifs of one day are drawn from; read once, drawn from as often as is asked."""

    facilities: list[FacilityOnDay]
    ways: Mapping[int, Facts]
    drawn: Mapping[int, Drawn]

    @classmethod
    def of(cls, as_of: AsOf) -> "Levers":
        return cls(*cached_facts(as_of))

    def cleared(self, holds: Holds, on: date) -> Gain | None:
        """None where none of those held has a deadline ahead of the day it would be cleared on."""
        by_id = {facility.id: facility for facility in self.facilities}
        floors = {(pk, code): on for pk, code in holds if pk in by_id}
        held = sorted({pk for pk, _code in floors})
        counts, unforeseen, bound = [0] * DRAWS, 0, 0
        for pk in held:
            facility, way = by_id[pk], self.ways[pk]
            law = way.law_of(facility)
            if law is None or not any((pk, code) in floors for code in way.ahead(pk)):
                continue
            bound += 1
            _expected, days = replace(way, floors=floors).of(facility)
            if days is None:
                unforeseen += 1
                continue
            last = law.toordinal()
            counts = [n + (day <= last) for n, day in zip(counts, days, strict=True)]
        if not bound:
            return None
        counts.sort()
        low, middle, high = (quantile(counts, share) for share in (LOW, LIKELY, SAFE))
        return Gain(on, len(held), low, middle, high, unforeseen)

    def at_minimum(self, plain: ProvinceForecast) -> ProvinceForecast:
        """If every tender for servers gave bidders what the law asks for, and no day more."""
        return self._again(plain, lambda way: replace(way, at_minimum=True))

    def councils(self, plain: ProvinceForecast, a_week: int) -> ProvinceForecast:
        """If from now on so many councils met a week, those expected first in front.

        Councils whose day is fixed keep it, and take no place of another.
        """
        waiting = [
            one
            for one in plain.facilities
            if one.likely_on
            and Milestone.COUNCIL in self.ways[one.facility.id].ahead(one.facility.id)
            and not self.ways[one.facility.id].meetings.get(one.facility.id)
        ]
        waiting.sort(key=lambda one: (one.likely_on or date.max, one.facility.code))
        working = next(iter(self.ways.values())).working if self.ways else None
        slots = {
            one.facility.id: working.next_working(
                plain.on + timedelta(days=WEEK * (1 + place // a_week))
            )
            for place, one in enumerate(waiting)
            if working
        }
        return self._again(plain, lambda way: replace(way, slots=slots))

    def _again(
        self, plain: ProvinceForecast, changed: Callable[[Facts], Facts]
    ) -> ProvinceForecast:
        if not self.ways:
            return plain  # nobody is on the way
        drawn = {one.id: changed(self.ways[one.id]).of(one) for one in self.facilities}
        facts = Facts(
            plain.on,
            plain.law,
            plain.durations,
            next(iter(self.ways.values())).working,
            {},
            {},
            {},
            laws={one.id: self.ways[one.id].law_of(one) for one in self.facilities},
        )
        return forecast_from(facts, self.facilities, drawn)
