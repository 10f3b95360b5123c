"""What the papers of a council share: which one, of which facility, with all its records."""

from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from django.utils.translation import gettext as _

from facilities.as_of import FacilityOnDay
from rollout.models import CouncilMeeting
from rollout.programme.councils import meetings
from rollout.programme.councils.dossier import Dossier, dossier
from rollout.publishing.papers.kind import Asked, NoSuchSubject
from rollout.templatetags.figures import day


@dataclass(frozen=True, slots=True)
class Council:
    meeting: CouncilMeeting
    facility: FacilityOnDay | None
    dossier: Dossier

    @property
    def facility_name(self) -> str:
        return self.facility.name if self.facility else str(self.meeting.facility)

    @property
    def basis(self) -> str:
        """What it judges by: the circular of its criteria, and what was written for want of one."""
        chosen = self.meeting.criteria_set.basis if self.meeting.criteria_set else ""
        return "; ".join(filter(None, (chosen, self.meeting.basis)))


def council(asked: Asked) -> Council:
    """Raises NoSuchSubject."""
    rows = asked.as_of.only(CouncilMeeting.objects.standing())
    rows = rows.select_related("criteria_set", "facility")
    meeting = rows.filter(code=asked.about).first()
    if meeting is None:
        raise NoSuchSubject
    facilities = {f.id: f for f in asked.as_of.on(asked.on)}
    return Council(
        meeting=meeting,
        facility=facilities.get(meeting.facility_id),
        dossier=dossier(meeting, asked.on, asked.known_at),
    )


def subjects(asked: Asked) -> list[tuple[str, str]]:
    """Those that have ruled, the latest first, then the others."""
    ruled, to_rule = _by_turn(asked)
    return [*reversed(ruled), *to_rule]


def next_subjects(asked: Asked) -> list[tuple[str, str]]:
    """Those that are still to rule, the next first, then the others."""
    ruled, to_rule = _by_turn(asked)
    return [*to_rule, *reversed(ruled)]


def _by_turn(asked: Asked) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Code and words of the councils that have ruled and of those that have not, each by their day.

    Those without a day come last.
    """
    facilities = asked.as_of.so_far(asked.on)
    told = {meeting.code: meeting for meeting in meetings(asked.as_of)}
    ruled: list[tuple[date, tuple[str, str]]] = []
    to_rule: list[tuple[date, tuple[str, str]]] = []
    for row in asked.as_of.only(CouncilMeeting.objects.standing()).order_by("code"):
        meeting = told.get(row.code)
        has_ruled = meeting is not None and meeting.has_ruled
        when = None
        if meeting is not None:
            when = meeting.held_on if has_ruled else meeting.scheduled_on
        facility = facilities.get(row.facility_id)
        words = f"{facility.name if facility else row.code}, {_day(when)}"
        (ruled if has_ruled else to_rule).append((when or date.max, (row.code, words)))
    return _subjects_by_day(ruled), _subjects_by_day(to_rule)


def _subjects_by_day(found: list[tuple[date, tuple[str, str]]]) -> list[tuple[str, str]]:
    return [subject for _when, subject in sorted(found, key=itemgetter(0))]


def _day(when: date | None) -> str:
    return day(when) if when else _("no date is fixed")
