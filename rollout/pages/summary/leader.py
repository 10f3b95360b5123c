"""The leader page: the province on one screen and one sheet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connectivity.models import ConnectionStep, Partner
from equipment.models import Hosting
from facilities.as_of import AsOf, described_anew
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures import awaited
from rollout.figures.cached import cached_progress
from rollout.figures.due import Due, due
from rollout.figures.measures import BY_CODE
from rollout.figures.reader import sessions_of
from rollout.figures.results import FacilityResult, MeasureResult, Progress
from rollout.forecasting import Levers, cached_forecast
from rollout.forecasting.finding import deadline_of, finding
from rollout.models import Milestone
from rollout.pages.areas import choice_of_areas
from rollout.pages.calls import with_calls
from rollout.pages.page import Page, SignedIn, kept, page
from rollout.pages.start import is_wanted
from rollout.pages.summary import charts
from rollout.pages.summary.areas import AreaRows
from rollout.pages.summary.curve import curve_of
from rollout.pages.summary.figure import counted
from rollout.pages.summary.matrix import COLUMNS, holds_of, matrix
from rollout.programme.councils import fixed, unruled
from rollout.programme.directives import DirectiveOnDay
from rollout.programme.legal import LegalDeadlineOnDay
from rollout.programme.obstacles import obstacles
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.provinces import programmes_at
from rollout.programme.reporting import RULE
from rollout.programme.stages import FacilityStage
from rollout.templatetags.figures import day_near, number

AHEAD = timedelta(days=14)
CLEARED_IN = timedelta(days=28)  # what clearing an obstacle brings is told of four weeks on
MOST_DECISIONS = 5  # of each kind
MOST_ON_PHONE = 2  # of each kind, before the reader asks for all: as in static/css/parts.css
MOST_UPCOMING = 15
MOST_ROWS = 30  # of the matrix; a larger province sees its areas first
MOST_WORST = 10  # facilities of a larger province that are named


@dataclass(frozen=True, slots=True)
class Tile:
    """`first` is the figure in large type; `others` are (short label, figure) below it."""

    title: str
    first: MeasureResult
    others: tuple[tuple[str, MeasureResult], ...] = ()
    note: str = ""
    note_state: str = "under_way"
    shows: str = "open"  # which rows the note counts: of the measure's page, or of the councils'
    of_councils: bool = False
    of_connections: bool = False


@page(lambda access: access.sees_summary, section="leader", by_area=True, stored=False)
def leader(request: SignedIn, day: Day, access: Access) -> Page:
    if is_wanted(access):
        return redirect("rollout:start")
    context = kept(
        "summary/_leader.html",
        day,
        access.sees_programme,
        access.sees_all_rows,
        access.issues_directives,
        access.keeps_programme,
        build=lambda: (
            content_of(day, sees_programme=access.sees_programme, in_full=access.sees_all_rows)
            | {"directs": access.issues_directives, "convenes": access.keeps_programme}
        ),
    )
    content = mark_safe(with_calls(context["content"], access, day))  # noqa: S308 drawn by templates
    return "summary/leader.html", context | {"content": content}


def content_of(day: Day, *, sees_programme: bool, in_full: bool) -> dict:
    """`in_full`: the reader may know of every facility why it stands where it stands."""
    sessions = list(sessions_of(day).order_by("held_on").values_list("held_on", flat=True))
    compare = held_against(day, sessions)
    progress = cached_progress(
        day.on, known_at=day.known_at, compare=compare, map_on=day.map_on, area=day.area_code
    )
    owed = due(day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code)
    as_of = day.as_of()
    open_obstacles = [o for o in obstacles(as_of) if o.cleared_on is None]
    law = deadline_of(progress)
    forecast = cached_forecast(as_of)
    opened = []
    if sees_programme:
        programmes = programmes_at(day.area_code, day.on, day.known_at)
        opened = [d for d in directives_of(as_of, programmes) if d.closed_on is None]
    open_to_decide = len(open_obstacles) if sees_programme else 0
    is_large = len(progress.facilities) > MOST_ROWS
    shown = progress.facilities[: MOST_WORST if is_large else MOST_ROWS]
    return {
        "finding": finding(day.on, forecast, law, opened, open_to_decide, in_full=in_full),
        "missing": "" if progress.facilities else "facilities",
        "compare": compare,
        "areas": choice_of_areas(day),
        "forecast": forecast,
        "progress": progress,
        "official": progress.measure("official"),
        "law": law,
        "days_past": law.days_past if law else 0,
        "presets": _presets(sessions),
        "maps": _maps(day),
        "stale": progress.is_stale,
        "stages": _stages(progress),
        "tiles": _tiles(progress, owed, as_of, sees_programme=sees_programme),
        "counted": counted(progress, _planned(as_of, progress)),
        "columns": list(COLUMNS.values()),
        "lying_in": AreaRows.of(day, progress) if is_large else None,
        "rows": [] if is_large else matrix(shown, holds_of(open_obstacles) if in_full else None),
        "worst": shown if is_large else (),
        "in_full": in_full,
        "sees_deadlines": sees_programme,
        "decisions": _decisions(as_of, progress, owed, opened, open_obstacles, law)
        if sees_programme
        else None,
        "curve": curve_of(BY_CODE["official"], replace(day, compare=compare), progress, forecast),
        "upcoming": _upcoming(owed, day.on, in_full=in_full),
    }


def held_against(day: Day, sessions: list[date]) -> date | None:
    """The day asked for, or else that of the latest working session before.

    A day held against itself says nothing. Links do not carry what nobody asked for.
    """
    if day.alone or (day.compare and day.compare != day.on):
        return day.compare
    return max((held_on for held_on in sessions if held_on < day.on), default=None)


def _presets(sessions: list[date]) -> list[dict]:
    """The days of the working sessions, each held against the one before."""
    return [
        {"on": on, "compare": before}
        for before, on in zip([None, *sessions], sessions, strict=False)
    ]


def _maps(day: Day) -> list[tuple[str, str, bool]]:
    """The choice between the map of the day and today's: words, parameter, whether chosen.

    Empty where both are the same.
    """
    if not day.map_on and not described_anew(day.on, day.today, day.known_at):
        return []
    return [
        (_("by the list of that day"), "", day.map_on is None),
        (_("by today's list"), "today", day.map_on is not None),
    ]


# From the furthest to the first: one tone each in the strip under the headline.
STAGES = (
    ("official", gettext_lazy("official"), (FacilityStage.ANNOUNCED, FacilityStage.OFFICIAL)),
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
    ("unknown", gettext_lazy("not known"), (FacilityStage.UNKNOWN,)),
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


def _planned(as_of: AsOf, progress: Progress) -> Counter[str]:
    """Of each way of hosting, how many facilities chose it whose servers are not accepted yet."""
    modes: dict[int, str] = {}
    rows = as_of.facts(Hosting).order_by("happened_on", "pk")
    for facility_id, mode in rows.values_list("facility_id", "mode"):
        modes[facility_id] = mode
    return Counter(
        f"hosting:{modes[one.id]}"
        for one in progress.facilities
        if one.id in modes and one.measures["servers"].state not in ("done", "unknown")
    )


def _in_use(as_of: AsOf, progress: Progress) -> int:
    """How many public facilities with a connection have sent a first message to the counted partner."""
    sent = set(
        as_of.facts(ConnectionStep)
        .filter(partner__counted=True, step=ConnectionStep.Step.FIRST_MESSAGE)
        .values_list("facility_id", flat=True)
    )
    return sum(
        one.id in sent
        for one in progress.facilities
        if (cell := one.measures.get("connected_public")) and cell.done
    )


def _tiles(progress: Progress, owed: Due, as_of: AsOf, *, sees_programme: bool) -> list[Tile]:
    measure = progress.measure
    partner = Partner.objects.filter(counted=True).first()
    connected, used = measure("connected_public"), _in_use(as_of, progress)
    # Set up is not yet in use.
    told = (
        ngettext(
            "in use: %(count)s has sent a message",
            "in use: %(count)s have sent a message",
            used,
        )
        % {"count": number(used)}
        if connected.done
        else ""
    )
    return [
        _servers(progress),
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
        _official(progress, owed, sees_programme=sees_programme),
        Tile(
            partner.name if partner else _("Data link"),
            connected,
            ((_("private linked"), measure("connected_private")),),
            note=told,
            note_state="done" if used >= connected.done else "under_way",
            of_connections=sees_programme,
        ),
    ]


def _servers(progress: Progress) -> Tile:
    """With those still to get servers, the worst of them: past the day, in bidding, on order."""
    servers = progress.measure("servers")
    missing = progress.awaited["servers"]

    def tile(why: str, note: str, state: str = "under_way") -> Tile:
        return Tile(_("Servers"), servers, note=note, note_state=state, shows=why)

    def told(why: str) -> dict[str, Any]:
        days = [one.day for one in missing if one.why == why and one.day]
        count = sum(one.why == why for one in missing)
        return {"count": count, "day": day_near(max(days, default=None), progress.on)}

    if (late := told(awaited.BIDDING_LATE))["count"]:
        # Translators: at most 28 characters, or it breaks the tile on a phone.
        words = ngettext(
            "%(count)s was to end bidding by %(day)s",
            "%(count)s were to end bidding by %(day)s",
            late["count"],
        )
        return tile(awaited.BIDDING_LATE, words % late, "late")
    if (ahead := told(awaited.BIDDING))["count"]:
        # Translators: at most 24 characters, or it breaks the tile on a phone.
        words = ngettext(
            "%(count)s to finish bidding by %(day)s",
            "%(count)s to finish bidding by %(day)s",
            ahead["count"],
        )
        return tile(awaited.BIDDING, words % ahead)
    if (ended := told(awaited.AWARDED))["count"]:
        words = ngettext("%(count)s on order", "%(count)s on order", ended["count"])
        return tile(awaited.AWARDED, words % ended)
    return tile("open", "")


def _official(progress: Progress, owed: Due, *, sees_programme: bool) -> Tile:
    """With the meetings to come, or, worse, those whose day has passed without a ruling."""
    waiting = owed.awaited_meetings()
    passed, to_come = len(unruled(waiting, progress.on)), len(fixed(waiting, progress.on))
    note = ""
    if passed:
        note = ngettext(
            "%(count)s council without conclusion", "%(count)s councils without conclusion", passed
        ) % {"count": passed}
    elif to_come:
        note = ngettext(
            "%(count)s council meeting fixed", "%(count)s council meetings fixed", to_come
        ) % {"count": to_come}
    shows = "unruled" if passed else "fixed"
    return Tile(
        _("Official use"),
        progress.measure("official"),
        note=note,
        note_state="late" if passed else "under_way",
        shows=shows if sees_programme else "open",
        of_councils=sees_programme,
    )


def _decisions(
    as_of: AsOf,
    progress: Progress,
    owed: Due,
    opened: list[DirectiveOnDay],
    open_obstacles: list,
    law: LegalDeadlineOnDay | None,
) -> dict:
    """The worst of each kind, and how many more there are."""
    overdue = [(d, late) for d in opened if (late := d.days_late(as_of.until))]
    undated = [(d, 0) for d in opened if d.due_on is None]
    kinds = {
        "directives": _first([*overdue, *undated], MOST_DECISIONS),
        "obstacles": _with_gains(as_of, _first(open_obstacles, MOST_DECISIONS)),
        "councils": _first(_without_council(progress, owed), MOST_DECISIONS),
        "too_late": _first(list(_too_late(progress, law)), MOST_DECISIONS),
    }
    return kinds | {
        "first_undated": undated[0][0].code if undated else "",
        "is_long": any(kind and len(kind["rows"]) > MOST_ON_PHONE for kind in kinds.values()),
    }


def _with_gains(as_of: AsOf, found: dict | None) -> dict | None:
    """Each obstacle with what it brings to clear it within four weeks."""
    if not found:
        return None
    levers, by = Levers.of(as_of), as_of.until + CLEARED_IN
    rows = [(one, levers.cleared(one.standing_holds, by)) for one in found["rows"]]
    return found | {"rows": rows}


def _without_council(progress: Progress, owed: Due) -> list[FacilityResult]:
    """Those that have assessed themselves, and of whose council no day is fixed."""
    fixed_for = {one.facility_id for one in owed.awaited_meetings()}
    found = []
    for facility in progress.facilities:
        by_code = {one.code: one for one in facility.milestones}
        council = by_code.get(Milestone.COUNCIL)
        assessed = by_code.get(Milestone.SELF_ASSESSMENT)
        if (
            assessed
            and assessed.actual
            and council
            and not council.actual
            and council.state != "not_needed"
            and facility.facility.id not in fixed_for
        ):
            found.append(facility)
    return found


def _first(rows: list, most: int) -> dict | None:
    """The rows to show, and how many more there are; None without any."""
    return {"rows": rows[:most], "more": max(0, len(rows) - most)} if rows else None


def _too_late(
    progress: Progress, law: LegalDeadlineOnDay | None
) -> Iterator[tuple[FacilityResult, date | None]]:
    """Facilities that it binds and that miss it by plan or in fact: with the day planned, if any."""
    if law is None:
        return
    for facility in progress.facilities:
        if not law.binds(facility.facility):
            continue
        for milestone in facility.milestones:
            if milestone.code != Milestone.OFFICIAL or milestone.actual:
                continue
            if milestone.target is None or max(milestone.target, progress.on) > law.due_on:
                yield facility, milestone.target


# What is due before everybody's eyes; the rest names files, plans and orders.
OPEN_TO_ALL = ("council", "legal")


def _upcoming(owed: Due, on: date, *, in_full: bool) -> dict | None:
    """What is due from the day on, for two weeks, the nearest first."""
    found = []
    for deadline, facility in owed:
        if not in_full and deadline.rule not in OPEN_TO_ALL:
            continue
        if deadline.rule == RULE:
            continue  # the same for all, every week
        if on <= deadline.due_on <= on + AHEAD:
            found.append({"on": deadline.due_on, "what": deadline.what, "facility": facility})
    found.sort(key=lambda d: (d["on"], str(d["what"])))
    return _first(found, MOST_UPCOMING)
