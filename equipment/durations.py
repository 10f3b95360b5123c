"""How long each stage of procurement took in this register, and what is assumed where too few say."""

from collections import defaultdict
from datetime import date, datetime
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from django.db.models import QuerySet

from equipment.models import StageEvent
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf, once_per_as_of

ENOUGH = 5  # durations; fewer say nothing about the next one

# Days from the stage before, to plan with where fewer than ENOUGH were seen. No law says so.
ASSUMED = {
    Stage.POLICY: 7,
    Stage.SPECIFICATION: 7,
    Stage.PRICE_REFERENCE: 7,
    Stage.ESTIMATE_SUBMITTED: 7,
    Stage.ESTIMATE_APPROVED: 30,
    Stage.SELECTION_PLAN: 7,
    Stage.BIDDING_DOCUMENTS: 7,
    Stage.INVITATION: 7,
    Stage.OPENING: 9,
    Stage.EVALUATION: 14,
    Stage.AWARD: 4,
    Stage.CONTRACT: 3,
    Stage.DELIVERY: 20,
    Stage.SERVICE_SET_UP: 20,
    Stage.TRIAL_RUN: 7,
    Stage.ACCEPTANCE: 3,
    Stage.PAYMENT: 30,
    Stage.SERVICE_ENDED: 30,
}


class Usual(NamedTuple):
    """How many days something takes, and how many cases say so; 0: it is assumed."""

    days: int
    sample: int


def usual(seen: list[int], assumed: int) -> Usual:
    """The median of what was seen; what is assumed below ENOUGH cases."""
    return Usual(round(median(seen)), len(seen)) if len(seen) >= ENOUGH else Usual(assumed, 0)


Step = tuple[str, str]  # path, stage


@once_per_as_of
def seen(as_of: AsOf) -> dict[Step, list[int]]:
    """(path, stage) -> days from the stage before, of every file of the province: one query."""
    return durations(as_of.until, as_of.known_at)


def durations(on: date, known_at: datetime | None = None) -> dict[Step, list[int]]:
    """As `seen`. A stage counts where the one right before it has its day too."""
    found: dict[Step, list[int]] = defaultdict(list)
    for step, days in chain.from_iterable(_taken(StageEvent.objects.as_of(on, known_at)).values()):
        found[step].append(days)
    return found


def taken_at(as_of: AsOf) -> dict[int, list[tuple[Step, int]]]:
    """The same by buyer, of its facilities alone: one query."""
    events = StageEvent.objects.as_of(as_of.until, as_of.known_at)
    return _taken(as_of.only(events, "procurement__facility_id"))


def _taken(events: QuerySet[StageEvent]) -> dict[int, list[tuple[Step, int]]]:
    reached: dict[tuple[int, int, str], dict[str, date]] = defaultdict(dict)
    for facility, file, path, stage, day in events.order_by().values_list(
        "procurement__facility_id", "procurement_id", "procurement__path", "stage", "happened_on"
    ):
        reached[facility, file, path][stage] = day
    found: dict[int, list[tuple[Step, int]]] = defaultdict(list)
    for (facility, _file, path), days in reached.items():
        stages = ROUTES[Path(path)].stages
        for before, stage in pairwise(stages):
            if before in days and stage in days and days[stage] >= days[before]:
                found[facility].append(((path, stage.value), (days[stage] - days[before]).days))
    return found
