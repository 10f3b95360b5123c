"""Of several provinces, which one a reader is limited to, and what to call what they look at.

Whoever holds roles in one province alone looks at it everywhere, without asking for it, and at nothing
of another one. With one province there is nothing to decide here, and nothing is asked.
"""

from dataclasses import replace
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from facilities.areas import AreaOnDay, areas_above
from facilities.models import Area, FacilityArea
from facilities.permissions import Access, Places
from rollout.day import Day, areas_on
from rollout.figures.cached import remembered
from rollout.models import WorkingSession
from rollout.programme.provinces import (
    Province,
    Provinces,
    names_of_all,
    province_of,
    provinces_on,
)


def steered(day: Day) -> Provinces:
    """The provinces of the day, kept until a fact changes."""
    on, known_at = day.map_on or day.on, day.known_at
    return remembered("provinces", on, known_at, compute=lambda: provinces_on(on, known_at))


def names_for(day: Day, provinces: Provinces) -> tuple[str, str]:
    """What is looked at, for the head of a page, in Vietnamese and English: the province, or all of them."""
    if day.own and day.own.code not in {one.code for one in provinces}:
        return day.own.name_vi or day.own.code, day.own.name_en  # before its first day
    if len(provinces) > 1 and day.area:
        found = province_of(provinces, areas_on(day), day.area_code)
        if found:
            return found.names
    return names_of_all(provinces)


def narrowed(day: Day, access: Access) -> Day:
    """The day as this reader may look at it. Raises PermissionDenied for an area outside their provinces."""
    if _is_everywhere(access):
        return day
    provinces = provinces_on(day.today)
    if len(provinces) < 2:
        return day
    mine = _provinces_of(access, provinces, day.today)
    if not mine or len(mine) == len(provinces):
        return day
    if day.area and not _lies_in(day.area, mine, day.today):
        raise PermissionDenied(outside_the_province())
    own = [_as_area(one, day) for one in mine]
    if len(own) == 1:
        return replace(day, area=day.area or own[0], own=own[0])
    return replace(day, area=day.area or own[0])


def provinces_open(day: Day, access: Access) -> Provinces:
    """The provinces of the day that this reader may look at side by side."""
    provinces = steered(day)
    if len(provinces) < 2 or _is_everywhere(access):
        return provinces
    mine = {one.code for one in _provinces_of(access, provinces_on(day.today), day.today)}
    return tuple(one for one in provinces if not mine or one.code in mine)


def outside_the_province() -> str:
    """Why something of another province is not open."""
    return _("This is of another province than yours.")


def refuse_outside(day: Day, facility_id: int | None) -> None:
    """Raises PermissionDenied for a facility that lies outside the one province the reader is limited to."""
    if day.own is None or facility_id is None:
        return
    lies_in = FacilityArea.objects.in_force(day.today).filter(facility=facility_id).last()
    above = areas_above([lies_in.area_id], day.today)[lies_in.area_id] if lies_in else []
    if day.own.id not in above:
        raise PermissionDenied(outside_the_province())


def sessions_of(day: Day) -> QuerySet[WorkingSession]:
    """The working sessions known on the day; of several provinces, those of the one that is looked at."""
    rows = WorkingSession.objects.known(day.known_at)
    if not day.area:
        return rows
    provinces = steered(day)
    if len(provinces) < 2:
        return rows
    found = province_of(provinces, areas_on(day), day.area_code)
    return rows.filter(programme__in=found.programmes if found else ())


def sessions_for(day: Day, access: Access) -> QuerySet[WorkingSession]:
    """Those among them that this reader may read."""
    rows, open_to = sessions_of(day), programmes_in(access.sessions_read, day)
    return rows if open_to is None else rows.filter(programme__in=open_to)


def programmes_in(areas: Places, day: Day) -> Places:
    """The programmes of these provinces today; None: every programme, and what is of none."""
    if not areas:
        return areas
    provinces = provinces_on(day.today)
    return frozenset(pk for one in provinces if one.area_id in areas for pk in one.programmes)


def names_of_programmes(provinces: Provinces) -> dict[int, str]:
    """What to choose from by name: of each province the programme that stands for it."""
    return {min(one.programmes): one.name for one in provinces}


def _is_everywhere(access: Access) -> bool:
    """Some role without a place, or of an agency, which may work for every province."""
    return any(grant.facility_ids is None or grant.agency_id is not None for grant in access.grants)


def _provinces_of(access: Access, provinces: Provinces, on: date) -> list[Province]:
    """Those in which a role is held today. A place of no province on record limits to nothing."""
    of_facilities = {
        pk for grant in access.grants if grant.area_id is None for pk in grant.facility_ids or ()
    }
    areas = {grant.area_id for grant in access.grants if grant.area_id is not None}
    if of_facilities:
        lies_in = FacilityArea.objects.in_force(on).filter(facility__in=of_facilities)
        areas |= set(dict(lies_in.values_list("facility_id", "area_id")).values())
    held = {pk for above in areas_above(areas, on).values() for pk in above}
    return [one for one in provinces if held & {one.area_id, *one.begun_in}]


def _lies_in(area: AreaOnDay, provinces: list[Province], on: date) -> bool:
    if area.id is None:
        return False
    above = areas_above([area.id], on)[area.id]
    return any(one.area_id in above for one in provinces)


def _as_area(province: Province, day: Day) -> AreaOnDay:
    """As the tree of the day has it; before its first day, as it is today."""
    found = areas_on(day).find(province.code)
    level = Area.Level.PROVINCE.value
    return found or AreaOnDay(province.area_id, province.code, level, *province.names)
