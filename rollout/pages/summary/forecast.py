"""The forecast, on which durations it rests, how earlier ones did, and what if."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from equipment.files import File, Step, files, server_files
from equipment.stages import Stage
from facilities.as_of import AsOf
from facilities.choosing import MOST, chooser, meant
from facilities.exchange.choices import Unknown
from facilities.permissions import Access, Places
from rollout.day import Day, parse_date
from rollout.figures.cached import cached_progress, mark_of, remembered
from rollout.figures.measures import BY_CODE
from rollout.forecasting import (
    FacilityForecast,
    ProvinceForecast,
    Shift,
    cached_forecast,
    forecast_of,
)
from rollout.forecasting.durations import Durations
from rollout.forecasting.services import (
    AHEAD,
    ChanceScore,
    Score,
    chance_scores,
    first_score_on,
    scores,
)
from rollout.models import Forecast, Milestone
from rollout.pages.kept import KeptRows, Whole
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, kept, page, to_own_area
from rollout.pages.summary import levers
from rollout.pages.summary.curve import curve_of
from rollout.programme.councils import meetings
from rollout.programme.durations import WAY

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_MOVED = 50  # facilities that a what-if names one by one


@dataclass(frozen=True, slots=True)
class Line:
    """One facility on the page; with a what-if, beside what holds without it."""

    forecast: FacilityForecast
    before: FacilityForecast | None = None

    @property
    def moves(self) -> int | None:
        """Days by which the likely day moves; None without a what-if."""
        if not (self.before and self.before.likely_on and self.forecast.likely_on):
            return None
        return (self.forecast.likely_on - self.before.likely_on).days

    @property
    def becomes_late(self) -> bool:
        """Likely in time without the what-if, and likely too late with it."""
        before = self.before.chance if self.before else None
        after = self.forecast.chance
        return before is not None and after is not None and after < 0.5 <= before


@page(lambda access: access.opens_programme, by_area=True)
def forecast(request: SignedIn, day: Day, access: Access) -> Page:
    """Nothing that is asked here is stored. A role of an area reads that of the area."""
    if sent := to_own_area(request, day, access):
        return sent
    places = access.programme
    choices = _shiftable(day, places)
    asked, to = request.GET.get("shift", ""), request.GET.get("to", "")
    shift, problems = _shift(asked, to, choices, day)
    if shift is None:
        context = _plain(request, day, places)
    else:
        found = _content(day, day.of_places(places), shift)
        context = found | {
            "lines": paged(request, found["lines"]),
            "moved": [line for line in found["lines"] if line.moves][:MOST_MOVED],
        }
    told = (
        {"aria-invalid": "true", "aria-describedby": "shift-problem"} if "shift" in problems else {}
    )
    nothing = ("", _("choose a council or a tender"))
    choose = chooser("shift", [nothing, *choices], asked, required="required", **told)
    by, a_week = levers.asked(request, day)
    given = {
        "by": by,
        "a_week": a_week,
        "levers": levers.answers(day, places, by, a_week) if shift is None else None,
        "choose": choose,
        "choices": choices,
        "asked": asked,
        "to": to,
        "shift": shift,
        "problems": problems,
    }
    return (
        "summary/forecast.html",
        context | given | _kept_forecasts(day, places),
        400 if problems else 200,
    )


def _plain(request: SignedIn, day: Day, places: Places) -> dict:
    """The forecast as it is: put together once, and drawn once but for the page of facilities."""

    @cache
    def content() -> dict:
        return _content(day, day.of_places(places))

    lines: KeptRows[Line] = KeptRows(
        "forecast",
        day,
        mark_of(places),
        compute=lambda: Whole(
            content()["lines"], {name: content()[name] for name in ("official", "pools")}
        ),
    )
    drawn = kept("summary/_forecast.html", day, mark_of(places), build=content)
    return drawn | lines.told | {"lines": paged(request, lines), "shifted": False}


def _kept_forecasts(day: Day, places: Places) -> dict:
    """How those did that can be held against what happened; without any, from when there may be."""
    latest = Forecast.objects.aggregate(latest=Max("pk"))["latest"]
    found, chances = remembered(
        "scores",
        day.on,
        day.known_at,
        day.map_on,
        day.area_code,
        mark_of(places),
        latest,
        compute=lambda: _scores(day.of_places(places)),
    )
    if found or chances:
        return {"scores": found, "chances": chances}
    first = first_score_on() or day.today + timedelta(days=min(AHEAD))
    return {"first_score_on": first if first > day.today else None}


def _scores(as_of: AsOf) -> tuple[list[Score], list[ChanceScore]]:
    return [score for score in scores(as_of) if score.count], chance_scores(as_of)


def _content(day: Day, as_of: AsOf, shift: Shift | None = None) -> dict:
    plain = cached_forecast(as_of)
    shifted = forecast_of(as_of, shift) if shift else None
    forecast = shifted or plain
    before = {one.facility.id: one for one in plain.facilities} if shifted else {}
    lines = [
        Line(one, before.get(one.facility.id)) for one in forecast.facilities if one.done_on is None
    ]
    lines.sort(key=lambda line: (_order(line.forecast), line.forecast.facility.code))
    progress = cached_progress(day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code)
    return {
        "missing": _missing(plain),
        "progress": progress,
        "stale": progress.is_stale,
        "forecast": forecast,
        "official": forecast.official,
        "curve": curve_of(BY_CODE["official"], day, progress, forecast),
        "before": plain if shifted else None,
        "lines": lines,
        "late": [line.forecast.facility for line in lines if line.becomes_late],
        "shifted": shift is not None,
        "pools": _durations(plain.durations),
    }


def _missing(forecast: ProvinceForecast) -> str:
    """What would have to be on record for anything to be foreseen; "" where something is."""
    if not forecast.facilities:
        return "facilities"
    told = any(one.is_foreseen or one.done_on for one in forecast.facilities)
    return "" if told else "milestones"


def _order(one: FacilityForecast) -> tuple:
    return (one.likely_on is not None, -(one.likely_on or date.min).toordinal())


def _durations(durations: Durations) -> list[tuple]:
    """What the forecast draws from: words, how many, shortest, middle, longest."""
    named: list[tuple[StrOrPromise, tuple[int, ...]]] = [
        (Milestone(code).label, durations.milestones.get(code.value, ())) for code in WAY[1:]
    ]
    named.append((_("From the servers to the launch"), durations.servers_to_launch))
    named += [
        (Stage(stage).label, pool)
        for (path, stage), pool in durations.stages.items()
        if path == "purchase" and stage != Stage.PAYMENT
    ]
    return [
        (label, len(pool), *((pool[0], pool[len(pool) // 2], pool[-1]) if pool else (None,) * 3))
        for label, pool in named
    ]


def _shiftable(day: Day, places: Places) -> list[tuple[str, str]]:
    return remembered(
        "shiftable",
        day.on,
        day.known_at,
        day.map_on,
        day.area_code,
        mark_of(places),
        get_language(),
        compute=lambda: _choices(day.of_places(places)),
    )


def _choices(as_of: AsOf) -> list[tuple[str, str]]:
    """What may be shifted: councils that are to meet, server files on their way to the next stage."""
    names = {f.id: f.name for f in as_of.on(as_of.until) if f.in_rollout}
    found = [
        (
            f"council:{m.id}",
            f"{names[m.facility_id]}: "
            + _("council of %(day)s") % {"day": date_format(m.scheduled_on, "SHORT_DATE_FORMAT")},
        )
        for m in meetings(as_of)
        if m.awaited and m.scheduled_on and m.facility_id in names
    ]
    of_servers = {file for _facility, file in server_files(as_of)}
    for file in files(as_of):
        if file.id not in of_servers or file.accepted or file.facility_id not in names:
            continue
        following = next((s for s in _after(file) if s.reached_on is None), None)
        if following:
            found.append(
                (f"file:{file.id}", f"{names[file.facility_id]}: {file.code}, {following.label}")
            )
    return found


def _after(file: File) -> list[Step]:
    reached = file.reached
    stages = list(file.steps)
    return stages[stages.index(reached) + 1 :] if reached else stages[1:]


def _shift(
    asked: str, to: str, choices: list[tuple[str, str]], day: Day
) -> tuple[Shift | None, dict[str, str]]:
    """What is asked, or what is wrong with it by field; both empty when nothing is asked."""
    if not asked and not to:
        return None, {}
    problems = {}
    try:
        asked = meant(dict(choices), asked)
    except Unknown as error:
        few = len(choices) <= MOST or not asked
        problems["shift"] = _("Choose a council or a tender from the list.") if few else str(error)
    try:
        on = parse_date(to)
    except ValueError:
        problems["to"] = _("Give the date it would be, as day, month and year.")
    else:
        if on < day.on:
            problems["to"] = _("The day looked at is later: give it or a day after it.")
    if problems:
        return None, problems
    kind, subject = asked.split(":")
    return Shift(kind, int(subject), on), {}
