"""What is due in the programme: milestones, councils, reports, directives, the law."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import equipment.deadlines
import signatures.deadlines
from facilities import clock
from facilities.as_of import AsOf, FacilityOnDay
from facilities.lazy_texts import lazily
from facilities.models.places import in_language
from facilities.timeline import Deadline
from facilities.working_days import working_days_of
from rollout.models import ConditionMet, CouncilCondition, Milestone
from rollout.programme import reporting
from rollout.programme.changes import milestones_reached
from rollout.programme.councils import Meeting, meetings, standing_ruling
from rollout.programme.directives import directives
from rollout.programme.legal import LegalDeadlineOnDay, standing
from rollout.programme.milestone_line import targets
from rollout.programme.ways import ways

AHEAD = timedelta(days=90)


def deadlines(as_of: AsOf) -> Iterator[Deadline]:
    """Everything due in all modules, with what has been done by the day."""
    working = working_days_of(as_of)
    for deadline in _of_all_modules(as_of):
        yield deadline._replace(working=working)


def late_and_coming(as_of: AsOf) -> list[Deadline]:
    """What is late on the day, and what is due within the next quarter."""
    last = as_of.until + AHEAD
    return [one for one in deadlines(as_of) if one.done_on is None and one.due_on <= last]


def _of_all_modules(as_of: AsOf) -> Iterator[Deadline]:
    yield from of_facilities(as_of)
    if as_of.facility_ids is None:
        yield from of_directives(as_of.until, as_of.known_at)
        facilities, official = as_of.on(as_of.until), official_since(as_of)
        yield from of_the_law(standing(as_of), facilities, official)


def of_facilities(as_of: AsOf) -> Iterator[Deadline]:
    """What one facility each owes; without the calendar by which it is late."""
    yield from equipment.deadlines.deadlines(as_of)
    yield from signatures.deadlines.deadlines(as_of)
    yield from _milestones(as_of)
    yield from _councils(as_of)
    yield from _conditions(as_of)
    yield from _reports(as_of)


def _milestones(as_of: AsOf) -> Iterator[Deadline]:
    """A milestone is done once it, or a later one, was reached: its day may not have been recorded."""
    order = [milestone.value for milestone in Milestone]
    reached: dict[int, list[tuple[int, date]]] = {
        facility_id: [(order.index(milestone), day) for milestone, day in days.items()]
        for facility_id, days in milestones_reached(as_of).items()
    }
    for meeting in meetings(as_of):
        if meeting.ruled_on:
            reached.setdefault(meeting.facility_id, []).append(
                (order.index(Milestone.COUNCIL), meeting.ruled_on)
            )
    for facility_id, planned in targets(as_of).items():
        for milestone, target in planned.items():
            later = [d for i, d in reached.get(facility_id, ()) if i >= order.index(milestone)]
            yield Deadline(
                rule="milestone",
                subject=f"milestone:{facility_id}:{milestone}",
                facility_id=facility_id,
                due_on=target.due_on,
                done_on=min(later, default=None),
                what=Milestone(milestone).label,
                assumed=target.assumed,
            )


def _councils(as_of: AsOf) -> Iterator[Deadline]:
    for meeting in meetings(as_of):
        if meeting.scheduled_on:
            yield Deadline(
                rule="council",
                subject=f"council:{meeting.id}",
                facility_id=meeting.facility_id,
                due_on=meeting.scheduled_on,
                done_on=None if meeting.awaited else meeting.held_on,
                what=_("Meeting of the evaluation council"),
                assumed=bool(meeting.assumed),
            )


def _conditions(as_of: AsOf) -> Iterator[Deadline]:
    """What councils asked to be put right, once they had ruled."""
    ruled = {meeting.id: meeting for meeting in meetings(as_of) if meeting.has_ruled}
    met = {
        row.condition_id: row.met_on
        for row in ConditionMet.objects.known(as_of.known_at).filter(met_on__lte=as_of.until)
    }
    for condition in CouncilCondition.objects.known(as_of.known_at).filter(meeting__in=ruled):
        yield Deadline(
            rule="condition",
            subject=f"condition:{condition.pk}",
            facility_id=ruled[condition.meeting_id].facility_id,
            due_on=condition.due_on,
            done_on=met.get(condition.pk),
            what=format_lazy("{}: {}", _("Condition of the council"), condition.text),
        )


def _reports(as_of: AsOf) -> Iterator[Deadline]:
    """The week that runs and the one before it; what was missed earlier nobody can make good."""
    asked = reporting.calendars(as_of)
    if not asked:
        return
    on = as_of.until
    near = {
        facility.id: [*weeks.ended(on)[-1:], weeks.running(on)]
        for facility in as_of.on(on)
        if (weeks := asked.of(facility.id))
    }
    given = reporting.reports(as_of, min((weeks[0].due_on for weeks in near.values()), default=on))
    for facility in as_of.on(on):
        weeks = asked.of(facility.id)
        for week in near.get(facility.id, ()):
            if not reporting.is_asked(as_of, weeks, facility.id, week):
                continue
            report = given.get((facility.id, week.due_on))
            yield Deadline(
                rule=reporting.RULE,
                subject=f"report:{facility.id}",
                facility_id=facility.id,
                due_on=week.due_on,
                done_on=clock.day_of(report.recorded_at) if report else None,
                what=_("Weekly report"),
            )


def of_directives(on: date, known_at: datetime | None) -> Iterator[Deadline]:
    for directive in directives(on, known_at):
        if directive.due_on:
            yield Deadline(
                rule="directive",
                subject=f"directive:{directive.id}",
                facility_id=None,
                due_on=directive.due_on,
                done_on=directive.closed_on,
                what=format_lazy("{} {}", _("Directive"), directive.code),
            )


def of_the_law(
    laws: Iterable[LegalDeadlineOnDay],
    facilities: Collection[FacilityOnDay],
    official: Mapping[int, date],
) -> Iterator[Deadline]:
    """The law is met on the day the last facility that it binds began official use.

    A deadline that binds none of those who take part is nobody's here.
    """
    for deadline in laws:
        bound = [facility.id for facility in facilities if deadline.binds(facility)]
        everybody = bool(bound) and all(pk in official for pk in bound)
        met_on = max(official[pk] for pk in bound) if everybody else None
        yield Deadline(
            rule="legal",
            subject=f"legal:{deadline.code}",
            facility_id=None,
            due_on=deadline.due_on,
            done_on=met_on,
            what=lazily(in_language)(deadline.name_vi, deadline.name_en),
        )


def official_since(as_of: AsOf) -> dict[int, date]:
    """Since when a facility has been both passed by its council, where one is needed, and in official use."""
    way = ways(as_of)
    needs_council = {
        facility.id
        for facility in as_of.on(as_of.until)
        if Milestone.COUNCIL in way.of(facility, as_of.until)
    }
    used = {
        facility_id: days[Milestone.OFFICIAL]
        for facility_id, days in milestones_reached(as_of).items()
        if Milestone.OFFICIAL in days
    }
    councils: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings(as_of):
        councils[meeting.facility_id].append(meeting)
    found = {}
    for facility_id, day in used.items():
        if facility_id not in needs_council:
            found[facility_id] = day
            continue
        ruling = standing_ruling(councils[facility_id])
        if ruling and ruling.passed and ruling.held_on:
            found[facility_id] = max(day, ruling.held_on)
    return found
