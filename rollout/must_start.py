"""By when work must start so that the law's deadline, or the plan, can still be kept.

These are warnings ahead of deadlines, not deadlines themselves: nobody is late by them, so they are
told by alerts and listed, and count in no figure.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from equipment.durations import Usual, usual
from equipment.must_start import MustStart, must_starts
from equipment.stages import Stage
from facilities.lineage import inherit
from facilities.register import Register, once_per_register
from facilities.timeline import EMPTY, Deadline, fold
from facilities.working_days import working_days_of
from rollout.councils import awaited_meeting, meetings
from rollout.legal import legal_deadlines
from rollout.models import LegalDeadline, Milestone
from rollout.readiness import milestones_reached
from signatures import readiness as signatures

FILE, REQUEST = "must_start", "must_request"  # rules

# Working days to plan with: the Committee issues within three of a valid request (Decree 68/2024);
# that handing over and testing take ten is ours.
ISSUE_DAYS = 3
HAND_OVER_DAYS = 10

# Days from the pilot to official use where too few facilities have gone that way.
ASSUMED_TO_OFFICIAL = 90


class Needed(NamedTuple):
    """By when the servers of a facility must be accepted to keep the law; from how much."""

    by: date
    law: date
    took: Usual  # from the launch to official use


@once_per_register
def needed(register: Register) -> Needed | None:
    """None when the law sets no day ahead that binds hospitals.

    Servers must stand when a facility launches; from there it still takes what it took others.
    """
    law = law_of(register)
    if law is None:
        return None
    took = usual(_launch_to_official(register), ASSUMED_TO_OFFICIAL)
    working = working_days_of(register)
    return Needed(working.add(date.fromordinal(law.toordinal() - took.days + 1), -1), law, took)


def law_of(register: Register) -> date | None:
    """The next day by which the law wants hospitals to use records officially; None without one."""
    on = register.map_on or register.until
    days = (
        deadline.due_on
        for deadline in legal_deadlines(register.until, register.known_at)
        if deadline.applies_to != LegalDeadline.AppliesTo.OTHERS and deadline.due_on >= on
    )
    return min(days, default=None)


def _launch_to_official(register: Register) -> list[int]:
    return [
        (days[Milestone.OFFICIAL] - days[Milestone.LAUNCH]).days
        for days in milestones_reached(_whole(register)).values()
        if Milestone.OFFICIAL in days
        and Milestone.LAUNCH in days
        and days[Milestone.OFFICIAL] >= days[Milestone.LAUNCH]
    ]


@once_per_register
def _whole(register: Register) -> Register:
    """What took others how long is read of the whole province, whatever part is looked at."""
    if register.facility_ids is None:
        return register
    return Register(register.until, register.known_at, map_on=register.map_on)


@once_per_register
def starts(register: Register) -> list[MustStart]:
    """Of the files whose invitation is not out."""
    fallback = needed(register)
    return list(must_starts(register, fallback.by if fallback else None))


def deadlines(register: Register) -> Iterator[Deadline]:
    """The latest days to move on, of files not yet posted and certificates not yet asked for."""
    working = working_days_of(register)
    for start in starts(register):
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
    for facility_id, missing, by in _requests(register):
        yield Deadline(
            rule=REQUEST,
            subject=f"{REQUEST}:{facility_id}",
            facility_id=facility_id,
            due_on=by,
            done_on=None,
            what=_still_to_request(missing),
            working=working,
        )


def _requests(register: Register) -> Iterator[tuple[int, int, date]]:
    """Facilities that have asked for fewer certificates than they need, how many, by when at the latest.

    Needed on the day of the council that is fixed, else on that of the law.
    """
    law, working = law_of(register), working_days_of(register)
    changes = inherit(signatures.changes(register), register, signatures.PASSES_ON)
    by_facility: dict[int, list] = {}
    for meeting in meetings(register):
        by_facility.setdefault(meeting.facility_id, []).append(meeting)
    for facility_id, state in fold(changes, register.until).items():
        wanted = state.get("certificates_needed", EMPTY).amount
        missing = wanted - state.get("certificates_requested", EMPTY).amount
        awaited = awaited_meeting(by_facility.get(facility_id, []))
        by = awaited.scheduled_on if awaited and awaited.scheduled_on else law
        if missing > 0 and by:
            yield facility_id, missing, working.add(by, -(ISSUE_DAYS + HAND_OVER_DAYS))


def _still_to_request_text(count: int) -> str:
    return ngettext(
        "Latest day to ask for %(count)s digital signature still missing",
        "Latest day to ask for %(count)s digital signatures still missing",
        count,
    ) % {"count": count}


_still_to_request = lazy(_still_to_request_text, str)
