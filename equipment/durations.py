"""How long each stage of procurement took in this register, and what is assumed where too few say."""

import itertools
from collections import defaultdict
from datetime import date, datetime
from statistics import median
from typing import NamedTuple

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


@once_per_as_of
def seen(as_of: AsOf) -> dict[tuple[str, str], list[int]]:
    """(path, stage) -> days from the stage before, of every file of the province: one query."""
    return durations(as_of.until, as_of.known_at)


def durations(on: date, known_at: datetime | None = None) -> dict[tuple[str, str], list[int]]:
    """As `seen`. A stage counts where the one right before it has its day too."""
    reached: dict[tuple[int, str], dict[str, date]] = defaultdict(dict)
    rows = StageEvent.objects.as_of(on, known_at).order_by()
    for file, path, stage, day in rows.values_list(
        "procurement_id", "procurement__path", "stage", "happened_on"
    ):
        reached[file, path][stage] = day
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (_file, path), days in reached.items():
        stages = ROUTES[Path(path)].stages
        for before, stage in itertools.pairwise(stages):
            if before in days and stage in days and days[stage] >= days[before]:
                found[path, stage.value].append((days[stage] - days[before]).days)
    return found
