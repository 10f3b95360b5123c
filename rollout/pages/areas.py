"""The areas that a reader may choose from, beside the day."""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import get_language

from facilities.areas import NOWHERE
from rollout.day import Day, areas_on
from rollout.figures.cached import remembered

MOST_OPTIONS = 200  # of a list to choose from; above it, a field to type in
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
        if len(tree) < 2:
            return ChoiceOfAreas()
        if len(tree) >= MOST_OPTIONS:
            return ChoiceOfAreas(is_typed=True)
        rows = [(depth, area) for depth, area in tree]
        return ChoiceOfAreas(
            tuple(
                Option(area.code, INDENT * depth + area.name)
                for depth, area in [*rows, (0, NOWHERE)]
            )
        )

    return remembered("areas", day.map_on or day.on, day.known_at, get_language(), compute=compute)
