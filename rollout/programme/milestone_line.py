"""The milestone line of a facility on a day: baseline, target that holds, actual date, slip."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from facilities.as_of import AsOf, once_per_as_of
from facilities.timeline import EMPTY, FacilityState, slip
from facilities.working_days import WEEKENDS_ONLY, WorkingDays
from rollout.models import Milestone, MilestoneTarget
from rollout.models.milestones import WHOLE_WAY, Way
from rollout.programme.councils import Meeting, awaited_meeting, standing_ruling
from rollout.programme.obstacles import ObstacleOnDay

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Target:
    baseline: date
    due_on: date
    because: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class MilestoneOnDay:
    """One milestone of one facility.

    States: done, under_way, late, blocked, not_begun, unknown, not_needed.
    """

    code: str
    baseline: date | None
    target: date | None
    actual: date | None
    because: str  # why the target was moved
    held_by: tuple[str, str] | None  # name of the costliest obstacle, in Vietnamese and English
    state: str
    passed_over: bool = False  # a later milestone was reached, this one's day is not on record

    @property
    def label(self) -> "StrOrPromise":
        return Milestone(self.code).label

    @property
    def unknown_because(self) -> str:
        """Why its state is unknown, for those who read about it."""
        if self.passed_over:
            return _("A later step was reached, but nobody has recorded the day of this one.")
        return _("Nobody has recorded how far it is.")

    @property
    def slip_days(self) -> int | None:
        """Days after (+) or before (-) the baseline: of the event, or of the target that holds now."""
        return slip(self.baseline, self.actual or self.target)


@once_per_as_of
def targets(as_of: AsOf) -> dict[int, dict[str, Target]]:
    """Baseline and holding target of each milestone of each facility: one query.

    Plans pass on as what is reached does: a successor that a merger made has the latest of its
    predecessors' plans until it sets its own; one that was there before keeps its own.
    """
    found: dict[int, dict[str, Target]] = defaultdict(dict)
    rows = as_of.only(MilestoneTarget.objects.in_force(as_of.until, as_of.known_at))
    for facility_id, milestone, due_on, because, assumed in rows.values_list(
        "facility_id", "milestone", "due_on", "because", "assumed"
    ):
        first = found[facility_id].get(milestone)
        found[facility_id][milestone] = Target(
            first.baseline if first else due_on, due_on, because, bool(assumed)
        )
    for merger in as_of.mergers():
        theirs = [found.pop(pk, {}) for pk in merger.predecessors]
        if merger.successor_is_new:
            own = found[merger.successor]
            for milestone in {code for planned in theirs for code in planned} - own.keys():
                plans = (planned[milestone] for planned in theirs if milestone in planned)
                # The new facility is there when the last of those it is made of would have been.
                own[milestone] = max(plans, key=lambda target: target.due_on)
    return found


def reached(state: FacilityState, ruled: Meeting | None) -> dict[str, date | None]:
    """The day each milestone was reached; None where it was not."""
    days = {}
    for milestone in Milestone:
        tally = state.get(f"milestone:{milestone}", EMPTY)
        days[milestone.value] = tally.newest_on if tally.amount > 0 else None
    days[Milestone.COUNCIL.value] = ruled.held_on if ruled else None
    return days


def line(
    facility_id: int,
    state: FacilityState,
    planned: dict[str, Target],
    meetings: list[Meeting],
    obstacles: list[ObstacleOnDay],
    on: date,
    working: WorkingDays = WEEKENDS_ONLY,
    *,
    is_known: bool = True,
    way: Way = WHOLE_WAY,
) -> tuple[MilestoneOnDay, ...]:
    """All milestones of a facility, in the order of the way; late by the working calendar.

    `is_known`: whether silence about all of them means that none is reached. A planned day that has
    passed is late in either case: whoever plans says what is awaited. `way`: the milestones that lie
    on its way; another one that has no day is not needed.
    """
    ruled, awaited = standing_ruling(meetings), awaited_meeting(meetings)
    days = reached(state, ruled)
    held_by: dict[str, tuple[str, str]] = {}
    for obstacle in obstacles:  # costliest first
        for hold in obstacle.holds:
            if hold.facility_id == facility_id and hold.until is None:
                held_by.setdefault(hold.milestone, (obstacle.name_vi, obstacle.name_en))
    furthest = max((i for i, m in enumerate(Milestone) if days[m.value]), default=-1)
    ahead = (i for i, m in enumerate(Milestone) if i > furthest and m.value in way)
    next_on_way = next(ahead, None)
    found = []
    for index, milestone in enumerate(Milestone):
        target = planned.get(milestone.value)
        baseline = target.baseline if target else None
        due_on = target.due_on if target else None
        because = target.because if target else ""
        meeting = (ruled or awaited) if milestone == Milestone.COUNCIL else None
        # A council has no plan but the day it was given: people are invited for it.
        if meeting:
            baseline, due_on = meeting.first_scheduled_on, meeting.scheduled_on
            because = meeting.because
        actual = days[milestone.value]
        if actual:
            state_word = "done"
        elif milestone.value not in way:
            state_word = "not_needed"
        elif milestone.value in held_by:
            state_word = "blocked"
        elif index < furthest:
            state_word = "unknown"  # a later milestone was reached: this one's day was not recorded
        elif working.days_late(due_on, on):
            state_word = "late"
        elif furthest < 0 and not is_known and not awaited:
            state_word = "unknown"
        elif index == next_on_way or (milestone == Milestone.COUNCIL and awaited):
            state_word = "under_way"
        else:
            state_word = "not_begun"
        found.append(
            MilestoneOnDay(
                code=milestone.value,
                baseline=baseline,
                target=due_on,
                actual=actual,
                because=because,
                held_by=held_by.get(milestone.value),
                state=state_word,
                passed_over=state_word == "unknown" and index < furthest,
            )
        )
    return tuple(found)
