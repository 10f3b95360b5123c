"""The forecast, on which durations it rests, how earlier ones did, and what if."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.files import files, server_files
from equipment.stages import Stage
from facilities.register import Register
from rollout.councils import meetings
from rollout.day import Day, parse_date
from rollout.durations import WAY
from rollout.forecasting import Foresight, Outlook, Shift, foresee
from rollout.forecasting.foreseeing import horizon
from rollout.forecasting.keeping import scores
from rollout.forecasting.pools import Pools
from rollout.models import Milestone
from rollout.views.page import kept, page

WIDTH = 1000  # of the band, in its own units


@dataclass(frozen=True, slots=True)
class Band:
    """Where the forecast lies between two days, for a drawing of WIDTH units."""

    first: date
    last: date
    likely: int
    safe: int
    law: int | None

    @property
    def length(self) -> int:
        return max(8, self.safe - self.likely)


@dataclass(frozen=True, slots=True)
class Line:
    """One facility on the page; with a what-if, beside what holds without it."""

    foresight: Foresight
    before: Foresight | None = None

    @property
    def moves(self) -> int | None:
        """Days by which the likely day moves; None without a what-if."""
        if not (self.before and self.before.likely_on and self.foresight.likely_on):
            return None
        return (self.foresight.likely_on - self.before.likely_on).days

    @property
    def becomes_late(self) -> bool:
        """Likely in time without the what-if, and likely too late with it."""
        before = self.before.chance if self.before else None
        after = self.foresight.chance
        return None not in (before, after) and after < 0.5 <= before


@page(lambda access: access.sees_programme)
def forecast(request, day, access):
    """Nothing that is asked here is stored."""
    register = day.register()
    choices = _choices(register)
    asked, to = request.GET.get("shift", ""), request.GET.get("to", "")
    shift, problem = _shift(asked, to, choices, day)
    if shift is None:
        context = kept("rollout/_forecast.html", day, build=lambda: _content(register))
    else:
        context = _content(register, shift)
    template = "rollout/forecast.html"
    return (
        template,
        context
        | {
            "choices": choices,
            "asked": asked,
            "to": to,
            "shift": shift,
            "problem": problem,
            "scores": scores(register),
        },
        400 if problem else 200,
    )


def band(outlook: Outlook) -> Band | None:
    """None where the province is not foreseen."""
    province = outlook.province
    if not province.is_foreseen:
        return None
    first, last = horizon(outlook)
    span = max(1, (last - first).days)

    def place(on: date) -> int:
        return round(WIDTH * (on - first).days / span)

    return Band(
        first,
        last,
        place(province.likely_on),
        place(province.safe_on),
        place(outlook.law) if outlook.law else None,
    )


def _content(register: Register, shift: Shift | None = None) -> dict:
    outlook = foresee(register)
    shifted = foresee(register, shift) if shift else None
    before = {one.facility.id: one for one in outlook.facilities} if shifted else {}
    lines = [
        Line(one, before.get(one.facility.id))
        for one in (shifted or outlook).facilities
        if one.done_on is None
    ]
    lines.sort(key=lambda line: (_order(line.foresight), line.foresight.facility.code))
    return {
        "outlook": shifted or outlook,
        "before": outlook if shifted else None,
        "band": band(shifted or outlook),
        "lines": lines,
        "shifted": shift is not None,
        "pools": _pools(outlook.pools),
    }


def _order(one: Foresight) -> tuple:
    return (one.likely_on is not None, -(one.likely_on or date.min).toordinal())


def _pools(pools: Pools) -> list[tuple]:
    """What the forecast draws from: words, how many, shortest, middle, longest."""
    named = [(Milestone(code).label, pools.milestones.get(code.value, ())) for code in WAY[1:]]
    named.append((_("From the servers to the launch"), pools.servers_to_launch))
    named += [
        (Stage(stage).label, pool)
        for (path, stage), pool in pools.stages.items()
        if path == "purchase" and stage != Stage.PAYMENT
    ]
    return [
        (label, len(pool), *((pool[0], pool[len(pool) // 2], pool[-1]) if pool else (None,) * 3))
        for label, pool in named
    ]


def _choices(register: Register) -> list[tuple[str, str]]:
    """What may be shifted: councils that are to meet, server files on their way to the next stage."""
    names = {f.id: f.name for f in register.on(register.until) if f.in_rollout}
    found = [
        (
            f"council:{m.id}",
            f"{names[m.facility_id]}: "
            + _("council of %(day)s") % {"day": date_format(m.scheduled_on, "SHORT_DATE_FORMAT")},
        )
        for m in meetings(register)
        if m.awaited and m.facility_id in names
    ]
    of_servers = {file for _facility, file in server_files(register)}
    for file in files(register):
        if file.id not in of_servers or file.accepted or file.facility_id not in names:
            continue
        following = next((s for s in _after(file) if s.reached_on is None), None)
        if following:
            found.append(
                (f"file:{file.id}", f"{names[file.facility_id]}: {file.code}, {following.label}")
            )
    return found


def _after(file):
    reached = file.reached
    stages = list(file.steps)
    return stages[stages.index(reached) + 1 :] if reached else stages[1:]


def _shift(asked: str, to: str, choices, day: Day) -> tuple[Shift | None, str]:
    """What is asked, or what is wrong with it; both empty when nothing is asked."""
    if not asked and not to:
        return None, ""
    if asked not in dict(choices):
        return None, _("Choose a council or a tender from the list.")
    try:
        on = parse_date(to)
    except ValueError:
        return None, _("Give the day it would be, as day, month and year.")
    if on < day.on:
        return None, _("The day looked at is later: give it or a day after it.")
    kind, subject = asked.split(":")
    return Shift(kind, int(subject), on), ""
