"""The areas that a reader may choose from, beside the day."""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import get_language

from facilities.areas import NOWHERE, AreaOnDay
from rollout.day import Day, areas_on
from rollout.figures.cached import remembered

MOST_OPTIONS = 40  # of a list to choose from; above it, a field to type in
INDENT = "\u00a0\u00a0"


class Option(NamedTuple):
    """`name`: moved in by how deep the area lies."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ChoiceOfAreas:
    """`options` empty: there are too many to list, or there is nothing to choose."""

    options: tuple[Option, ...] = ()
    is_typed: bool = False

    def __bool__(self) -> bool:
        return bool(self.options) or self.is_typed


def choice_of_areas(day: Day) -> ChoiceOfAreas:
    """Those of the day by the tree, and what has no area on record. Nothing where there is one area."""

    def compute() -> ChoiceOfAreas:
        tree = areas_on(day)
        rows = list(tree)
        if day.own:
            rows = _within(rows, tree.within(day.own), day.own.id)
        if len(rows) < 2:
            return ChoiceOfAreas()
        if len(rows) >= MOST_OPTIONS:
            return ChoiceOfAreas(is_typed=True)
        rest = [] if day.own else [(0, NOWHERE)]
        return ChoiceOfAreas(
            tuple(Option(area.code, INDENT * depth + area.name) for depth, area in [*rows, *rest])
        )

    own = day.own.code if day.own else ""
    return remembered(
        "areas", day.map_on or day.on, day.known_at, get_language(), own, compute=compute
    )


def _within(
    rows: list[tuple[int, AreaOnDay]], inside: frozenset[int | None], own: int | None
) -> list[tuple[int, AreaOnDay]]:
    """Those that lie in the reader's own province; it is the whole to them, and no choice."""
    found = [(depth, area) for depth, area in rows if area.id in inside and area.id != own]
    least = min((depth for depth, _area in found), default=0)
    return [(depth - least, area) for depth, area in found]
