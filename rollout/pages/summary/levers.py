"""The levers beside the forecast: which obstacle, which agency, which rule gains how many facilities."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from facilities.models.places import in_language
from facilities.permissions import Places
from rollout.day import Day, parse_date
from rollout.figures.cached import mark_of, remembered
from rollout.forecasting import Gain, Levers, cached_forecast
from rollout.pages.page import SignedIn
from rollout.programme.obstacles import ObstacleOnDay, obstacles

FOUR_WEEKS = timedelta(days=28)
COUNCILS, MOST_COUNCILS = 2, 20  # a week


@dataclass(frozen=True, slots=True)
class Pulled:
    """One lever and what it gains: facilities that make their deadline, low, middle and high."""

    name: tuple[str, str]  # in Vietnamese and English
    code: str  # of the obstacle; empty for an agency
    gain: Gain

    @property
    def words(self) -> str:
        return in_language(*self.name)


@dataclass(frozen=True, slots=True)
class Answers:
    """`obstacles`, `agencies`: those that gain most first. `minimum`, `councils`: how many more make
    the deadline by the middle of the draws; None where that is not foreseen."""

    obstacles: tuple[Pulled, ...]
    agencies: tuple[Pulled, ...]
    minimum: int | None
    councils: int | None


def asked(request: SignedIn, day: Day) -> tuple[date, int]:
    """By when, and how many councils a week; what is impossible is as if nothing had been asked."""
    try:
        by = max(parse_date(request.GET.get("cleared", "")), day.on)
    except ValueError:
        by = day.on + FOUR_WEEKS
    number = request.GET.get("councils", "")
    a_week = int(number) if number.isdecimal() and 0 < int(number) <= MOST_COUNCILS else COUNCILS
    return by, a_week


def answers(day: Day, places: Places, by: date, a_week: int) -> Answers:
    """Kept until a fact changes."""
    return remembered(
        "levers",
        day.on,
        day.known_at,
        day.map_on,
        day.area_code,
        mark_of(places),
        by,
        a_week,
        compute=lambda: _answers(day, places, by, a_week),
    )


def _answers(day: Day, places: Places, by: date, a_week: int) -> Answers:
    as_of = day.of_places(places)
    levers, plain = Levers.of(as_of), cached_forecast(as_of)
    standing = [one for one in obstacles(as_of) if one.cleared_on is None and one.facility_ids]
    of_agency: dict[int, list[ObstacleOnDay]] = defaultdict(list)
    for one in standing:
        if one.agency_id:
            of_agency[one.agency_id].append(one)
    by_obstacle = [
        Pulled((one.name_vi, one.name_en), one.code, gain)
        for one in standing
        if (gain := levers.cleared(one.standing_holds, by))
    ]
    by_agency = [
        Pulled((theirs[0].agency_vi, theirs[0].agency_en), "", gain)
        for theirs in of_agency.values()
        if (gain := levers.cleared([hold for one in theirs for hold in one.standing_holds], by))
    ]

    def more(shifted: tuple[int, int, int] | None) -> int | None:
        return shifted[1] - plain.by_law[1] if shifted and plain.by_law else None

    return Answers(
        _ranked(by_obstacle),
        _ranked(by_agency),
        more(levers.at_minimum(plain).by_law),
        more(levers.councils(plain, a_week).by_law),
    )


def _ranked(found: list[Pulled]) -> tuple[Pulled, ...]:
    return tuple(
        sorted(found, key=lambda one: (-one.gain.middle, -one.gain.high, -one.gain.held, one.name))
    )
