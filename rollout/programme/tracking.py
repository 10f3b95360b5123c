"""Whether silence means "no": which measures are tracked where, and who has said that there is none."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from equipment.stock import Line, stock
from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from facilities.lineage import Passing
from facilities.models import AreaParent
from facilities.timeline import Change
from rollout.models import Absence, MeasureCode, Tracking

NONE = "none"
PASSES_ON = {NONE: Passing.ALL}

SilenceIsNo = Callable[[str], bool]
"""Asks of a measure, by its code, whether nothing recorded means that there is nothing."""


def changes(as_of: AsOf) -> Iterator[Change]:
    """`none:<measure>` from the day on which the facility said that it has none."""
    rows = as_of.facts(Absence).values_list("facility_id", "happened_on", "measure", "rung")
    for facility_id, on, measure, rung in rows:
        yield Change(facility_id, on, f"{NONE}:{measure}", 1, rung)


Scope = tuple[int | None, str]  # an area or None, a kind or ""
WHOLE: Scope = (None, "")


class Tracked:
    """Which measures are tracked at which facilities, on any day up to the one it was read for."""

    def __init__(self, as_of: AsOf) -> None:
        self._days: dict[tuple[str, Scope], list[date]] = defaultdict(list)
        self._words: dict[tuple[str, Scope], list[bool]] = defaultdict(list)
        rows = Tracking.objects.in_force(as_of.until, as_of.known_at)
        for measure, area, kind, day, is_tracked in rows.values_list(
            "measure", "area_id", "kind_id", "effective_from", "is_tracked"
        ):
            scope = (area, str(kind or ""))
            self._days[measure, scope].append(day)
            self._words[measure, scope].append(is_tracked)
        self._parents: dict[int, list[tuple[date, int]]] = defaultdict(list)
        if any(area for _measure, (area, _kind) in self._days):
            parents = AreaParent.objects.in_force(as_of.until, as_of.known_at)
            for area, day, parent in parents.values_list("area_id", "effective_from", "parent_id"):
                self._parents[area].append((day, parent))

    def at(self, facility: FacilityOnDay, day: date) -> SilenceIsNo:
        """Asks of a facility as described on the day."""
        areas = list(self._areas(facility.area_id, day))

        def asked(measure: str) -> bool:
            # The nearest area that says something, and the kind: where one of both says that it is
            # not tracked, it is not.
            of_area = (self._word(measure, (area, ""), day) for area in areas)
            near = next((word for word in of_area if word is not None), None)
            said = [
                near,
                self._word(measure, (None, facility.kind), day) if facility.kind else None,
            ]
            told = [word for word in said if word is not None]
            return all(told) if told else bool(self._word(measure, WHOLE, day))

        return asked

    def days_of_change(self) -> set[date]:
        """The days on which some measure begins, or ceases, to be tracked."""
        return {day for days in self._days.values() for day in days}

    def _word(self, measure: str, scope: Scope, day: date) -> bool | None:
        key = (measure, scope)
        if key not in self._days:
            return None
        place = bisect_right(self._days[key], day)
        return self._words[key][place - 1] if place else None

    def _areas(self, area: int | None, day: date) -> Iterator[int]:
        """The area and those it lies in on the day, the nearest first."""
        seen: set[int] = set()
        while area is not None and area not in seen:
            seen.add(area)
            yield area
            begun = [parent for start, parent in self._parents.get(area, ()) if start <= day]
            area = begun[-1] if begun else None


@once_per_as_of
def tracked(as_of: AsOf) -> Tracked:
    return Tracked(as_of)


def known_stock(as_of: AsOf) -> list[Line]:
    """What each facility has of devices, where that is known: nothing recorded is no shortfall."""
    on = as_of.until
    none = {
        change.facility_id
        for change in changes(as_of)
        if change.component == f"{NONE}:{MeasureCode.DEVICES}"
    }
    known = none | {
        facility.id
        for facility in as_of.on(on)
        if tracked(as_of).at(facility, on)(MeasureCode.DEVICES)
    }
    return [line for line in stock(as_of) if line.is_recorded or line.facility_id in known]
