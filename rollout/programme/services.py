"""Verbs of the programme. Whoever calls has settled the permission."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities import clock
from facilities.as_of import AsOf
from facilities.models import Area, AreaParent, Document, Facility, User
from facilities.reorganising import move_area
from facilities.services import record, withdraw
from rollout.models import (
    Absence,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    MilestoneEvent,
    MilestoneTarget,
    Programme,
    ProgrammeArea,
    StatusReport,
    StepNotNeeded,
    Tracking,
)
from rollout.programme import reporting
from rollout.programme.councils import rules


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


@transaction.atomic
def track(
    *,
    measures: Iterable[str],
    since: date,
    is_tracked: bool,
    source: str,
    by: User,
    area: Area | None = None,
    kind: str = "",
) -> list[Tracking]:
    """From a day on the records of these measures are complete, or are not any more.

    For all facilities, those of an area, or those of a kind.
    """
    return [
        record(
            Tracking(
                measure=measure,
                effective_from=since,
                is_tracked=is_tracked,
                area=area,
                kind_id=kind or None,
                source=source,
            ),
            by=by,
        )
        for measure in measures
    ]


@transaction.atomic
def steer(
    *,
    programme: Programme,
    area: Area,
    on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> ProgrammeArea:
    """From day `on` the programme steers this province: its name stands on pages and papers.

    Where another programme steers that province, both are one from that day on, and the area that
    was left lies in it. Raises ValidationError for an area that is no province. What was decided
    for that very day before gives way.
    """
    if area.level != Area.Level.PROVINCE:
        raise ValidationError({"area": _("Choose a province.")}, code="no_province")
    for before in ProgrammeArea.objects.known().filter(programme=programme, effective_from=on):
        withdraw(fact=before, because=because, by=by)
    left = programme.area
    if area != left and Programme.objects.filter(area=area).exists():
        lies_in = AreaParent.objects.in_force(on).filter(area=left).last()
        if lies_in is None or lies_in.parent_id != area.pk:
            move_area(area=left, parent=area, on=on, because=because, by=by, document=document)
    return record(
        ProgrammeArea(
            programme=programme, area=area, effective_from=on, source=because, document=document
        ),
        by=by,
    )


def record_absence(
    *,
    facility: Facility,
    measure: str,
    happened_on: date,
    by: User,
    note: str = "",
    document: Document | None = None,
) -> Absence:
    """The facility says that it has none. What comes later counts all the same."""
    return record(
        Absence(
            facility=facility,
            measure=measure,
            happened_on=happened_on,
            note=note,
            document=document,
        ),
        by=by,
    )


def declare_not_needed(
    *,
    gap: str,
    facility: Facility,
    happened_on: date,
    because: str,
    by: User,
    document: Document | None = None,
) -> StepNotNeeded:
    """A step that was passed over is not needed here. `gap`: `Contradiction.key`."""
    return record(
        StepNotNeeded(
            gap=gap,
            facility=facility,
            happened_on=happened_on,
            because=because,
            document=document,
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
    """The council met and concluded. Raises ValidationError for a day before the meeting was fixed."""
    fixed_on = (
        CouncilDate.objects.known()
        .filter(meeting=meeting)
        .aggregate(first=Min("effective_from"))["first"]
    )
    if fault := rules.held_too_early(fixed_on, held_on):
        raise ValidationError({"happened_on": fault}, code="order")
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


def report(
    *, facility: Facility, by: User, at: datetime, nothing_changed: bool
) -> StatusReport | None:
    """A facility reports at this moment. Returns its report; None while no calendar asks it for any.

    Which week it answers: `rollout.programme.reporting`. A week is reported once, and a day holds one
    report: whoever reports again gets the report there is.
    """
    moment = clock.as_if_today(at)
    on = timezone.localdate(moment)
    as_of = AsOf(on, facility_ids=frozenset({facility.pk}))
    weeks = reporting.calendars(as_of).of(facility.pk)
    if not weeks:
        return None
    standing = StatusReport.objects.known().filter(facility=facility)
    if of_the_day := standing.filter(happened_on=on).order_by("recorded_at", "pk").last():
        return of_the_day
    given = {weeks.week_of(row.due_on, clock.as_if_today(row.recorded_at)): row for row in standing}
    open_weeks = reporting.answered_by(as_of, weeks, facility.pk, moment)
    week = next((week for week in open_weeks if week not in given), None)
    if week is None:
        return given[open_weeks[-1]]
    made = StatusReport(
        facility=facility, due_on=week.due_on, happened_on=on, nothing_changed=nothing_changed
    )
    try:
        with transaction.atomic():
            return record(made, by=by, at=at)
    except (IntegrityError, ValidationError):
        # Somebody else of the facility was first by a moment.
        if first := standing.filter(due_on=week.due_on).first():
            return first
        raise
