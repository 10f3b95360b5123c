"""Which facilities lie in an area, with all the areas within it, on a day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from facilities.models import AreaParent, FacilityArea


def facilities_within(area_ids: Iterable[int], on: date) -> dict[int, frozenset[int]]:
    """For each area the facilities that lie in it or in an area within it: two queries, or none.

    A facility of which no area is known lies in none. One that was merged stays where it last lay,
    as an officer's assignment stays with the facility it names.
    """
    asked = list(area_ids)
    if not asked:
        return {}
    # Oldest first, so that of two rows about one area or facility the later one holds.
    parents = dict(AreaParent.objects.in_force(on).values_list("area_id", "parent_id"))
    lies_in = dict(FacilityArea.objects.in_force(on).values_list("facility_id", "area_id"))
    found: dict[int, set[int]] = defaultdict(set)
    for facility, area in lies_in.items():
        for above in _with_all_above(area, parents):
            found[above].add(facility)
    return {area: frozenset(found.get(area, ())) for area in asked}


def _with_all_above(area: int, parents: dict[int, int]) -> set[int]:
    """The area and those it lies in; a circle entered by mistake ends where it closes."""
    seen: set[int] = set()
    here: int | None = area
    while here is not None and here not in seen:
        seen.add(here)
        here = parents.get(here)
    return seen
