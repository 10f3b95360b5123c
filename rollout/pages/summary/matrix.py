"""Facilities by milestones: a table of marks, each of which opens one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from rollout.figures.results import FacilityResult
from rollout.models import Milestone
from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.obstacles import Hold, ObstacleOnDay
from rollout.templatetags.figures import day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Short heads for narrow columns. Preparing is left out: what it takes is the first column.
COLUMNS = {
    "servers": pgettext_lazy("column", "Servers"),
    Milestone.PILOT: pgettext_lazy("column", "Pilot"),
    Milestone.LAUNCH: pgettext_lazy("column", "Launch"),
    Milestone.SELF_ASSESSMENT: pgettext_lazy("column", "Self-assessed"),
    Milestone.COUNCIL: pgettext_lazy("column", "Council"),
    Milestone.DECISION: pgettext_lazy("column", "Decision"),
    Milestone.OFFICIAL: pgettext_lazy("column", "Official"),
    Milestone.PORTAL: pgettext_lazy("column", "Portal"),
}

Holds = dict[tuple[int, str], tuple[ObstacleOnDay, Hold]]


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """`when`: the day it was done, or the day it is planned for."""

    state: str
    when: date | None
    label: "StrOrPromise"
    sentence: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """`late_for`: what the facility is longest late with; empty for whoever may not read causes."""

    facility: FacilityResult
    cells: tuple[MatrixCell, ...]
    late_for: object


def matrix(facilities: Iterable[FacilityResult], holds: Holds | None) -> list[MatrixRow]:
    """`holds` None: the reader may know how far each facility is, but not why."""
    return [
        MatrixRow(
            facility,
            _cells(facility, holds),
            "" if holds is None else facility.late_for,
        )
        for facility in facilities
    ]


def holds_of(obstacles: Iterable[ObstacleOnDay]) -> Holds:
    """The costliest open obstacle that holds a milestone of a facility."""
    found: Holds = {}
    for obstacle in obstacles:  # costliest first
        for hold in obstacle.holds:
            if hold.until is None:
                found.setdefault((hold.facility_id, hold.milestone), (obstacle, hold))
    return found


def _cells(facility: FacilityResult, holds: Holds | None) -> tuple[MatrixCell, ...]:
    servers = facility.measures["servers"]
    first = MatrixCell(
        servers.state,
        servers.newest_on if servers.state == "done" else None,
        COLUMNS["servers"],
        SERVERS[servers.state] % {"day": day(servers.newest_on)},
    )
    by_code = {milestone.code: milestone for milestone in facility.milestones}
    return first, *(
        MatrixCell(
            found.state,
            found.actual or found.target,
            label,
            happened(found)
            if holds is None
            else sentence(found, holds.get((facility.id, found.code))),
        )
        for code, label in COLUMNS.items()
        if (found := by_code.get(code))
    )


SERVERS = {
    "done": gettext_lazy("The EMR server is in place; newest entry of %(day)s."),
    "under_way": gettext_lazy("There is no EMR server yet; its procurement has begun."),
    "not_begun": gettext_lazy("There is no EMR server, and no procurement has begun."),
    "unknown": gettext_lazy("Nobody has reported on the EMR server."),
}


def sentence(milestone: MilestoneOnDay, held: tuple[ObstacleOnDay, Hold] | None) -> str:
    """What a mark means: what happened or is planned when, and what `remark` adds."""
    return f"{happened(milestone)} {remark(milestone, held)}".strip()


def happened(milestone: MilestoneOnDay) -> str:
    """What happened or is planned when, without any reason."""
    return _done(milestone) if milestone.state == "done" else _open(milestone)


def remark(milestone: MilestoneOnDay, held: tuple[ObstacleOnDay, Hold] | None) -> str:
    """Why the plan was moved; what holds the milestone up, whose it is to clear, since when."""
    texts = []
    if milestone.because:
        texts.append(_("Moved because: %(reason)s.") % {"reason": milestone.because.rstrip(".")})
    if held is not None and milestone.state != "done":
        obstacle, hold = held
        told = {"obstacle": obstacle.name, "agency": obstacle.agency, "day": day(hold.since)}
        texts.append(
            _("Blocked since %(day)s by: %(obstacle)s (%(agency)s).") % told
            if obstacle.agency
            else _("Blocked since %(day)s by: %(obstacle)s.") % told
        )
    return " ".join(texts)


def _done(milestone: MilestoneOnDay) -> str:
    told = {"day": day(milestone.actual), "planned": day(milestone.baseline)}
    slip = milestone.slip_days
    if slip is None:
        return _("Done on %(day)s.") % told
    if slip > 0:
        return ngettext(
            "Done on %(day)s, %(count)s day after the original plan (%(planned)s).",
            "Done on %(day)s, %(count)s days after the original plan (%(planned)s).",
            slip,
        ) % (told | {"count": slip})
    return _("Done on %(day)s; the original plan was %(planned)s.") % told


def _open(milestone: MilestoneOnDay) -> str:
    told = {"day": day(milestone.target), "planned": day(milestone.baseline)}
    if milestone.state == "unknown":
        return milestone.unknown_because
    if milestone.state == "not_needed":
        return _("Not asked of this kind of facility.")
    if milestone.target is None:
        return _("Not done, and no day is planned.")
    if milestone.state == "late":
        return _("Was due on %(day)s and is not done.") % told
    if milestone.slip_days:
        return _("Planned for %(day)s; the original plan was %(planned)s.") % told
    return _("Planned for %(day)s.") % told
