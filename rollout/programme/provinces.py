"""The provinces that this installation steers, on any day: the one answer for pages, papers and figures.

Two programmes that steer the same area by the day, because one province has become part of the other,
are one province from that day on; the days before keep two.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import pgettext

from facilities.areas import AreaTree
from facilities.folding import sort_key
from facilities.models import Area, AreaName
from facilities.models.places import in_language
from rollout.models import Programme, ProgrammeArea, WorkingSession


@dataclass(frozen=True, slots=True)
class Province:
    """One province on a day. `programmes`: whose sessions are its own; names are empty where unknown."""

    code: str  # of its area: what `area` asks for in an address
    area_id: int
    name_vi: str
    name_en: str
    programmes: frozenset[int]
    begun_in: frozenset[int]  # the areas that its programmes began with, its own among them or not

    @property
    def name(self) -> str:
        return in_language(*self.names)

    @property
    def names(self) -> tuple[str, str]:
        """In Vietnamese and in English; its code without a name."""
        return (self.name_vi, self.name_en) if self.name_vi else (self.code, "")


Provinces = tuple[Province, ...]


def provinces_on(on: date, known_at: datetime | None = None) -> Provinces:
    """The provinces steered on that day, sorted by name. One query.

    A province is there from the day on which it is called something, and known from the moment at
    which its programme was begun. The first one always is; and all are, where none is called anything.
    """
    decided = ProgrammeArea.objects.in_force(on, known_at).filter(programme=OuterRef("pk"))
    named = AreaName.objects.in_force(on, known_at).filter(area=OuterRef("steered"))
    rows = {
        row.pk: row
        for row in Programme.objects.annotate(
            steered=Coalesce(
                Subquery(_newest(decided).values("area")[:1]),
                F("area"),
                output_field=BigIntegerField(),
            ),
            code=Subquery(Area.objects.filter(pk=OuterRef("steered")).values("code")[:1]),
            called_vi=Subquery(_newest(named).values("name_vi")[:1]),
            called_en=Subquery(_newest(named).values("name_en")[:1]),
        ).order_by("begun_at", "pk")
    }
    begun = [pk for pk, row in rows.items() if known_at is None or row.begun_at <= known_at]
    rows = {pk: rows[pk] for pk in begun or [*rows][:1]}
    merged: dict[int, list[int]] = {}
    for pk in rows:
        merged.setdefault(_end(pk, rows), []).append(pk)
    found = [
        Province(
            code=rows[end].code,
            area_id=rows[end].steered,
            name_vi=rows[end].called_vi or "",
            name_en=rows[end].called_en or "",
            programmes=frozenset(pks),
            begun_in=frozenset(rows[pk].area_id for pk in pks),
        )
        for end, pks in merged.items()
    ]
    called = [one for one in found if one.name_vi]
    return tuple(sorted(called or found, key=lambda one: (sort_key(one.names[0]), one.code)))


def _newest(rows: QuerySet) -> QuerySet:
    return rows.order_by("-effective_from", "-recorded_at", "-pk")


def _end(pk: int, rows: dict) -> int:
    """The programme that stands for what this one steers by now, however many mergers led there."""
    begun_in = {row.area_id: one for one, row in rows.items()}
    # Of two that steer a province which is nobody's own, the older stands for both.
    steers: dict[int, int] = {}
    for one, row in rows.items():
        steers.setdefault(row.steered, one)
    seen: set[int] = set()
    while pk not in seen:
        seen.add(pk)
        steered = rows[pk].steered
        pk = begun_in.get(steered, steers[steered])
    return pk


def names_of_all(provinces: Provinces) -> tuple[str, str]:
    """What they are called together, in Vietnamese and English: one by its own name; none: nothing."""
    if not provinces:
        return "", ""
    if len(provinces) == 1:
        return provinces[0].names
    with translation.override("vi"):
        vietnamese = pgettext("heading of several provinces", "All provinces")
    with translation.override("en"):
        return vietnamese, pgettext("heading of several provinces", "All provinces")


def names_on(on: date, known_at: datetime | None = None) -> tuple[str, str]:
    """What the installation steers is called on that day. One query."""
    return names_of_all(provinces_on(on, known_at))


def province_of(provinces: Provinces, tree: AreaTree, area_code: str) -> Province | None:
    """The province that an area is, or lies in, by the tree of the day. None: none of them, or no area."""
    area = tree.find(area_code) if area_code else None
    if area is None:
        return None
    by_area = {pk: one for one in provinces for pk in (*one.begun_in, one.area_id)}
    nearest_first = [area, *reversed(tree.path(area))]
    found = (by_area.get(place.id) for place in nearest_first if place.id is not None)
    return next((one for one in found if one), None)


def programmes_at(area: str, on: date, known_at: datetime | None = None) -> frozenset[int]:
    """The programmes of one province among several, by the code of its area.

    None for an area within it, for the whole, and where there is one province alone: it has them all.
    """
    provinces = provinces_on(on, known_at) if area else ()
    found = [one.programmes for one in provinces if one.code == area and len(provinces) > 1]
    return found[0] if found else frozenset()


def province_of_session(
    session: WorkingSession, on: date, known_at: datetime | None = None
) -> Province | None:
    """Of several provinces the one that a session was held for. None: there is one alone, or nobody said."""
    provinces = provinces_on(on, known_at)
    if len(provinces) < 2:
        return None
    return next((one for one in provinces if session.programme_id in one.programmes), None)
