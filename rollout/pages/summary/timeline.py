"""Every facility's way along the months: first plan, plan that holds, what happened, the slip."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.results import FacilityResult
from rollout.forecasting import cached_forecast
from rollout.models import Milestone
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, kept, number_of_page, page
from rollout.pages.summary.lanes import Axis, lane
from rollout.pages.summary.since import since
from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.must_start import law_of

EVERY = ""  # milestone chosen: all of them, the words then speak of official use
LANES_A_PAGE = 20
CHOICES = {EVERY: pgettext_lazy("milestones", "all")} | {
    milestone.value: milestone.label for milestone in Milestone
}


STATES = ("done", "under_way", "late", "blocked", "not_begun", "unknown")


@dataclass(frozen=True, slots=True)
class Lane:
    """`end`: the milestone whose days stand in words beside the drawing."""

    facility: FacilityResult
    drawing: SafeString
    end: MilestoneOnDay


@dataclass(frozen=True, slots=True)
class Slips:
    """How far plans have moved, over the facilities that have a first plan."""

    planned: int
    later: int
    middle: int | None  # days, of those planned
    most: int | None

    @classmethod
    def of(cls, milestones: Sequence[MilestoneOnDay]) -> "Slips":
        found = [one.slip_days for one in milestones if one.slip_days is not None]
        return cls(
            planned=len(found),
            later=sum(days > 0 for days in found),
            middle=round(median(found)) if found else None,
            most=max(found, default=None),
        )


@page(lambda access: access.sees_summary, section="timeline", by_area=True)
def timeline(request: SignedIn, day: Day, access: Access) -> Page:
    chosen = request.GET.get("show", EVERY)
    chosen = chosen if chosen in CHOICES else EVERY
    number = number_of_page(request)
    context = kept(
        "summary/_timeline.html",
        day,
        chosen,
        number,
        access.sees_programme,
        build=lambda: _content(request, day, chosen, foreseen=access.sees_programme),
    )
    return "summary/timeline.html", context


def _content(request: SignedIn, day: Day, chosen: str, *, foreseen: bool) -> dict:
    """Those in most trouble first, as in the matrix. `foreseen`: the reader may see the forecast."""
    progress = cached_progress(
        day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on, area=day.area_code
    )
    as_of = day.as_of()
    wanted = chosen or Milestone.OFFICIAL.value
    ends = [milestone for f in progress.facilities if (milestone := _of(f, wanted))]
    rows = paged(request, progress.facilities, LANES_A_PAGE)
    bands = {}
    if foreseen and wanted == Milestone.OFFICIAL:
        bands = {
            one.facility.id: (one.likely_on, one.safe_on)
            for one in cached_forecast(as_of).facilities
            if one.likely_on and one.safe_on
        }
    drawn = {
        facility.id: [m for m in facility.milestones if chosen in (EVERY, m.code)]
        for facility in rows
    }
    days = [
        when
        for milestones in drawn.values()
        for one in milestones
        for when in (one.baseline, one.target, one.actual)
    ]
    axis = Axis.around(
        [*days, *(when for band in bands.values() for when in band)], day.on, law_of(as_of)
    )
    before = (
        cached_progress(day.compare, known_at=day.known_at, map_on=day.map_on, area=day.area_code)
        if day.compare and day.compare < day.on
        else None
    )
    return {
        "since": since(before, progress) if before else None,
        "show": chosen,
        "choices": CHOICES.items(),
        "wanted": CHOICES[wanted],
        "axis": axis,
        "slips": Slips.of(ends),
        "done": sum(one.actual is not None for one in ends),
        "total": len(progress.facilities),
        "missing": "" if progress.facilities else "facilities",
        "rows": rows,
        "lanes": [
            Lane(f, lane(axis, drawn[f.id], bands.get(f.id)), end)
            for f in rows
            if (end := _of(f, wanted))
        ],
        "foreseen": bool(bands),
        "states": STATES,
    }


def _of(facility: FacilityResult, code: str) -> MilestoneOnDay | None:
    return next((one for one in facility.milestones if one.code == code), None)
