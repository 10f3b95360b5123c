"""What the jobs of a day leave ready for its readers; of very many facilities, read by several workers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Max

from facilities.as_of import AsOf
from facilities.models import Ledger
from facilities.reading_once import reading_once
from rollout.figures import cached, due, spliced
from rollout.figures import progress as figures
from rollout.figures.cached import cached_progress, keep_seconds
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import Asked, Reading
from rollout.figures.reach import Reach
from rollout.figures.shares import Share, SharedOut, cut
from rollout.figures.trend import cached_trend, first_day
from rollout.forecasting import kept
from rollout.forecasting.kept import Foreseen, cached_forecast
from rollout.models import MeasureCode, WorkingSession
from rollout.schedule import COMPUTE_PROGRESS


class Night(NamedTuple):
    """What was read of some facilities, by facility."""

    progress: Mapping[int, figures.Part]
    due: Mapping[int, due.Part]
    forecast: Mapping[int, kept.Part]


def read(asked: Asked, share: Share) -> Night:
    """Of these facilities alone. Their figures may rest on facts of others, which are read too."""
    ids = Reach.of(share).read

    def only(parts: Mapping[int, Any]) -> dict[int, Any]:
        return {pk: part for pk, part in parts.items() if pk in share}

    return Night(
        only(figures.parts_of(asked, ids)),
        only(due.parts_of(asked, ids)),
        only(kept.parts_of(AsOf(asked.on, facility_ids=ids))),
    )


def gather(on: date) -> None:
    """Keep progress, what is due and the forecast of the day, unless they need no more than mending.

    Where there are few facilities nothing is done: whoever asks first reads them as quickly.
    """
    asked = Asked(on, compare=compared_with(on))
    places = cached.place_of(asked), due.place_of(Asked(on)), kept.place_of(on)
    shares = cut(on)
    if not shares or all(map(spliced.holds, places)):
        return
    version, seconds = Ledger.current(), keep_seconds(None)
    round_ = SharedOut[Asked, Night](COMPUTE_PROGRESS, on, version, read)
    whole = _joined(round_.gathered(asked, shares))
    with reading_once():
        progress = Reading.joined(asked, whole.progress)
        spliced.keep(places[0], progress, version, seconds)
        alone = progress.without_compared()
        spliced.keep(cached.place_of(alone.asked), alone, version, seconds)
        spliced.keep(places[1], due.Due.joined(Asked(on), whole.due), version, seconds)
        spliced.keep(places[2], Foreseen.joined(AsOf(on), whole.forecast), version, seconds)


def leave_ready(on: date) -> None:
    """What the summary of a day asks for is kept before its first reader comes."""
    with reading_once():
        progress = cached_progress(on, compare=compared_with(on))
        cached_trend(BY_CODE[MeasureCode.OFFICIAL], first_day(progress, progress.compare), on)
        due.due(on)
        cached_forecast(AsOf(on))


def compared_with(on: date) -> date | None:
    """The day of the last session before, against which a summary is held; None without one."""
    sessions = WorkingSession.objects.known().filter(held_on__lt=on)
    last: date | None = sessions.aggregate(last=Max("held_on"))["last"]
    return last


def _joined(found: Iterator[Night]) -> Night:
    progress: dict[int, figures.Part] = {}
    owed: dict[int, due.Part] = {}
    forecast: dict[int, kept.Part] = {}
    for one in found:
        progress |= one.progress
        owed |= one.due
        forecast |= one.forecast
    return Night(progress, owed, forecast)
