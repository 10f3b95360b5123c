"""A measure on every day of a period: the curve, from the same fold as the figure of a day.

It is kept apart for each facility as the steps that its cell takes; a curve is their sum.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import NamedTuple

import connectivity.changes
import equipment.changes
import rollout.programme.changes
import rollout.programme.tracking
import signatures.changes
from facilities.areas import areas_of, tree_on
from facilities.as_of import AsOf, FacilityOnDay
from facilities.timeline import FacilityState, series
from rollout.figures import spliced
from rollout.figures.cached import keep_seconds, key
from rollout.figures.measures import BY_CODE, Cell, Measure
from rollout.figures.progress import MODULES, changes
from rollout.figures.reach import Reach
from rollout.figures.results import Progress
from rollout.figures.sums import Sum
from rollout.models import MeasureCode, Milestone
from rollout.programme.tracking import tracked
from rollout.programme.ways import ways

LOOK_BACK = timedelta(days=150)
LONGEST_DAYS = 1100  # three years of days: beyond it a curve on a page says nothing more

# Whose changes a measure is read from; those of the others are not read for its curve.
_SAID_BY: dict[str, ModuleType] = {
    MeasureCode.SERVERS: equipment.changes,
    MeasureCode.DEVICES: equipment.changes,
    MeasureCode.SIGNATURES_REGISTERED: signatures.changes,
    MeasureCode.SIGNATURES_ISSUED: signatures.changes,
    MeasureCode.SIGNATURES_AUTHENTICATED: signatures.changes,
    MeasureCode.LAUNCHED: rollout.programme.changes,
    MeasureCode.OFFICIAL: rollout.programme.changes,
    MeasureCode.CONNECTED_PUBLIC: connectivity.changes,
    MeasureCode.CONNECTED_PRIVATE: connectivity.changes,
}


@dataclass(frozen=True, slots=True)
class Point:
    on: date
    done: int
    counted: int  # of `done`, what is at facilities whose total is known
    total: int | None

    @property
    def told(self) -> int | None:
        """How many are said to be done; None where nothing is known, for that is no zero."""
        return self.done if self.total is not None or self.done else None

    @property
    def share(self) -> float | None:
        return self.counted / self.total if self.total else None


class Step(NamedTuple):
    """From this day on a facility counts so much. `total` None: not known."""

    on: date
    is_counted: bool  # the measure is about it
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a curve is asked for: see `trend`."""

    measure: str
    first: date
    last: date
    known_at: datetime | None = None
    map_on: date | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of each facility, oldest first: what is kept between two requests."""

    asked: Asked
    parts: Mapping[int, tuple[Step, ...]]

    @classmethod
    def begin(cls, asked: Asked) -> "Steps":
        return cls(asked, _read(asked))

    def spliced(self, moved: Collection[int]) -> "Steps":
        reach = Reach.of(moved)
        fresh = _read(self.asked, reach.read)
        kept = {pk: part for pk, part in self.parts.items() if pk not in reach.affected}
        new = {pk: part for pk, part in fresh.items() if pk in reach.affected}
        return replace(self, parts=kept | new)

    def points(self) -> list[Point]:
        """One for every day from first to last."""
        measure = BY_CODE[self.asked.measure]
        steps: dict[date, list[tuple[Step | None, Step]]] = defaultdict(list)
        for part in self.parts.values():
            for before, step in zip((None, *part), part, strict=False):
                steps[step.on].append((before, step))
        total = Sum()
        found: list[Point] = []
        day = self.asked.first
        while day <= self.asked.last:
            for before, step in steps.get(day, ()):
                if before:
                    _count(total, before, -1)
                _count(total, step, 1)
            if day in steps or not found:
                found.append(_point(measure, day, total))
            else:
                found.append(replace(found[-1], on=day))
            day += timedelta(days=1)
        return found


def trend(
    measure: Measure,
    first: date,
    last: date,
    *,
    known_at: datetime | None = None,
    map_on: date | None = None,
    area: str = "",
) -> list[Point]:
    """One point for every day from first to last, by `map_on` and `area` as in `progress`.

    The queries of one day.
    """
    return Steps.begin(Asked(measure.code, first, last, known_at, map_on, area)).points()


def first_day(progress: Progress, compare: date | None) -> date:
    """Where a curve begins that leads up to a progress: some months before its newest fact."""
    on = progress.on
    newest = min(progress.newest_on or on, compare or on, on)
    return max(newest - LOOK_BACK, on - timedelta(days=LONGEST_DAYS)).replace(day=1)


def planned(progress: Progress) -> list[tuple[date, int]]:
    """How many facilities should use EMR officially by each day: the targets that hold now."""
    days = sorted(
        on
        for facility in progress.facilities
        for milestone in facility.milestones
        if milestone.code == Milestone.OFFICIAL and (on := milestone.target or milestone.actual)
    )
    return [(on, days.index(on) + days.count(on)) for on in sorted(set(days))]


def cached_trend(
    measure: Measure,
    first: date,
    last: date,
    *,
    known_at: datetime | None = None,
    map_on: date | None = None,
    area: str = "",
) -> list[Point]:
    """The same, read again for those facilities alone whose facts have moved."""
    asked = Asked(measure.code, first, last, known_at, map_on, area)
    place = key("trend", "kept", measure.code, first, last, known_at, map_on, area)
    return spliced.current(place, lambda: Steps.begin(asked), keep_seconds(known_at)).points()


def _count(total: Sum, step: Step, sign: int) -> None:
    if not step.is_counted:
        return
    total.done += sign * step.done
    if step.total is None:
        total.unknown += sign
    else:
        total.known += sign
        total.counted += sign * step.done
        total.total = (total.total or 0) + sign * step.total


def _point(measure: Measure, day: date, total: Sum) -> Point:
    """A total is of what is known, as in `rollout.figures.sums.summed`."""
    is_about_nobody = measure.unit == "facilities" and not total.unknown
    known = total.total or 0 if total.known or is_about_nobody else None
    return Point(day, total.done, total.counted, known)


def _read(asked: Asked, facility_ids: frozenset[int] | None = None) -> dict[int, tuple[Step, ...]]:
    measure = BY_CODE[asked.measure]
    as_of = AsOf(asked.last, asked.known_at, facility_ids, asked.map_on)
    silence, way = tracked(as_of), ways(as_of)
    moves = as_of.days_of_change() | silence.days_of_change() | way.days_of_change()
    if asked.area:
        moves |= areas_of(as_of).days_of_change()
    found: dict[int, list[Step]] = defaultdict(list)
    counted: dict[int, FacilityOnDay] = {}  # facilities the measure is about, on the day

    def read(pk: int, state: FacilityState, day: date) -> Cell:
        facility = counted[pk]
        return measure.read(
            state,
            silence.at(facility, day),
            way.of(facility, day),
            is_obliged=facility.is_obliged,
        )

    def take(step: Step, pk: int) -> None:
        steps = found[pk]
        if not steps or step[1:] != steps[-1][1:]:
            steps.append(step)

    modules = [
        one for one in MODULES if one in (_SAID_BY[asked.measure], rollout.programme.tracking)
    ]
    for day, state, moved in series(changes(as_of, modules), asked.first, asked.last):
        if day == asked.first or day in moves:
            lies = _lying_in(as_of, asked.area, day)
            before = counted
            counted = {f.id: f for f in as_of.on(day) if measure.counts(f) and lies(f)}
            for pk in before.keys() - counted.keys():
                take(Step(day, is_counted=False), pk)
            moved = frozenset(counted)
        for pk in moved.intersection(counted):
            cell = read(pk, state.get(pk, {}), day)
            take(Step(day, is_counted=True, done=cell.done, total=cell.total), pk)
    return {pk: tuple(steps) for pk, steps in found.items()}


def _lying_in(as_of: AsOf, area: str, day: date) -> Callable[[FacilityOnDay], bool]:
    """Asks of a facility as described on the day whether it lies in the area on it."""
    if not area:
        return lambda facility: True
    tree = tree_on(as_of, day)
    found = tree.find(area)
    inside = tree.within(found) if found else frozenset()
    return lambda facility: facility.area_id in inside
