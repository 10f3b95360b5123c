"""The curve of a measure up to the day looked at; the plan and the forecast beside it."""

from datetime import timedelta

from rollout.day import Day
from rollout.figures.measures import Measure
from rollout.figures.results import Progress
from rollout.figures.trend import cached_trend, first_day, planned
from rollout.forecasting import ProvinceForecast
from rollout.pages.summary.charts import Curve

MARGIN = timedelta(days=14)
FARTHEST_AHEAD = 400  # days; a deadline years away would flatten the curve


def curve_of(
    measure: Measure, day: Day, progress: Progress, forecast: ProvinceForecast | None = None
) -> Curve:
    """From some months before the newest fact up to the day; with a plan, on to the next deadline.

    `forecast`: of official use, the only measure that is foreseen.
    """
    first = first_day(progress, day.compare)
    points = cached_trend(
        measure, first, day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code
    )
    known = [point for point in points if point.told is not None]
    plan = planned(progress) if measure.code == "official" else []
    farthest = day.on + timedelta(days=FARTHEST_AHEAD)
    fan = [values for values in forecast.fan if values[0] <= farthest] if forecast else []
    law = [d for d in progress.deadlines if (plan or fan) and d.days_left <= FARTHEST_AHEAD]
    ahead = [d.due_on for d in law if d.days_left >= 0][:1]
    targets = [on for on, _count in plan[-1:]]
    foreseen = [values[0] for values in fan[-1:]]
    last = max([day.on, *(on + MARGIN for on in (*ahead, *targets)), *foreseen])
    return Curve(
        first=first,
        last=last,
        until=known[-1].on if known else day.on,
        actual=[
            (point.on, point.done)
            for before, point in zip([None, *known], known, strict=False)
            if before is None or before.done != point.done
        ],
        plan=plan,
        total=points[-1].total,
        deadlines=[d.due_on for d in law if first <= d.due_on <= last],
        forecast=fan,
    )
