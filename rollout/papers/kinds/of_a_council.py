"""What the papers of a council share: which one, of which facility, with all its records."""

from dataclasses import dataclass

from facilities.register import FacilityOnDay
from rollout.councils.dossier import Dossier, dossier
from rollout.models import CouncilMeeting
from rollout.papers.kind import Asked, NoSuchSubject


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
    rows = CouncilMeeting.objects.select_related("criteria_set", "facility")
    meeting = rows.filter(code=asked.about).first()
    if meeting is None:
        raise NoSuchSubject
    facilities = {f.id: f for f in asked.register.on(asked.on)}
    return Council(
        meeting=meeting,
        facility=facilities.get(meeting.facility_id),
        dossier=dossier(meeting, asked.on, asked.known_at),
    )


def subjects(asked: Asked) -> list[tuple[str, str]]:
    facilities = {f.id: f.name for f in asked.register.on(asked.on)}
    rows = CouncilMeeting.objects.order_by("code")
    return [(row.code, f"{facilities.get(row.facility_id, row.code)} ({row.code})") for row in rows]
