"""Procurement files as they stood on a day: each stage with baseline, target and actual date."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet

from equipment.models import DeviceType, Procurement, ProcurementLot, StageEvent, StageTarget
from equipment.stages import BIDDING_ENDS_WITH, ROUTES, Path, Stage
from facilities.as_of import AsOf, once_per_as_of
from facilities.evidence import Rung
from facilities.timeline import slip
from facilities.working_days import (
    WEEKENDS_ONLY,
    WorkingDays,
    working_days,
    working_days_of,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class _Event(NamedTuple):
    """What a step asks of a `StageEvent`: there are many, and whole rows take ten times as long to make."""

    procurement_id: int
    stage: str
    happened_on: date
    amount: int | None
    assumed: str
    rung: int


class _Target(NamedTuple):
    """What a step asks of a `StageTarget`."""

    procurement_id: int
    stage: str
    due_on: date
    because: str
    assumed: str


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of one file."""

    stage: str
    baseline: date | None  # the first target set
    target: date | None  # the target that holds now
    because: str  # why it was moved
    reached_on: date | None
    passed_on: date | None  # the day it, or a later stage, was reached
    amount: int | None  # in dong
    rung: Rung | None
    assumed: str
    working: WorkingDays = WEEKENDS_ONLY
    target_assumed: str = ""

    @property
    def label(self) -> "StrOrPromise":
        return Stage(self.stage).label

    @property
    def slip_days(self) -> int | None:
        """How far the target was moved, or the event missed the baseline; None without a baseline."""
        return slip(self.baseline, self.reached_on or self.target)

    def days_late(self, on: date) -> int:
        """Working days past its target on that day; 0 once it or a later stage was reached."""
        return self.working.days_late(self.target, on, self.passed_on)


@dataclass(frozen=True, slots=True)
class File:
    """One procurement file on the day."""

    id: int
    code: str
    title: str
    path: str
    selection: str
    facility_id: int
    steps: tuple[Step, ...]

    @property
    def path_label(self) -> "StrOrPromise":
        return Path(self.path).label

    def step(self, stage: str) -> Step | None:
        return next((step for step in self.steps if step.stage == stage), None)

    @property
    def invitation(self) -> Step:
        """Every path has it."""
        return next(step for step in self.steps if step.stage == Stage.INVITATION)

    @property
    def acceptance(self) -> Step:
        """Every path has it."""
        return next(step for step in self.steps if step.stage == Stage.ACCEPTANCE)

    @property
    def accepted(self) -> bool:
        acceptance = self.step(Stage.ACCEPTANCE)
        return acceptance is not None and acceptance.reached_on is not None

    @property
    def reached(self) -> Step | None:
        """The furthest stage reached; None when the file has not begun."""
        return next((step for step in reversed(self.steps) if step.reached_on), None)

    @property
    def package_price(self) -> int | None:
        """What the package may cost, in dong: as approved, else as estimated."""
        for stage in (Stage.ESTIMATE_APPROVED, Stage.ESTIMATE_SUBMITTED):
            step = self.step(stage)
            if step and step.amount is not None:
                return step.amount
        return None

    @property
    def slip_days(self) -> int | None:
        """The slip of the last stage that was ever planned, as a rule the acceptance."""
        return next((step.slip_days for step in reversed(self.steps) if step.baseline), None)

    def days_late(self, on: date) -> int:
        """Working days by which the stage longest overdue on that day is late; 0 if none is."""
        return max((step.days_late(on) for step in self.steps), default=0)

    def intervals(self) -> Iterator[tuple[Step, int | None]]:
        """Each stage with the days since the stage reached before it; None for one not reached."""
        before = None
        for step in self.steps:
            yield step, (step.reached_on - before).days if step.reached_on and before else None
            before = step.reached_on or before

    @property
    def bidding_ends_on(self) -> date | None:
        """By when the award is expected; None when it is decided or nobody has said."""
        award = self.step(BIDDING_ENDS_WITH)
        return award.target if award and not award.passed_on else None


@once_per_as_of
def files(as_of: AsOf) -> list[File]:
    """The files of its facilities, each with whoever carries on for its buyer: four
    queries."""
    return _files(
        as_of.only(Procurement.objects.standing(as_of.known_at)).order_by("code"),
        as_of.only(StageEvent.objects.proven(as_of.until, as_of.known_at)),
        as_of.only(
            StageTarget.objects.in_force(as_of.until, as_of.known_at),
            "procurement__facility_id",
        ),
        as_of.descent.heir,
        working_days_of(as_of),
    )


def files_of(keys: Iterable[int], on: date, known_at: datetime | None = None) -> list[File]:
    """Some files as they stood on a day, each with its own buyer: four queries."""
    keys = list(keys)
    return _files(
        Procurement.objects.filter(pk__in=keys),
        StageEvent.objects.proven(on, known_at).filter(procurement__in=keys),
        StageTarget.objects.in_force(on, known_at).filter(procurement__in=keys),
        lambda facility_id: facility_id,
        working_days(known_at),
    )


def _files(
    procurements: Iterable[Procurement],
    stage_events: QuerySet[Any, Any],
    stage_targets: QuerySet[Any, Any],
    buyer: Callable[[int], int],
    working: WorkingDays,
) -> list[File]:
    events: dict[int, dict[str, _Event]] = defaultdict(dict)
    for event in map(_Event._make, stage_events.values_list(*_Event._fields)):
        events[event.procurement_id][event.stage] = event
    targets: dict[int, dict[str, list[_Target]]] = defaultdict(lambda: defaultdict(list))
    for target in map(_Target._make, stage_targets.values_list(*_Target._fields)):
        targets[target.procurement_id][target.stage].append(target)
    return [
        File(
            id=procurement.pk,
            code=procurement.code,
            title=procurement.title,
            path=procurement.path,
            selection=procurement.selection,
            facility_id=buyer(procurement.facility_id),
            steps=tuple(
                _steps(procurement, events[procurement.pk], targets[procurement.pk], working)
            ),
        )
        for procurement in procurements
    ]


@once_per_as_of
def server_files(as_of: AsOf) -> set[tuple[int, int]]:
    """(facility, file) for each file that is to bring a facility an EMR server: two queries."""
    lots = (
        as_of.only(ProcurementLot.objects.known(as_of.known_at))
        .filter(device_type__group=DeviceType.Group.EMR_SERVER)
        .values_list("facility_id", "procurement_id")
    )
    rentals = (
        as_of.only(Procurement.objects.standing(as_of.known_at))
        .filter(path=Path.RENTAL)
        .values_list("facility_id", "pk")
    )
    return {*lots, *rentals}


def _steps(
    procurement: Procurement,
    events: Mapping[str, _Event],
    targets: Mapping[str, list[_Target]],
    working: WorkingDays,
) -> Iterable[Step]:
    steps = []
    passed_on = None
    for stage in reversed(ROUTES[Path(procurement.path)].stages):
        event, planned = events.get(stage), targets.get(stage, [])
        if event and (passed_on is None or event.happened_on < passed_on):
            passed_on = event.happened_on
        steps.append(
            Step(
                stage=stage.value,
                baseline=planned[0].due_on if planned else None,
                target=planned[-1].due_on if planned else None,
                because=planned[-1].because if planned else "",
                reached_on=event.happened_on if event else None,
                passed_on=passed_on,
                amount=event.amount if event else None,
                rung=Rung(event.rung) if event else None,
                assumed=event.assumed if event else "",
                working=working,
                target_assumed=planned[-1].assumed if planned else "",
            )
        )
    return reversed(steps)
