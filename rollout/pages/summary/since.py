"""What became of each facility between two days: moved, slipped, or nothing heard."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rollout.figures.results import FacilityResult, Progress
from rollout.programme.milestone_line import MilestoneOnDay

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Slip = tuple["StrOrPromise", date, date]  # milestone, planned before, planned now


@dataclass(frozen=True, slots=True)
class Since:
    """One facility. `was`: how far it was, None where it did not take part; `reached`: milestones with
    a day that it had not before; `slipped`: plans that are later than they were."""

    facility: FacilityResult
    was: "StrOrPromise | None"
    reached: tuple[MilestoneOnDay, ...]
    slipped: tuple[Slip, ...]

    @property
    def has_moved(self) -> bool:
        return bool(self.reached) or (
            self.was is not None and self.was != self.facility.stage_label
        )


@dataclass(frozen=True, slots=True)
class Session:
    """All facilities, each in every list that it belongs to; `silent`: in none of the others, not
    finished, and not heard from since."""

    before: date
    moved: tuple[Since, ...]
    slipped: tuple[Since, ...]
    silent: tuple[Since, ...]
    unchanged: int


def since(before: Progress, now: Progress) -> Session:
    """Pure. Those in most trouble first, as in the matrix."""
    earlier = {one.id: one for one in before.facilities}
    rows = [_since(earlier.get(one.id), one) for one in now.facilities]
    quiet = [row for row in rows if not row.has_moved and not row.slipped]
    silent = [row for row in quiet if _is_silent(row.facility, before.on)]
    return Session(
        before.on,
        tuple(row for row in rows if row.has_moved),
        tuple(row for row in rows if row.slipped),
        tuple(silent),
        len(quiet) - len(silent),
    )


def _since(was: FacilityResult | None, now: FacilityResult) -> Since:
    old = {one.code: one for one in was.milestones} if was else {}
    reached = tuple(
        one
        for one in now.milestones
        if one.actual and not (one.code in old and old[one.code].actual)
    )
    return Since(now, was.stage_label if was else None, reached, tuple(_slips(old, now.milestones)))


def _slips(old: dict[str, MilestoneOnDay], now: Iterable[MilestoneOnDay]) -> Iterable[Slip]:
    for one in now:
        planned = old[one.code].target if one.code in old else None
        if planned and one.target and not one.actual and one.target > planned:
            yield one.label, planned, one.target


def _is_silent(facility: FacilityResult, day: date) -> bool:
    finished = any(one.code == "official" and one.actual for one in facility.milestones)
    heard = facility.freshness.heard_on
    return not finished and (heard is None or heard <= day)
