"""By when a file must move on if its goods are to be accepted in time.

Backward from the day of acceptance through the stages that are left: bidders get what the law gives
them at least, every other stage what it usually took here (`equipment.durations`). A latest day
that is no working day moves back to the one before it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from equipment.bidding import Minimum, minimum
from equipment.durations import ASSUMED, Usual, seen, usual
from equipment.files import File, files, server_files
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf
from facilities.working_days import WorkingDays, working_days_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LAW, SEEN, ASSUMPTION = "law", "seen", "assumption"


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage still to come: the days it takes from the one before, and its latest day."""

    stage: str
    days: int
    basis: str  # LAW, SEEN or ASSUMPTION
    sample: int  # durations behind SEEN
    minimum: Minimum | None  # what the law gives bidders within this leg
    by: date

    @property
    def label(self) -> "StrOrPromise":
        return Stage(self.stage).label


@dataclass(frozen=True, slots=True)
class MustStart:
    """`legs`: in the order of the way, the first is what must be done next."""

    file: File
    target: date
    is_planned: bool  # the target is the file's own; else it follows from the law
    legs: tuple[Leg, ...]
    working: WorkingDays

    @property
    def next(self) -> Leg:
        return self.legs[0]

    @property
    def posting(self) -> Leg | None:
        """The invitation; None once it is out."""
        return next((leg for leg in self.legs if leg.stage == Stage.INVITATION), None)

    @property
    def days(self) -> int:
        """From the last stage reached to the acceptance."""
        return sum(leg.days for leg in self.legs)

    def is_too_late(self, on: date) -> bool:
        """On day `on` even the usual pace no longer makes the target."""
        return self.working.late(self.next.by, on) > 0


def must_starts(as_of: AsOf, fallback: Callable[[int], date | None]) -> Iterator[MustStart]:
    """Of every file whose invitation is not out and that has a day to be accepted by.

    `fallback`: by when a file of EMR servers without a planned acceptance must be accepted, asked with
    the facility that buys.
    """
    of_servers = {file for _facility, file in server_files(as_of)}
    for file in files(as_of):
        found = must_start(
            file,
            seen(as_of),
            working_days_of(as_of),
            fallback(file.facility_id) if file.id in of_servers else None,
        )
        if found:
            yield found


def must_start(
    file: File,
    durations: dict[tuple[str, str], list[int]],
    working: WorkingDays,
    fallback: date | None = None,
) -> MustStart | None:
    """None once the invitation is out, and without a day to be accepted by."""
    planned = file.acceptance.target
    target = planned or fallback
    if target is None or file.invitation.passed_on:
        return None
    stages = ROUTES[Path(file.path)].stages
    first = stages.index(Stage(file.reached.stage)) + 1 if file.reached else 0
    legs, by = [], target
    for stage in reversed(stages[first : stages.index(Stage.ACCEPTANCE) + 1]):
        by = working.last_working(by)
        least = _minimum(file, stage)
        took = usual(durations.get((file.path, stage.value), []), ASSUMED.get(stage, 0))
        before = by - timedelta(days=took.days)
        basis = SEEN if took.sample else ASSUMPTION
        if least and (stage == Stage.OPENING or _before(by, least, working) < before):
            before, basis = _before(by, least, working), LAW
        legs.append(_leg(stage, by, before, basis, took, least))
        by = before
    return MustStart(file, target, planned is not None, tuple(reversed(legs)), working)


def _leg(
    stage: Stage, by: date, before: date, basis: str, took: Usual, least: Minimum | None
) -> Leg:
    sample = took.sample if basis == SEEN else 0
    return Leg(stage.value, (by - before).days, basis, sample, least, by)


def _minimum(file: File, stage: Stage) -> Minimum | None:
    """What bidders must be given, in the stage that ends their time: a rental names no opening."""
    stages = ROUTES[Path(file.path)].stages
    closing = Stage.OPENING if Stage.OPENING in stages else Stage.AWARD
    return minimum(file.selection, file.package_price) if stage == closing else None


def _before(by: date, least: Minimum, working: WorkingDays) -> date:
    """The last day to post for bids that close on day `by`."""
    return working.add(by, -least.days) if least.working else by - timedelta(days=least.days)
