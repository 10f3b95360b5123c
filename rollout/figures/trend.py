"""A measure on every day of a period: the curve, from the same fold as the figure of a day."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from facilities.areas import areas_of, tree_on
from facilities.as_of import AsOf, FacilityOnDay
from facilities.timeline import FacilityState, series
from rollout.figures.measures import Cell, Measure
from rollout.figures.progress import changes
from rollout.figures.sums import summed
from rollout.programme.tracking import tracked
from rollout.programme.ways import ways

LONGEST_DAYS = 1100  # three years of days: beyond it a curve on a page says nothing more


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
    as_of = AsOf(last, known_at, map_on=map_on)
    silence, way = tracked(as_of), ways(as_of)
    moves = as_of.days_of_change() | silence.days_of_change() | way.days_of_change()
    if area:
        moves |= areas_of(as_of).days_of_change()
    points: list[Point] = []
    counted: dict[int, FacilityOnDay] = {}  # facilities the measure is about, on the day
    cells: dict[int, dict[str, Cell]] = {}

    def read(pk: int, state: FacilityState, day: date) -> Cell:
        facility = counted[pk]
        return measure.read(
            state,
            silence.at(facility, day),
            way.of(facility, day),
            is_obliged=facility.is_obliged,
        )

    for day, state, moved in series(changes(as_of), first, last):
        if not points or day in moves:
            lies = _lying_in(as_of, area, day)
            counted = {f.id: f for f in as_of.on(day) if measure.counts(f) and lies(f)}
            cells = {pk: {measure.code: read(pk, state.get(pk, {}), day)} for pk in counted}
        elif moved:
            for pk in moved.intersection(counted):
                cells[pk] = {measure.code: read(pk, state[pk], day)}
        else:
            points.append(replace(points[-1], on=day))
            continue
        total = summed(measure, cells)
        points.append(Point(day, total.done, total.counted, total.total))
    return points


def _lying_in(as_of: AsOf, area: str, day: date) -> Callable[[FacilityOnDay], bool]:
    """Asks of a facility as described on the day whether it lies in the area on it."""
    if not area:
        return lambda facility: True
    tree = tree_on(as_of, day)
    found = tree.find(area)
    inside = tree.within(found) if found else frozenset()
    return lambda facility: facility.area_id in inside
