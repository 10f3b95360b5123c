"""Council meetings as they stood on a day: the date that holds, the dates before it, the ruling."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from facilities.as_of import AsOf, once_per_as_of
from facilities.evidence import Rung
from facilities.timeline import slip
from rollout.models import Conclusion, CouncilDate, CouncilMeeting, CouncilRuling
from rollout.models.councils import PASSING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting on the day. `scheduled_on` None: no day was fixed by then."""

    id: int
    code: str
    facility_id: int
    level: str
    criteria: str
    scheduled_on: date | None
    first_scheduled_on: date | None
    fixed_on: date | None  # the day on which `scheduled_on` was fixed
    because: str
    held_on: date | None
    conclusion: str | None
    minutes_number: str
    rung: Rung | None
    assumed: str

    @property
    def level_label(self) -> "StrOrPromise":
        return CouncilMeeting.Level(self.level).label

    @property
    def conclusion_label(self) -> "StrOrPromise":
        return Conclusion(self.conclusion).label if self.conclusion else ""

    @property
    def has_ruled(self) -> bool:
        return self.conclusion is not None and self.conclusion != Conclusion.POSTPONED

    @property
    def ruled_on(self) -> date | None:
        """The day it ruled; None as long as it has not."""
        return self.held_on if self.has_ruled else None

    @property
    def awaited(self) -> bool:
        """A day is fixed on which it is still to rule. A postponed meeting waits for a day fixed anew."""
        if self.has_ruled or self.scheduled_on is None or self.fixed_on is None:
            return False
        return self.held_on is None or self.fixed_on >= self.held_on < self.scheduled_on

    @property
    def passed(self) -> bool:
        return self.conclusion in PASSING

    @property
    def slip_days(self) -> int | None:
        return slip(self.first_scheduled_on, self.held_on or self.scheduled_on)


@once_per_as_of
def meetings(as_of: AsOf) -> list[Meeting]:
    """The meetings of its facilities that were fixed or held by the day: three queries.

    After a merger the successor's are those its predecessors still await and, when the merger made
    it and all of them had passed, those that passed them.
    """
    return _under_successors(_recorded(as_of), as_of)


def _recorded(as_of: AsOf) -> list[Meeting]:
    dates: dict[int, list[CouncilDate]] = defaultdict(list)
    for row in as_of.only(
        CouncilDate.objects.in_force(as_of.until, as_of.known_at), "meeting__facility_id"
    ):
        dates[row.meeting_id].append(row)
    # In the order of their days, so that the latest of a meeting stays: one put off may rule later.
    ruled = as_of.only(CouncilRuling.objects.proven(as_of.until, as_of.known_at))
    rulings = {row.meeting_id: row for row in ruled}
    found = []
    recorded = as_of.only(
        CouncilMeeting.objects.standing(as_of.known_at).select_related("criteria_set")
    )
    for meeting in recorded.order_by("code"):
        fixed, ruling = dates.get(meeting.pk, []), rulings.get(meeting.pk)
        if not fixed and ruling is None:
            continue
        found.append(
            Meeting(
                id=meeting.pk,
                code=meeting.code,
                facility_id=meeting.facility_id,
                level=meeting.level,
                criteria=meeting.basis
                or (meeting.criteria_set.basis if meeting.criteria_set else ""),
                scheduled_on=fixed[-1].scheduled_on if fixed else None,
                first_scheduled_on=fixed[0].scheduled_on if fixed else None,
                fixed_on=fixed[-1].effective_from if fixed else None,
                because=fixed[-1].because if fixed else "",
                held_on=ruling.happened_on if ruling else None,
                conclusion=ruling.conclusion if ruling else None,
                minutes_number=ruling.minutes_number if ruling else "",
                rung=Rung(ruling.rung) if ruling else None,
                assumed=(ruling or fixed[-1]).assumed,
            )
        )
    return found


def _under_successors(found: list[Meeting], as_of: AsOf) -> list[Meeting]:
    for merger in as_of.mergers():
        standing = {
            pk: standing_ruling([m for m in found if m.facility_id == pk])
            for pk in merger.predecessors
        }
        all_passed = all(ruling and ruling.passed for ruling in standing.values())
        passes_on = {m.id for m in standing.values() if m} if all_passed else set()
        if not merger.successor_is_new:
            passes_on = set()
        found = [
            replace(meeting, facility_id=merger.successor)
            if meeting.facility_id in standing and (meeting.awaited or meeting.id in passes_on)
            else meeting
            for meeting in found
        ]
    return found


def standing_ruling(of_one_facility: list[Meeting]) -> Meeting | None:
    """The latest meeting that ruled."""
    ruled = [meeting for meeting in of_one_facility if meeting.has_ruled]
    return max(ruled, key=lambda m: (m.held_on, m.code), default=None)


def awaited_meeting(of_one_facility: list[Meeting]) -> Meeting | None:
    """The earliest meeting with a date that has not ruled yet."""
    awaited = [meeting for meeting in of_one_facility if meeting.awaited]
    return min(awaited, key=lambda m: (m.scheduled_on, m.code), default=None)


def awaited_meetings(as_of: AsOf) -> list[Meeting]:
    """Those of the day's facilities with a day on which they are still to rule, nearest first."""
    places = {facility.id for facility in as_of.on(as_of.until)}
    awaited = [one for one in meetings(as_of) if one.awaited and one.facility_id in places]
    return sorted(awaited, key=lambda one: (one.scheduled_on or date.max, one.code))


def fixed(awaited: Iterable[Meeting], on: date) -> list[Meeting]:
    """Those whose day is still to come, or is today."""
    return [one for one in awaited if one.scheduled_on and one.scheduled_on >= on]


def unruled(awaited: Iterable[Meeting], on: date) -> list[Meeting]:
    """Those whose day has passed without a ruling."""
    return [one for one in awaited if one.scheduled_on and one.scheduled_on < on]
