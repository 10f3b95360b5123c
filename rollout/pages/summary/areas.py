"""The summary of a large province: its areas first, and by name those facilities in most trouble."""

from collections import defaultdict
from dataclasses import dataclass

from facilities.areas import AreaOnDay
from rollout.day import Day, areas_on
from rollout.figures.awaited import late_facilities
from rollout.figures.measures import BY_CODE
from rollout.figures.results import FacilityResult, Progress
from rollout.figures.sums import Sum, summed
from rollout.models import MeasureCode

MOST_AREAS = 12


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One part of the area looked at. `late`: facilities behind time."""

    area: AreaOnDay
    facilities: int
    late: int
    official: Sum
    worst: FacilityResult


@dataclass(frozen=True, slots=True)
class AreaRows:
    """Those with most late facilities, and how many areas more there are."""

    rows: list[AreaRow]
    more: int

    @classmethod
    def of(cls, day: Day, progress: Progress) -> "AreaRows":
        """Without rows where the facilities lie in one area that has no parts."""
        tree = areas_on(day)
        parts = tree.parts(tree.find(day.area_code) if day.area_code else None)
        part_of = {pk: part for part in parts for pk in tree.within(part)}
        lying: dict[AreaOnDay, list[FacilityResult]] = defaultdict(list)
        for one in progress.facilities:  # trouble first
            if part := part_of.get(one.facility.area_id):
                lying[part].append(one)
        rows = [_row(area, facilities) for area, facilities in lying.items()]
        rows.sort(key=lambda row: (-row.late, row.area.sort_key))
        if len(rows) < 2:
            return cls([], 0)
        return cls(rows[:MOST_AREAS], max(0, len(rows) - MOST_AREAS))


def _row(area: AreaOnDay, facilities: list[FacilityResult]) -> AreaRow:
    return AreaRow(
        area,
        len(facilities),
        len(late_facilities(facilities)),
        summed(BY_CODE[MeasureCode.OFFICIAL], {one.id: one.measures for one in facilities}),
        facilities[0],
    )
