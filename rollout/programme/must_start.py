"""By when work must start so that the law's deadline, or the plan, can still be kept.

These are warnings ahead of deadlines, not deadlines themselves: nobody is late by them, so they are
told by alerts and listed, and count in no figure.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from equipment.durations import Usual
from equipment.must_start import MustStart, must_starts
from equipment.stages import Stage
from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from facilities.lazy_texts import lazily
from facilities.lineage import inherit
from facilities.timeline import EMPTY, Deadline, fold
from facilities.working_days import WorkingDays, working_days_of
from rollout.models import MeasureCode, Milestone
from rollout.programme.councils import awaited_meeting, meetings
from rollout.programme.durations import WAY, days_of, usually
from rollout.programme.legal import LegalDeadlineOnDay, nearest, standing
from rollout.programme.tracking import tracked
from signatures import changes as signatures

FILE, MILESTONE, REQUEST = "must_start", "must_reach", "must_request"  # rules

# Working days to plan with: the Committee issues within three of a valid request (Decree 68/2024);
# that handing over and testing take ten is ours.
ISSUE_DAYS = 3
HAND_OVER_DAYS = 10


class Latest(NamedTuple):
    """By when a milestone must be reached so that the deadline of the law can still be kept."""

    milestone: Milestone
    by: date
    takes: Usual | None  # from here to the next milestone; None: here the law's day is met

    def is_too_late(self, on: date, working: WorkingDays) -> bool:
        return working.late(self.by, on) > 0


@once_per_as_of
def latest_days(as_of: AsOf) -> dict[str, Latest]:
    """Of the facilities that the next deadline binds: see `latest_days_until`."""
    return latest_days_until(as_of, law_of(as_of))


def latest_days_until(as_of: AsOf, by: date | None) -> dict[str, Latest]:
    """Backward from the day of a deadline: each step takes what it usually took here.

    Empty without a day. A latest day that is no working day moves back to the one before it.
    """
    if by is None:
        return {}
    working, takes, found = working_days_of(as_of), None, {}
    for milestone in reversed(WAY[1:]):
        by = working.last_working(by)
        found[milestone.value] = Latest(milestone, by, takes)
        takes = usually(as_of, milestone)
        by -= timedelta(days=takes.days)
    return dict(reversed(found.items()))


def next_latest(as_of: AsOf) -> Iterator[tuple[int, Latest]]:
    """Of each facility on its way, the latest day of the milestone that comes next."""
    days = days_of(as_of)
    by_law: dict[date | None, dict[str, Latest]] = {}
    for facility in as_of.on(as_of.until):
        reached = days.get(facility.id, {})
        if not facility.in_rollout or Milestone.OFFICIAL in reached:
            continue
        furthest = max((i for i, code in enumerate(WAY) if code in reached), default=0)
        following = WAY[furthest + 1 : furthest + 2]
        law = law_for(as_of, facility)
        if law not in by_law:
            by_law[law] = latest_days_until(as_of, law)
        latest = by_law[law]
        if following and following[0].value in latest:
            yield facility.id, latest[following[0].value]


def law_of(as_of: AsOf) -> date | None:
    """The next day by which some facility here must use records officially; None without one."""
    law = _next(as_of, as_of.on(as_of.until))
    return law.due_on if law else None


def law_for(as_of: AsOf, facility: FacilityOnDay) -> date | None:
    """The next day by which this facility must use records officially; None without one."""
    law = _next(as_of, [facility])
    return law.due_on if law else None


def _next(as_of: AsOf, facilities: Iterable[FacilityOnDay]) -> LegalDeadlineOnDay | None:
    return nearest(standing(as_of), facilities, as_of.map_on or as_of.until)


@once_per_as_of
def starts(as_of: AsOf) -> list[MustStart]:
    """Of the files whose invitation is not out. Servers must stand when the facility that buys launches,
    by the deadline that binds it.
    """
    places = {facility.id: facility for facility in as_of.on(as_of.until)}
    by_law: dict[date | None, date | None] = {}

    def launch_by(facility_id: int) -> date | None:
        place = places.get(facility_id)
        law = law_for(as_of, place) if place else None
        if law not in by_law:
            launch = latest_days_until(as_of, law).get(Milestone.LAUNCH.value)
            by_law[law] = launch.by if launch else None
        return by_law[law]

    return list(must_starts(as_of, launch_by))


def deadlines(as_of: AsOf) -> Iterator[Deadline]:
    """The latest days to move on: of files not yet posted, milestones, certificates not yet asked for."""
    working = working_days_of(as_of)
    for start in starts(as_of):
        yield Deadline(
            rule=FILE,
            subject=f"{FILE}:{start.file.id}",
            facility_id=start.file.facility_id,
            due_on=start.next.by,
            done_on=None,
            what=format_lazy(
                "{} “{}”: {}", _("Latest day for"), Stage(start.next.stage).label, start.file.code
            ),
            working=working,
        )
    for facility_id, latest in next_latest(as_of):
        yield Deadline(
            rule=MILESTONE,
            subject=f"{MILESTONE}:{facility_id}:{latest.milestone}",
            facility_id=facility_id,
            due_on=latest.by,
            done_on=None,
            what=format_lazy("{} “{}”", _("Latest day for"), latest.milestone.label),
            working=working,
        )
    for facility_id, missing, by in _requests(as_of):
        yield Deadline(
            rule=REQUEST,
            subject=f"{REQUEST}:{facility_id}",
            facility_id=facility_id,
            due_on=by,
            done_on=None,
            what=_still_to_request(missing),
            working=working,
        )


def _requests(as_of: AsOf) -> Iterator[tuple[int, int, date]]:
    """Facilities that have asked for fewer certificates than they need, how many, by when at the latest.

    Needed on the day of the council that is fixed, else on that of the law.
    """
    working = working_days_of(as_of)
    changes = inherit(signatures.requested_and_needed(as_of), as_of, signatures.PASSES_ON)
    by_facility: dict[int, list] = {}
    for meeting in meetings(as_of):
        by_facility.setdefault(meeting.facility_id, []).append(meeting)
    places = {facility.id: facility for facility in as_of.on(as_of.until)}
    for facility_id, state in fold(changes, as_of.until).items():
        wanted = state.get("certificates_needed", EMPTY).amount
        requested = state.get("certificates_requested", EMPTY)
        if requested.newest_on is None and not (
            facility_id in places
            and tracked(as_of).at(places[facility_id], as_of.until)(
                MeasureCode.SIGNATURES_REGISTERED
            )
        ):
            continue  # nobody has said that they were not asked for
        missing = wanted - requested.amount
        awaited = awaited_meeting(by_facility.get(facility_id, []))
        place = places.get(facility_id)
        law = law_for(as_of, place) if place else None
        by = awaited.scheduled_on if awaited and awaited.scheduled_on else law
        if missing > 0 and by:
            yield facility_id, missing, working.add(by, -(ISSUE_DAYS + HAND_OVER_DAYS))


def _still_to_request_text(count: int) -> str:
    return ngettext(
        "Latest day to ask for %(count)s digital signature still missing",
        "Latest day to ask for %(count)s digital signatures still missing",
        count,
    ) % {"count": count}


_still_to_request = lazily(_still_to_request_text)
