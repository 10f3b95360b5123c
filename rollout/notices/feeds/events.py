"""The days of a person's work: councils, sessions, deadlines. Read from the registers, nothing stored."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from facilities.as_of import AsOf, FacilityOnDay
from facilities.permissions import Access
from facilities.timeline import Deadline
from facilities.working_days import WEEKENDS_ONLY, WorkingDays, working_days_of
from rollout.models import CouncilDate, CouncilMeeting, WorkingSession
from rollout.notices.alerts import RULES
from rollout.programme import reporting
from rollout.programme.councils import meetings
from rollout.programme.deadlines import deadlines
from rollout.programme.directives import directives
from rollout.programme.provinces import provinces_on

BACK, AHEAD = timedelta(days=90), timedelta(days=400)
COUNCIL, SESSION = "council", "session"


@dataclass(frozen=True, slots=True)
class Event:
    """`key` stays the same when the day moves. `off`: withdrawn, or put off without a day."""

    key: str
    kind: str  # a rule of `alerts.RULES`, or "session"
    day: date
    what: str
    url: str
    done_on: date | None = None
    off: bool = False
    working: WorkingDays = WEEKENDS_ONLY

    @property
    def cancelled(self) -> bool:
        """In a calendar: a deadline that is met reminds of nothing, a meeting that was held stays."""
        return self.off or (self.done_on is not None and self.kind not in (COUNCIL, SESSION))

    def state(self, on: date) -> str:
        """As a mark beside it on day `on`: done, late or not begun."""
        if self.done_on is not None:
            return "done"
        return "late" if self.working.days_late(self.day, on) else "not_begun"


def events(
    access: Access,
    on: date,
    span: tuple[date, date] | None = None,
    *,
    known_at: datetime | None = None,
) -> list[Event]:
    """Of the facilities, agencies or the province that the person may read, on day `on`, by day.

    `span`: the first and last day wanted; else from some months before `on` to a year ahead.
    What is off is told only as it is known now: calendars that hold it have to take it out.
    """
    first, last = span or (on - BACK, on + AHEAD)
    places = access.readable
    if places is None:
        as_of = AsOf(on, known_at)
        found = [*_deadlines(as_of), *_councils(as_of), *_sessions(as_of, first, None)]
    elif places:
        as_of = AsOf(on, known_at, places)
        found = [*_deadlines(as_of), *_councils(as_of), *_of_provinces(access, as_of, first)]
    else:
        found = []
    if access.agency_ids and places is not None:
        found += _of_agencies(access, on, known_at)
    wanted = [event for event in found if first <= event.day <= last]
    return sorted(wanted, key=lambda event: (event.day, event.what, event.key))


def _deadlines(as_of: AsOf) -> Iterator[Event]:
    facilities = {f.id: f for f in as_of.on(as_of.until)}
    for deadline in deadlines(as_of):
        # Councils have an event of their own; a report every week would bury the rest.
        if deadline.rule in (COUNCIL, reporting.RULE):
            continue
        facility = facilities.get(deadline.facility_id) if deadline.facility_id else None
        if deadline.facility_id and facility is None:
            continue
        yield Event(
            key=deadline.subject,
            kind=deadline.rule,
            day=deadline.due_on,
            what=f"{facility.name}: {deadline.what}" if facility else str(deadline.what),
            url=_page(deadline, facility),
            done_on=deadline.done_on,
            working=deadline.working,
        )


def _page(deadline: Deadline, facility: FacilityOnDay | None) -> str:
    place = RULES[deadline.rule].place
    if facility is None:
        return reverse(place)
    return f"{reverse('rollout:facility', args=[facility.code])}#{place}"


def _councils(as_of: AsOf) -> Iterator[Event]:
    facilities = {f.id: f for f in as_of.on(as_of.until)}
    working = working_days_of(as_of)
    seen = set()
    for meeting in meetings(as_of):
        facility = facilities.get(meeting.facility_id)
        day = meeting.held_on or meeting.scheduled_on
        if facility is None or day is None:
            continue
        seen.add(meeting.id)
        yield Event(
            key=f"council:{meeting.id}",
            kind=COUNCIL,
            day=day,
            what=_("%(facility)s: evaluation council") % {"facility": facility.name},
            url=f"{reverse('rollout:facility', args=[facility.code])}#councils",
            done_on=meeting.held_on if meeting.has_ruled else None,
            working=working,
            off=not (meeting.has_ruled or meeting.awaited),
        )
    if as_of.known_at:
        return
    gone = (
        CouncilDate.objects.filter(withdrawn_at__isnull=False, meeting__facility__in=facilities)
        .exclude(meeting__in=seen)
        .order_by("effective_from", "pk")
    )
    last = {row.meeting_id: row.scheduled_on for row in gone}
    places = dict(CouncilMeeting.objects.filter(pk__in=last).values_list("pk", "facility_id"))
    for pk, day in last.items():
        facility = facilities[places[pk]]
        yield Event(
            key=f"council:{pk}",
            kind=COUNCIL,
            day=day,
            what=_("%(facility)s: evaluation council") % {"facility": facility.name},
            url=f"{reverse('rollout:facility', args=[facility.code])}#councils",
            off=True,
        )


def _of_provinces(access: Access, as_of: AsOf, first: date) -> Iterator[Event]:
    """The sessions of the provinces that an area role is held for as a whole."""
    areas = access.sessions_read
    if areas:
        steered = provinces_on(as_of.until, as_of.known_at)
        programmes = [pk for one in steered if one.area_id in areas for pk in one.programmes]
        yield from _sessions(as_of, first, programmes)


def _sessions(as_of: AsOf, first: date, programmes: Collection[int] | None) -> Iterator[Event]:
    """`programmes`: whose; None: all."""
    known_at = as_of.known_at
    rows = WorkingSession.objects.known(known_at) if known_at else WorkingSession.objects.all()
    if programmes is not None:
        rows = rows.filter(programme__in=programmes)
    for row in rows.filter(held_on__gte=first).order_by("held_on", "pk"):
        yield Event(
            key=f"session:{row.pk}",
            kind=SESSION,
            day=row.held_on,
            what=row.name,
            url=reverse("rollout:session", args=[row.pk]),
            done_on=row.held_on if row.held_on < as_of.until else None,
            off=known_at is None and row.withdrawn_at is not None,
        )


def _of_agencies(access: Access, on: date, known_at: datetime | None) -> Iterator[Event]:
    for directive in directives(on, known_at):
        if directive.due_on and access.sees_directive_of(directive.agency_ids):
            yield Event(
                key=f"directive:{directive.id}",
                kind="directive",
                day=directive.due_on,
                what=f"{directive.code}: {directive.text}",
                url=reverse("rollout:directive", args=[directive.code]),
                done_on=directive.closed_on,
                working=directive.working,
            )
