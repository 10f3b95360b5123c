"""Whether silence means "no": which measures are tracked where, and who has said that there is none."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef

from equipment.stock import Line, stock
from facilities.areas import above
from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from facilities.lineage import Passing
from facilities.timeline import Change
from rollout.models import Absence, MeasureCode, Programme, Tracking

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


class Words:
    """What has been said of each measure and scope, from day to day."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, Scope], list[date]] = defaultdict(list)
        self._words: dict[tuple[str, Scope], list[bool]] = defaultdict(list)

    def add(self, measure: str, scope: Scope, day: date, is_tracked: bool) -> None:
        """In the order of the days."""
        self._days[measure, scope].append(day)
        self._words[measure, scope].append(is_tracked)

    def at(self, measure: str, scope: Scope, day: date) -> bool | None:
        key = (measure, scope)
        if key not in self._days:
            return None
        place = bisect_right(self._days[key], day)
        return self._words[key][place - 1] if place else None

    def days(self) -> set[date]:
        return {day for days in self._days.values() for day in days}

    def has_areas(self) -> bool:
        return any(area for _measure, (area, _kind) in self._days)


class Tracked:
    """Which measures are tracked at which facilities, on any day up to the one it was read for.

    What was said of all facilities, or of a kind, before another province was begun says nothing of
    that province: nobody had it in mind, and its silence is no "no".
    """

    def __init__(self, as_of: AsOf) -> None:
        self._words = Words()
        rows = list(
            Tracking.objects.in_force(as_of.until, as_of.known_at)
            .annotate(is_older=_older_than_a_province())
            .values_list(
                "measure",
                "area_id",
                "kind_id",
                "effective_from",
                "is_tracked",
                "recorded_at",
                "is_older",
            )
        )
        for measure, area, kind, day, is_tracked, _at, _is_older in rows:
            self._words.add(measure, (area, str(kind or "")), day, is_tracked)
        # By the area that a province began with: what has been said of all since, if that matters.
        self._of_all: dict[int, Words] = {}
        if any(is_older for *_row, is_older in rows):
            first, *further = Programme.objects.order_by("begun_at", "pk").values_list(
                "area_id", "begun_at"
            )
            self._of_all[first[0]] = self._words
            for area, begun_at in further:
                words = self._of_all[area] = Words()
                for measure, of_area, kind, day, is_tracked, at, _is_older in rows:
                    if of_area is None and at >= begun_at:
                        words.add(measure, (None, str(kind or "")), day, is_tracked)
        needs_areas = self._of_all or self._words.has_areas()
        self._above = above(as_of) if needs_areas else None

    def at(self, facility: FacilityOnDay, day: date) -> SilenceIsNo:
        """Asks of a facility as described on the day."""
        areas = list(self._above.of(facility.area_id, day)) if self._above else []
        of_all = next((self._of_all[one] for one in areas if one in self._of_all), self._words)

        def asked(measure: str) -> bool:
            # The nearest area that says something, and the kind: where one of both says that it is
            # not tracked, it is not.
            of_area = (self._words.at(measure, (area, ""), day) for area in areas)
            near = next((word for word in of_area if word is not None), None)
            said = [
                near,
                of_all.at(measure, (None, facility.kind), day) if facility.kind else None,
            ]
            told = [word for word in said if word is not None]
            return all(told) if told else bool(of_all.at(measure, WHOLE, day))

        return asked

    def days_of_change(self) -> set[date]:
        """The days on which some measure begins, or ceases, to be tracked."""
        return self._words.days()


def _older_than_a_province() -> Exists:
    """Whether a province beside the first one has been begun after the row was recorded."""
    earlier = Programme.objects.filter(begun_at__lt=OuterRef("begun_at"))
    later = Programme.objects.filter(begun_at__gt=OuterRef("recorded_at"))
    return Exists(later.filter(Exists(earlier)))


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
