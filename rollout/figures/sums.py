"""What adds up over facilities: measures, and counts without a denominator. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from facilities.timeline import FacilityState
from rollout.figures.measures import NO_EVIDENCE, Cell, Measure
from rollout.figures.results import Figure

FIGURE_GROUPS = ("device", "his_level", "hosting")
UNKNOWN = "unknown"


@dataclass(slots=True)
class Sum:
    """A measure added up over its facilities."""

    done: int = 0
    counted: int = 0  # of `done`, what is at facilities whose total is known
    beyond: int = 0  # of `done`, what is done without having to
    not_obliged: int = 0  # facilities that take part without having to
    missing: int = 0  # still to be done by those who must
    total: int | None = None
    known: int = 0  # facilities
    unknown: int = 0
    begun: int = 0
    evidence: tuple[int, ...] = NO_EVIDENCE
    newest_on: date | None = None


def summed(measure: Measure, cells: Mapping[int, Mapping[str, Cell]]) -> Sum:
    """A total is of what is known. Nobody known, though there are facilities: there is no total."""
    found = Sum()
    of_facilities = measure.unit == "facilities"
    for of_facility in cells.values():
        cell = of_facility.get(measure.code)
        if cell is None:
            continue
        found.done += cell.done
        if cell.total is None:
            found.unknown += 1
        else:
            found.known += 1
            found.total = (found.total or 0) + cell.total
            found.counted += cell.done
            found.missing += max(0, cell.total - cell.done) if of_facilities else 0
        found.beyond += cell.done if cell.is_beyond else 0
        found.not_obliged += cell.is_beyond
        if cell.state == "under_way":
            found.begun += 1
        found.evidence = tuple(map(sum, zip(found.evidence, cell.evidence, strict=True)))
        if cell.newest_on and (found.newest_on is None or cell.newest_on > found.newest_on):
            found.newest_on = cell.newest_on
    if of_facilities and not found.unknown and found.total is None:
        found.total = 0  # it is about nobody
    if not of_facilities and found.total is not None:
        found.missing = max(0, found.total - found.counted)
    return found


def figures_at(state: FacilityState) -> tuple[Figure, ...]:
    """Every component of a group that there is at one facility."""
    found = []
    for component, tally in state.items():
        group, _sep, key = component.partition(":")
        if group in FIGURE_GROUPS and tally.amount > 0:
            found.append(Figure(group, key, tally.amount, 1, tally.evidence, tally.newest_on))
    return tuple(found)


def figures_of(facilities: Sequence[Iterable[Figure]]) -> tuple[Figure, ...]:
    """The figures of so many facilities, added up."""
    found: dict[tuple[str, str], Figure] = {}
    for figures in facilities:
        for figure in figures:
            place = (figure.group, figure.key)
            before = found.get(place)
            found[place] = _added(before, figure) if before else figure
    for group in FIGURE_GROUPS[1:]:  # of a level and a hosting there is one each, or it is unknown
        known = sum(figure.facilities for figure in found.values() if figure.group == group)
        if unknown := len(facilities) - known:
            found[group, UNKNOWN] = Figure(group, UNKNOWN, unknown, unknown, NO_EVIDENCE, None)
    return tuple(found[key] for key in sorted(found))


def _added(one: Figure, other: Figure) -> Figure:
    newest = [day for day in (one.newest_on, other.newest_on) if day]
    return Figure(
        one.group,
        one.key,
        one.value + other.value,
        one.facilities + other.facilities,
        tuple(map(sum, zip(one.evidence, other.evidence, strict=True))),
        max(newest, default=None),
    )
