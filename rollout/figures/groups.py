"""Facilities side by side in groups: by area, kind, ownership, level of their HIS, or each alone.

Which group a facility is in is asked of the day, like everything: on a compared day a group has the
facilities that were in it then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities.areas import AreaOnDay, Areas, AreaTree
from facilities.as_of import FacilityOnDay
from facilities.folding import sort_key
from facilities.models import Ownership
from facilities.timeline import FacilityState
from rollout.figures.labels import figure_label
from rollout.figures.progress import progress_by
from rollout.figures.results import Progress
from rollout.figures.sums import UNKNOWN

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AREA, KIND, OWNERSHIP, LEVEL, FACILITY = "area", "kind", "ownership", "level", "facility"
BODY = "body"  # who manages it

BY: dict[str, "StrOrPromise"] = {
    AREA: pgettext_lazy("side by side", "areas"),
    KIND: pgettext_lazy("side by side", "kinds"),
    OWNERSHIP: pgettext_lazy("side by side", "ownership"),
    BODY: pgettext_lazy("side by side", "managing bodies"),
    LEVEL: pgettext_lazy("side by side", "HIS levels"),
    FACILITY: pgettext_lazy("side by side", "facilities"),
}
LEVELS = "his_level"


@dataclass(frozen=True, slots=True)
class Group:
    """`key`: as an address says it. `area`: where the group is one; `has_parts`: it can be taken apart."""

    by: str
    key: str
    label: str
    order: tuple
    progress: Progress
    area: AreaOnDay | None = None
    has_parts: bool = False


def key_of(by: str) -> Callable[[FacilityOnDay, FacilityState, date], str]:
    """In which group a facility is; empty where that is not on record. Not for areas."""
    if by == KIND:
        return lambda facility, _state, _on: facility.kind
    if by == OWNERSHIP:
        return lambda facility, _state, _on: facility.ownership
    if by == BODY:
        return lambda facility, _state, _on: facility.managed_by
    if by == FACILITY:
        return lambda facility, _state, _on: facility.code
    return lambda _facility, state, _on: level_of(state)


def level_of(state: FacilityState) -> str:
    """The level of its HIS; empty: not known."""
    return next(
        (
            component.partition(":")[2]
            for component, tally in state.items()
            if component.startswith(f"{LEVELS}:") and tally.amount > 0
        ),
        "",
    )


def ownership_label(ownership: str) -> str:
    return str(Ownership(ownership).label) if ownership in Ownership.values else ownership


def label_of(by: str, key: str, facility: FacilityOnDay | None) -> str:
    """`facility`: one of the group."""
    if by == LEVEL:
        return figure_label(LEVELS, key or UNKNOWN)
    if not key or facility is None:
        return _("not recorded")
    if by == FACILITY:
        return facility.name
    if by == BODY:
        return facility.managed_by_label
    return facility.kind_label if by == KIND else ownership_label(key)


def parse_group(text: str) -> tuple[str, str] | None:
    """ "kind:clinic" as an address says it; None: no group."""
    by, sign, key = text[:80].partition(":")
    return (by, key) if sign and by in BY and by != AREA else None


def groups_by(
    by: str,
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
    area: str = "",
) -> list[Group]:
    """The groups under the area looked at (empty: all), sorted. The queries of one progress, and four."""
    sort_into = _Areas(on, known_at, compare, map_on, area) if by == AREA else _Described(by)
    found = progress_by(sort_into, on, known_at=known_at, compare=compare, map_on=map_on, area=area)
    groups = [
        sort_into.group(str(key), progress)
        for key, progress in found.items()
        if any(result.facilities for result in progress.measures)
    ]
    return sorted(groups, key=lambda group: group.order)


class _Described:
    """By what is on record of a facility."""

    def __init__(self, by: str) -> None:
        self._by, self._key = by, key_of(by)
        self._one_of: dict[str, FacilityOnDay] = {}

    def __call__(self, facility: FacilityOnDay, state: FacilityState, day: date) -> str:
        key = self._key(facility, state, day)
        self._one_of.setdefault(key, facility)
        return key

    def group(self, key: str, progress: Progress) -> Group:
        label = label_of(self._by, key, self._one_of[key])
        order = (not key, key if self._by == LEVEL else sort_key(label), key)
        return Group(self._by, key, label, order, progress)


class _Areas:
    """By the parts that the area looked at falls into on the day."""

    def __init__(
        self,
        on: date,
        known_at: datetime | None,
        compare: date | None,
        map_on: date | None,
        area: str,
    ) -> None:
        self._areas = Areas(map_on or max(on, compare or on), known_at)
        self._map_on = map_on
        tree = self._tree = self._on(on)
        self._parts = {part.code: part for part in tree.parts(tree.find(area) if area else None)}
        self._places: dict[date, dict[int | None, str]] = {}

    def _on(self, day: date) -> AreaTree:
        return self._areas.on(self._map_on or day)

    def __call__(self, facility: FacilityOnDay, _state: FacilityState, day: date) -> str:
        if day not in self._places:
            tree = self._on(day)
            self._places[day] = {
                pk: code
                for code in self._parts
                if (part := tree.find(code))
                for pk in tree.within(part)
            }
        return self._places[day].get(facility.area_id, "")

    def group(self, key: str, progress: Progress) -> Group:
        part = self._parts[key]
        has_parts = bool(self._tree.below(part))
        return Group(AREA, key, part.name, part.sort_key, progress, part, has_parts)


def in_group(by: str, key: str) -> Callable[[FacilityOnDay, FacilityState, date], bool]:
    """Asks whether a facility is in the group."""
    of = key_of(by)
    return lambda facility, state, day: of(facility, state, day) == key
