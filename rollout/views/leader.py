"""The leader page: the province on one screen and one sheet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connectivity.models import Partner
from facilities.register import Register
from rollout import charts
from rollout.cache import cached_progress
from rollout.day import Day
from rollout.deadlines import deadlines
from rollout.directives import directives
from rollout.measures import BY_CODE
from rollout.models import Milestone, WorkingSession
from rollout.obstacles import obstacles
from rollout.progress import FacilityResult, MeasureResult, Progress
from rollout.stages import FacilityStage
from rollout.templatetags.figures import day_of_year
from rollout.views.curve import curve_of
from rollout.views.figure import counted
from rollout.views.matrix import COLUMNS, holds_of, matrix
from rollout.views.page import kept, page

STALE_AFTER = timedelta(days=30)
AHEAD = timedelta(days=14)
MOST_ROWS = 60  # of the matrix; a larger province sees those in most trouble first


@dataclass(frozen=True, slots=True)
class Tile:
    """`first` is the figure in large type; `others` are (short label, figure) below it."""

    title: str
    first: MeasureResult
    others: tuple[tuple[str, MeasureResult], ...] = ()
    note: str = ""


@page(lambda access: access.sees_summary, section="leader")
def leader(request, day, access):
    content = kept(
        "rollout/_leader.html",
        day,
        access.sees_programme,
        build=lambda: _content(day, sees_programme=access.sees_programme),
    )
    return "rollout/leader.html", {"content": content}


def _content(day: Day, *, sees_programme: bool) -> dict:
    progress = cached_progress(day.on, known_at=day.known_at, compare=day.compare)
    register = Register(day.on, day.known_at)
    open_obstacles = [o for o in obstacles(register) if o.cleared_on is None]
    sessions = list(
        WorkingSession.objects.known(day.known_at).order_by("held_on").values_list("held_on", flat=True)
    )
    law = next((d for d in progress.deadlines if d.days_left >= 0), None)
    return {
        "progress": progress,
        "official": progress.measure("official"),
        "law": law,
        "presets": _presets(sessions),
        "stale": progress.newest_on is not None and day.on - progress.newest_on > STALE_AFTER,
        "stages": _stages(progress),
        "tiles": _tiles(progress),
        "counted": counted(progress),
        "columns": list(COLUMNS.values()),
        "rows": matrix(progress.facilities[:MOST_ROWS], holds_of(open_obstacles)),
        "more": max(0, len(progress.facilities) - MOST_ROWS),
        "decisions": _decisions(day, progress, open_obstacles, law) if sees_programme else None,
        "curve": curve_of(BY_CODE["official"], day, progress),
        "upcoming": _upcoming(register),
    }


def _presets(sessions: list[date]) -> list[dict]:
    """The days of the working sessions, each held against the one before."""
    return [
        {"on": on, "compare": before}
        for before, on in zip([None, *sessions], sessions, strict=False)
    ]


# From the furthest to the first: one tone each in the strip under the headline.
STAGES = (
    ("official", gettext_lazy("in official use"), (FacilityStage.ANNOUNCED, FacilityStage.OFFICIAL)),
    (
        "council",
        gettext_lazy("being evaluated"),
        (
            FacilityStage.DECISION_SIGNED,
            FacilityStage.COUNCIL_PASSED,
            FacilityStage.COUNCIL_CONDITIONS,
            FacilityStage.COUNCIL_SCHEDULED,
            FacilityStage.COUNCIL_FAILED,
            FacilityStage.SELF_ASSESSED,
        ),
    ),
    ("launched", gettext_lazy("launched"), (FacilityStage.LAUNCHED,)),
    ("piloting", gettext_lazy("piloting"), (FacilityStage.PILOTING,)),
    ("preparing", gettext_lazy("preparing"), (FacilityStage.PREPARING, FacilityStage.NOT_STARTED)),
)


def _stages(progress: Progress) -> dict:
    by_stage = Counter(facility.stage for facility in progress.facilities)
    counts = [
        (css, label, count)
        for css, label, stages in STAGES
        if (count := sum(by_stage[stage] for stage in stages))
    ]
    return {
        "counts": counts,
        "strip": charts.strip([(css, n) for css, _label, n in counts], len(progress.facilities)),
    }


def _tiles(progress: Progress) -> list[Tile]:
    measure = progress.measure
    partner = Partner.objects.filter(counted=True).first()
    return [
        Tile(_("Servers"), measure("servers"), note=_bidding(measure("servers"))),
        Tile(_("Devices"), measure("devices")),
        Tile(
            _("Signatures registered"),
            measure("signatures_registered"),
            (
                (_("issued"), measure("signatures_issued")),
                (_("tested"), measure("signatures_authenticated")),
            ),
        ),
        Tile(_("Launched or piloting"), measure("launched")),
        Tile(_("Official use"), measure("official"), note=_councils(progress)),
        Tile(
            partner.name if partner else _("Data link"),
            measure("connected_public"),
            ((_("private linked"), measure("connected_private")),),
        ),
    ]


def _bidding(servers: MeasureResult) -> str:
    if not servers.begun:
        return ""
    if servers.expected_by is None:
        return ngettext("%(count)s in procurement", "%(count)s in procurement", servers.begun) % {
            "count": servers.begun
        }
    return ngettext(
        "%(count)s in bidding until %(day)s", "%(count)s in bidding until %(day)s", servers.begun
    ) % {"count": servers.begun, "day": day_of_year(servers.expected_by)}


def _councils(progress: Progress) -> str:
    awaited = sum(facility.council_on is not None for facility in progress.facilities)
    if not awaited:
        return ""
    return ngettext(
        "%(count)s council meeting fixed", "%(count)s council meetings fixed", awaited
    ) % {"count": awaited}


def _decisions(day: Day, progress: Progress, open_obstacles: list, law) -> dict:
    opened = [d for d in directives(day.on, day.known_at) if d.closed_on is None]
    return {
        "overdue": [(d, d.days_late(day.on)) for d in opened if d.days_late(day.on)],
        "undated": [d for d in opened if d.due_on is None],
        "obstacles": [
            (obstacle, min((h.since for h in obstacle.holds if h.until is None), default=None))
            for obstacle in open_obstacles
        ],
        "too_late": list(_too_late(progress, law)) if law else [],
    }


def _too_late(progress: Progress, law) -> Iterator[tuple[FacilityResult, date | None]]:
    """Facilities whose plan misses the deadline: with the day planned, or None without a plan."""
    for facility in progress.facilities:
        for milestone in facility.milestones:
            if milestone.code != Milestone.OFFICIAL or milestone.actual:
                continue
            if milestone.target is None or milestone.target > law.due_on:
                yield facility, milestone.target


def _upcoming(register: Register) -> list[dict]:
    """What is due from the day on, for two weeks: (day, what, where)."""
    on = register.until
    facilities = {facility.id: facility for facility in register.on(on)}
    found = []
    for deadline in deadlines(register):
        if deadline.done_on is None and on <= deadline.due_on <= on + AHEAD:
            facility = facilities.get(deadline.facility_id)
            found.append({"on": deadline.due_on, "what": deadline.what, "facility": facility})
    return sorted(found, key=lambda d: (d["on"], str(d["what"])))
