"""Forecasts kept night by night, and how well they did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import cast

from django.db.models import Min

from facilities.as_of import AsOf
from rollout.forecasting.forecast import RULE, Expected, ProvinceForecast
from rollout.forecasting.kept import cached_forecast
from rollout.models import Forecast, Milestone
from rollout.programme.durations import days_of
from rollout.turns import one_at_a_time

AHEAD = (30, 60, 90)  # days before it happened


def keep(on: date) -> int:
    """Write down what is foreseen on day `on`; returns how many rows the day has.

    What was written for a day stays: a second run adds only what is missing.
    """
    forecast = cached_forecast(AsOf(on))
    rows = [
        _row(forecast, one) for one in (forecast.province, *forecast.facilities) if one.is_foreseen
    ]
    with one_at_a_time():
        Forecast.objects.bulk_create(rows, ignore_conflicts=True)
    return Forecast.objects.filter(on=on).count()


def _row(forecast: ProvinceForecast, one: Expected) -> Forecast:
    return Forecast(
        on=forecast.on,
        facility_id=one.facility.id if one.facility else None,
        likely_on=one.likely_on,
        safe_on=one.safe_on,
        law_on=forecast.law,
        chance=one.chance,
        sample=one.sample,
        rule=RULE,
    )


@dataclass(frozen=True, slots=True)
class Score:
    """Forecasts made so many days before a facility began official use, against that day."""

    ahead: int
    count: int
    error_days: int | None  # the middle distance between the likely day and the day it was
    within_safe: int  # over by the safe day


def scores(as_of: AsOf) -> list[Score]:
    """Of the forecasts whose facilities have begun official use since. Two queries."""
    began = {
        pk: days[Milestone.OFFICIAL]
        for pk, days in days_of(as_of).items()
        if Milestone.OFFICIAL in days
    }
    asked: dict[tuple[int | None, date], tuple[date, int]] = {
        (pk, day - timedelta(days=n)): (day, n) for pk, day in began.items() for n in AHEAD
    }
    rows = Forecast.objects.filter(
        facility__in=list(began), on__in={on for _pk, on in asked}
    ).values_list("facility_id", "on", "likely_on", "safe_on")
    found: dict[int, list[tuple[int, bool]]] = {n: [] for n in AHEAD}
    for pk, on, likely_on, safe_on in rows:
        if likely_on and safe_on and (pk, on) in asked:
            day, ahead = asked[pk, on]
            found[ahead].append((abs((day - likely_on).days), day <= safe_on))
    return [
        Score(
            ahead,
            len(seen),
            round(median(error for error, _safe in seen)) if seen else None,
            sum(safe for _error, safe in seen),
        )
        for ahead, seen in found.items()
    ]


@dataclass(frozen=True, slots=True)
class ChanceScore:
    """Chances given so many days before a day of the law, against whether it was made."""

    ahead: int
    count: int
    brier: float  # mean squared error: 0 always right and sure of it, 0.25 always half and half


def chance_scores(as_of: AsOf) -> list[ChanceScore]:
    """Of the days of the law that have passed; also whoever missed them counts. Two queries."""
    on = as_of.until
    forecasts = Forecast.objects.filter(
        facility__isnull=False, chance__isnull=False, law_on__isnull=False
    )
    passed = forecasts.filter(law_on__lt=on).order_by().values_list("law_on", flat=True).distinct()
    asked = {(law, law - timedelta(days=n)): n for law in passed if law for n in AHEAD}
    if not asked:
        return []
    days = days_of(as_of)
    rollout = {facility.id for facility in as_of.on(on) if facility.in_rollout}
    rows = cast(  # none of the columns is empty, as asked above
        "Iterable[tuple[int, date, date, float]]",
        forecasts.filter(on__in={day for _law, day in asked}).values_list(
            "facility_id", "on", "law_on", "chance"
        ),
    )
    errors: dict[int, list[float]] = {n: [] for n in AHEAD}
    for facility_id, day, law, chance in rows:
        heir = as_of.descent.heir(facility_id)
        if (law, day) in asked and heir in rollout:
            made = days.get(heir, {}).get(Milestone.OFFICIAL, date.max) <= law
            errors[asked[law, day]].append((chance - made) ** 2)
    return [ChanceScore(n, len(seen), fmean(seen)) for n, seen in errors.items() if seen]


def first_score_on() -> date | None:
    """The first day on which a forecast can be held against what happened; None before any is kept."""
    first = Forecast.objects.aggregate(first=Min("on"))["first"]
    return first + timedelta(days=min(AHEAD)) if first else None
