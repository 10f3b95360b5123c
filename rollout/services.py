"""Verbs of the programme. Whoever calls has settled the permission."""

from datetime import date

from facilities.models import Document, Facility, User
from facilities.services import record
from rollout.models import (
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    MilestoneEvent,
    MilestoneTarget,
)


def record_milestone(
    *,
    facility: Facility,
    milestone: str,
    happened_on: date,
    by: User,
    document: Document | None = None,
) -> MilestoneEvent:
    """A milestone was reached. The council's is not recorded here but by `record_ruling`."""
    return record(
        MilestoneEvent(
            facility=facility, milestone=milestone, happened_on=happened_on, document=document
        ),
        by=by,
    )


def set_milestone_target(
    *,
    facility: Facility,
    milestone: str,
    due_on: date,
    set_on: date,
    by: User,
    because: str = "",
) -> MilestoneTarget:
    """Set or move a target. The first one is the baseline; moving it adds a row."""
    return record(
        MilestoneTarget(
            facility=facility,
            milestone=milestone,
            due_on=due_on,
            effective_from=set_on,
            because=because,
        ),
        by=by,
    )


def schedule_council(
    *, meeting: CouncilMeeting, scheduled_on: date, set_on: date, by: User, because: str = ""
) -> CouncilDate:
    """Fix or move the day of a meeting."""
    return record(
        CouncilDate(
            meeting=meeting, scheduled_on=scheduled_on, effective_from=set_on, because=because
        ),
        by=by,
    )


def record_ruling(
    *,
    meeting: CouncilMeeting,
    conclusion: str,
    held_on: date,
    by: User,
    minutes_number: str = "",
    document: Document | None = None,
) -> CouncilRuling:
    """The council met and concluded."""
    return record(
        CouncilRuling(
            meeting=meeting,
            facility=meeting.facility,
            conclusion=conclusion,
            happened_on=held_on,
            minutes_number=minutes_number,
            document=document,
        ),
        by=by,
    )
