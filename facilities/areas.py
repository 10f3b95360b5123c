"""The tree of areas on a day, and which facilities lie in one of them.

A facility is in an area if, on the day, it lies in it or in any area below it. Moves of facilities and
of areas are dated rows, so a past day keeps its answer. Nobody is lost: what lies in an area and in
none of its parts, and what lies nowhere on record, are groups with codes of their own (`OWN`).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Min
from django.utils import translation
from django.utils.translation import gettext as _

from facilities.as_of import AsOf, once_per_as_of
from facilities.folding import fold, sort_key
from facilities.models.places import Area, AreaName, AreaParent, FacilityArea, in_language

OWN = "~"  # no code begins with it. Alone: no area is on record; before a code: that area without its parts

PLACED = " · "


@dataclass(frozen=True, slots=True)
class AreaOnDay:
    """`id` None: no area is on record. `is_rest`: what lies in it and in none of its parts."""

    id: int | None
    code: str
    level: str = ""
    name_vi: str = ""
    name_en: str = ""
    is_rest: bool = False

    @property
    def name(self) -> str:
        if self.id is None:
            return _("area not recorded")
        named = in_language(self.name_vi, self.name_en) or self.code.removeprefix(OWN)
        if self.is_rest:
            return _("%(area)s, smaller area not recorded") % {"area": named}
        return named

    @property
    def level_label(self) -> str:
        return str(Area.Level(self.level).label) if self.level else ""

    def names(self) -> tuple[str, str]:
        """In Vietnamese and in English."""
        with translation.override("vi"):
            vietnamese = self.name
        with translation.override("en"):
            return vietnamese, self.name

    @property
    def sort_key(self) -> tuple[bool, bool, str, str]:
        """As a dictionary sorts; what is not recorded comes last."""
        return self.id is None, self.is_rest, sort_key(self.name_vi), self.code


NOWHERE = AreaOnDay(None, OWN)


class AreaTree:
    """The areas of one day. A circle of areas, which nobody should record, lies in nothing."""

    def __init__(self, areas: Iterable[AreaOnDay], parents: Mapping[int, int]) -> None:
        self.areas = {area.id: area for area in sorted(areas, key=lambda area: area.sort_key)}
        self._parents = {
            child: parent
            for child, parent in parents.items()
            if child in self.areas and parent in self.areas
        }
        in_circles = [child for child in self._parents if child in self._above(child)]
        for child in in_circles:
            del self._parents[child]
        self._by_code = {area.code: area for area in self.areas.values()}
        self._children: dict[int | None, list[AreaOnDay]] = defaultdict(list)
        for pk, area in self.areas.items():
            self._children[self._parents.get(pk) if pk else None].append(area)

    def _above(self, pk: int) -> list[int]:
        """The areas it lies in, the nearest first."""
        found: list[int] = []
        while (parent := self._parents.get(pk)) is not None and parent not in found:
            found.append(parent)
            pk = parent
        return found

    def find(self, code: str) -> AreaOnDay | None:
        """The area, or the group of what is left of it; None: there is none on the day."""
        if code == OWN:
            return NOWHERE
        area = self._by_code.get(code.removeprefix(OWN))
        return rest_of(area) if area and code.startswith(OWN) else area

    def placed(self, area: AreaOnDay) -> str:
        """Its name with that of the area it lies in: communes share names."""
        above = self.path(area)[-1:]
        return PLACED.join(one.name for one in (area, *above))

    def called(self, text: str) -> list[AreaOnDay]:
        """Those under this name, alone or as `placed` writes it, in either language, accents aside."""
        wanted = fold(text)
        return [
            area
            for area in self.areas.values()
            if wanted
            and wanted in (fold(area.name_vi), fold(area.name_en), fold(self.placed(area)))
        ]

    def like(self, text: str) -> list[AreaOnDay]:
        """Those whose name holds these words."""
        words = fold(text).split()
        return [
            area
            for area in self.areas.values()
            if all(word in fold(f"{area.name_vi} {area.name_en} {area.code}") for word in words)
        ]

    def below(self, area: AreaOnDay | None) -> list[AreaOnDay]:
        """The areas right below it, sorted; of None, those that lie in nothing."""
        if area is None or (area.id is not None and not area.is_rest):
            return self._children.get(area.id if area else None, [])
        return []

    def within(self, area: AreaOnDay) -> frozenset[int | None]:
        """The areas in which a facility lies that is in it; None among them: in none at all."""
        if area.id is None or area.is_rest:
            return frozenset({area.id})
        found: set[int | None] = set()
        todo = [area]
        while todo:
            one = todo.pop()
            found.add(one.id)
            todo += self.below(one)
        return frozenset(found)

    def path(self, area: AreaOnDay) -> list[AreaOnDay]:
        """The areas above it, the largest first."""
        if area.id is None:
            return []
        above = [self.areas[pk] for pk in reversed(self._above(area.id))]
        return [*above, self.areas[area.id]] if area.is_rest else above

    def parts(self, area: AreaOnDay | None) -> list[AreaOnDay]:
        """What it falls into: the areas below it and what lies in none of them; together all of it.

        Of None, the whole: the areas that lie in nothing, or, where all lies in one, the parts of
        that one; and what lies nowhere on record.
        """
        if area is not None:
            below = self.below(area)
            return [*below, rest_of(area)] if below else [area]
        found, rests = self.below(None), [NOWHERE]
        while len(found) == 1 and self.below(found[0]):
            rests.insert(0, rest_of(found[0]))
            found = self.below(found[0])
        return [*found, *rests]

    def __iter__(self) -> Iterator[tuple[int, AreaOnDay]]:
        """Every area under the one it lies in, with how deep it lies."""
        todo = [(0, area) for area in reversed(self.below(None))]
        while todo:
            depth, area = todo.pop()
            yield depth, area
            todo += [(depth + 1, one) for one in reversed(self.below(area))]

    def __len__(self) -> int:
        return len(self.areas)


def rest_of(area: AreaOnDay) -> AreaOnDay:
    return replace(area, code=f"{OWN}{area.code}", is_rest=True)


class Areas:
    """The areas as known at a moment, on any day up to one: four queries."""

    def __init__(self, until: date, known_at: datetime | None = None) -> None:
        self._codes = {
            pk: (code, level) for pk, code, level in Area.objects.values_list("pk", "code", "level")
        }
        self._names: dict[int, list[tuple[date, str, str]]] = defaultdict(list)
        for pk, day, name_vi, name_en in AreaName.objects.in_force(until, known_at).values_list(
            "area_id", "effective_from", "name_vi", "name_en"
        ):
            self._names[pk].append((day, name_vi, name_en))
        self._parents: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for pk, day, parent in AreaParent.objects.in_force(until, known_at).values_list(
            "area_id", "effective_from", "parent_id"
        ):
            self._parents[pk].append((day, parent))
        # An area is there once a row speaks of it, be it only a facility that lies in it.
        self._since: dict[int, date] = {}
        lies_in = FacilityArea.objects.in_force(until, known_at).order_by()
        spoken_of = [
            *((pk, rows[0][0]) for pk, rows in self._names.items()),
            *((pk, rows[0][0]) for pk, rows in self._parents.items()),
            *((parent, day) for rows in self._parents.values() for day, parent in rows),
            *lies_in.values_list("area_id").annotate(Min("effective_from")),
        ]
        for pk, day in spoken_of:
            self._since[pk] = min(day, self._since.get(pk, day))
        self._days = sorted(self.days_of_change())
        self._trees: dict[int, AreaTree] = {}

    def on(self, day: date) -> AreaTree:
        """The tree of a day; made once for all days between two changes."""
        place = bisect_right(self._days, day)
        if place not in self._trees:
            self._trees[place] = self._tree(day)
        return self._trees[place]

    def days_of_change(self) -> set[date]:
        """The days on which an area begins, or lies in another one."""
        moved = {day for rows in self._parents.values() for day, _parent in rows}
        renamed = {row[0] for rows in self._names.values() for row in rows}
        return moved | renamed | set(self._since.values())

    def _tree(self, day: date) -> AreaTree:
        areas = []
        for pk, since in self._since.items():
            if since > day:
                continue
            named = [row for row in self._names.get(pk, ()) if row[0] <= day][-1:]
            _day, name_vi, name_en = named[0] if named else (day, "", "")
            areas.append(AreaOnDay(pk, *self._codes[pk], name_vi, name_en))
        parents = {
            pk: begun[-1]
            for pk, rows in self._parents.items()
            if (begun := [parent for since, parent in rows if since <= day])
        }
        return AreaTree(areas, parents)


@once_per_as_of
def areas_of(as_of: AsOf) -> Areas:
    """The areas of its days; by a map, those of the map's day."""
    return Areas(as_of.map_on or as_of.until, as_of.known_at)


def tree_on(as_of: AsOf, day: date) -> AreaTree:
    """By a map, the same tree on every day."""
    return areas_of(as_of).on(as_of.map_on or day)


def lying_in(as_of: AsOf, code: str) -> frozenset[int]:
    """The facilities that lie in the area on the day; those closed by then, where they last lay.

    What carries on for others lies where it lies itself, and they with it.
    """
    tree = tree_on(as_of, as_of.until)
    area = tree.find(code)
    if area is None:
        return frozenset()
    inside = tree.within(area)
    return frozenset(
        pk
        for pk, facility in as_of.so_far(as_of.until).items()
        if facility.area_id in inside and as_of.descent.heir(pk) == pk
    )


def in_area(as_of: AsOf, code: str) -> AsOf:
    """The same day, of the facilities that lie in the area on it; an empty code: of all."""
    return as_of.only_of(lying_in(as_of, code)) if code else as_of


class Above:
    """On any day up to one, the areas that an area lies in: one query.

    What was said of an area on a day was said of where it lay then, whatever map is looked at. An
    area that only the map knows lies, on the days before it, where it lay first.
    """

    def __init__(self, as_of: AsOf) -> None:
        self._by_map = as_of.map_on is not None
        self._parents: dict[int, list[tuple[date, int]]] = defaultdict(list)
        until = max(as_of.until, as_of.map_on or as_of.until)
        rows = AreaParent.objects.in_force(until, as_of.known_at)
        for area, day, parent in rows.values_list("area_id", "effective_from", "parent_id"):
            self._parents[area].append((day, parent))

    def of(self, area: int | None, day: date) -> Iterator[int]:
        """The area and those it lies in on the day, the nearest first; None lies in nothing."""
        seen: set[int] = set()
        while area is not None and area not in seen:
            seen.add(area)
            yield area
            rows = self._parents.get(area, [])
            begun = [row for row in rows if row[0] <= day] or (rows[:1] if self._by_map else [])
            area = begun[-1][1] if begun else None

    def days_of_change(self) -> set[date]:
        """The days on which an area comes to lie in another one."""
        return {day for rows in self._parents.values() for day, _parent in rows}


@once_per_as_of
def above(as_of: AsOf) -> Above:
    return Above(as_of)


def facilities_within(area_ids: Iterable[int], on: date) -> dict[int, frozenset[int]]:
    """For each area the facilities that lie in it or in an area within it: two queries, or none.

    A facility of which no area is known lies in none. One that was merged stays where it last lay,
    as an officer's assignment stays with the facility it names. Asked for rights, on every request of
    somebody with a role of an area: the tree above also reads names, and heirs count where they lie.
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


def areas_above(area_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """For each area itself and those it lies in, the nearest first: one query."""
    parents = dict(AreaParent.objects.in_force(on).values_list("area_id", "parent_id"))
    return {area: _with_all_above(area, parents) for area in area_ids}


def areas_within(
    area_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, frozenset[int]]:
    """For each area itself and all that lie in it: one query, or none."""
    asked = set(area_ids)
    if not asked:
        return {}
    rows = AreaParent.objects.in_force(on, known_at).values_list("area_id", "parent_id")
    parents = dict(rows)
    found: dict[int, set[int]] = {area: {area} for area in asked}
    for area in parents:
        for above in asked.intersection(_with_all_above(area, parents)):
            found[above].add(area)
    return {area: frozenset(below) for area, below in found.items()}


def _with_all_above(area: int, parents: dict[int, int]) -> list[int]:
    """The area and those it lies in; a circle entered by mistake ends where it closes."""
    seen: list[int] = []
    here: int | None = area
    while here is not None and here not in seen:
        seen.append(here)
        here = parents.get(here)
    return seen
