"""Reading the query of a request. Every mistake is named by its parameter, all of them at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError as DayError
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from facilities import clock
from rollout.day import PARAMETERS, Day, parse_area, parse_date, parse_map, parse_moment, read_day
from rollout.figures.measures import BY_CODE, Measure
from rollout.figures.trend import LONGEST_DAYS
from rollout.notices import alerts
from rollout.programme import must_start

PROGRESS = PARAMETERS
FACILITY = ("on", "known_at", "map")
FORECAST = (*FACILITY, "area")
PROVINCES = ("on", "known_at", "compare", "map")
TREND = ("from", "to", "measure", "known_at", "map", "area")
# When to start is told by alerts; it is nothing that is due itself.
DEADLINE_RULES = tuple(
    code for code in alerts.RULES if code not in (must_start.FILE, must_start.REQUEST)
)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it."""

    measure: Measure
    first: date
    last: date
    known_at: datetime | None
    map_on: date | None  # as in `rollout.day.Day`
    day: Day  # the last one, with the area asked for


def asked_day(query: QueryDict, allowed: tuple[str, ...]) -> Day:
    """The day asked about. Raises ValidationError keyed by parameter."""
    errors = misused(query, allowed)
    try:
        day = read_day(texts(query), iso=True)
    except DayError as error:
        raise ValidationError(error.message_dict | errors) from None
    if errors:
        raise ValidationError(errors)
    return day


def asked_period(query: QueryDict) -> Period:
    """The measure and the period asked about. Raises ValidationError keyed by parameter.

    Without `to` it ends today; without `from` it begins a year before its end.
    """
    errors = misused(query, TREND)

    def read(name: str, parse: Callable[[str], Any], default: Any = None) -> Any:
        text = query.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            errors.setdefault(name, [str(error)])
            return default

    today = clock.today()
    last = read("to", partial(parse_date, iso=True), today)
    first = read("from", partial(parse_date, iso=True), last - timedelta(days=365))
    known_at = read("known_at", partial(parse_moment, iso=True))
    map_on = today if read("map", parse_map) == "today" else None
    measure = BY_CODE.get(query.get("measure", "").strip())
    if measure is None:
        errors.setdefault(
            "measure", [_("Give one of these codes: %(codes)s.") % {"codes": ", ".join(BY_CODE)}]
        )
    if not {"from", "to"} & errors.keys():
        if first > last:
            errors["from"] = [_("The first day lies after the last day, “to”.")]
        elif (last - first).days >= LONGEST_DAYS:
            errors["from"] = [
                _("The period may have %(days)s days at most.") % {"days": LONGEST_DAYS}
            ]
    day = Day(last, today, known_at, map_on=map_on)
    if not {"to", "known_at", "map"} & errors.keys():
        day = replace(day, area=read("area", partial(parse_area, day=day, iso=True)))
    if errors or measure is None:
        raise ValidationError(errors)
    return Period(measure, first, last, known_at, map_on, day)


def texts(query: QueryDict) -> dict[str, str]:
    """What is given for each parameter; of one given twice, the last."""
    return {name: query.get(name, "") for name in query}


def misused(query: QueryDict, allowed: tuple[str, ...]) -> dict[str, list[str]]:
    """What is wrong with the parameters as such: unknown ones, and those given twice."""
    errors: dict[str, list[str]] = {}
    for name, values in query.lists():
        if name not in allowed:
            errors[name] = [
                _("There is no such parameter here. Known ones: %(names)s.")
                % {"names": ", ".join(allowed)}
                if allowed
                else _("This address takes no parameters.")
            ]
        elif len(values) > 1:
            errors[name] = [_("Give this parameter once only.")]
    return errors
