"""The readiness gate: what should be there before a council's day is fixed. It advises, no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf
from rollout.figures.cached import cached_progress
from rollout.figures.measures import UNKNOWN
from rollout.figures.results import FacilityResult
from rollout.models import Milestone
from rollout.programme.obstacles import obstacles

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Of the certificates registered, how many must have signed before a council looks at how records
# are signed. A share of our own: no circular gives one.
TESTED_SHARE = 0.9

MET, NOT_MET, NOT_KNOWN = "met", "not_met", "unknown"
MARKS = {MET: "done", NOT_MET: "late", NOT_KNOWN: "unknown"}
STATES = {MET: _("met"), NOT_MET: _("not met"), NOT_KNOWN: _("not known")}

BLOCKED = (Milestone.SELF_ASSESSMENT, Milestone.COUNCIL)


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the gate. `measure`: whose rows answer it; empty: the facility's page."""

    code: str
    label: "StrOrPromise"
    state: str
    done: int | None = None
    total: int | None = None
    measure: str = ""
    anchor: str = ""

    @property
    def met(self) -> bool:
        return self.state == MET

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def state_label(self) -> "StrOrPromise":
        return STATES[self.state]


def readiness_of_all(as_of: AsOf) -> dict[int, tuple[Check, ...]]:
    """The checks of every facility of the rollout it is asked about, from the figures of the day."""
    held = {
        hold.facility_id
        for obstacle in obstacles(as_of)
        if obstacle.cleared_on is None
        for hold in obstacle.holds
        if hold.until is None and hold.milestone in BLOCKED
    }
    found = cached_progress(as_of.until, known_at=as_of.known_at)
    return {
        result.id: _checks(result, result.id in held)
        for result in found.facilities
        if as_of.facility_ids is None or result.id in as_of.facility_ids
    }


def readiness(facility_id: int, as_of: AsOf) -> tuple[Check, ...]:
    """The checks of one facility; none where it is not in the rollout."""
    return readiness_of_all(as_of).get(facility_id, ())


def missing(checks: Iterable[Check]) -> str:
    """What is not there yet, in words; "" if a council may come."""
    return "; ".join(str(check.label) for check in checks if not check.met)


def _checks(result: FacilityResult, is_held: bool) -> tuple[Check, ...]:
    tested = result.measures.get("signatures_authenticated", UNKNOWN)
    connection = "connected_public" if result.facility.is_public else "connected_private"
    assessed = any(
        line.code == Milestone.SELF_ASSESSMENT and line.actual for line in result.milestones
    )
    return (
        _measured(result, "servers", _("Servers accepted")),
        _measured(result, "devices", _("Devices at the norm")),
        Check(
            "certificates",
            _("Nine certificates in ten tested"),
            NOT_KNOWN
            if not tested.total
            # Exactly nine in ten is enough.
            else (MET if tested.done >= TESTED_SHARE * tested.total else NOT_MET),
            tested.done,
            tested.total,
            "signatures_authenticated",
        ),
        _measured(result, connection, _("Connection established")),
        Check("obstacles", _("No obstacle blocks it"), NOT_MET if is_held else MET, anchor="held"),
        Check(
            "self_assessment",
            _("Self-assessment done"),
            MET if assessed else (NOT_MET if result.is_known else NOT_KNOWN),
            anchor="line",
        ),
    )


def _measured(result: FacilityResult, measure: str, label: "StrOrPromise") -> Check:
    cell = result.measures.get(measure, UNKNOWN)
    state = NOT_KNOWN if cell.total is None else (MET if cell.state == "done" else NOT_MET)
    return Check(measure, label, state, measure=measure)
