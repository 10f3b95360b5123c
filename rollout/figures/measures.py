"""The measures of the rollout: what is counted, by which rule, out of how many.

This table is the only place that turns what the apps count (components) into what the Department
reports (measures). Changing a rule means a new version here and a line in CHANGELOG.md. Norms,
needs, weights, scope and legal deadlines are dated rows in the database, not here.

At a facility a measure is yes, no or not known. "No" needs a ground: something recorded about it,
work under way, a record that there is none, or a register that is tracked, so that silence tells
(rollout/programme/tracking.py). Without a ground nothing is claimed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.evidence import Rung
from facilities.timeline import EMPTY, FacilityState, Tally
from rollout.models import MeasureCode, Milestone
from rollout.models.milestones import WHOLE_WAY, Way
from rollout.programme.tracking import NONE, SilenceIsNo

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_EVIDENCE = (0,) * len(Rung)


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure at one facility. `total` None: not known. Nothing says how many there should be, or
    nothing says whether any are there.
    """

    done: int
    total: int | None
    share: float | None  # part of the way, 0 to 1; above 1 when more is done than was planned
    evidence: tuple[int, ...] = NO_EVIDENCE  # how many of `done` stand on each rung
    newest_on: date | None = None
    begun: bool = False
    weigh: float | None = None  # what the weighted progress counts, at most 1; None: not known
    is_beyond: bool = False  # done without having to: not part of the total

    @property
    def told(self) -> int | None:
        """How many are said to be done; None where nothing is known, for that is no zero."""
        return self.done if self.total is not None or self.done else None

    @property
    def is_known(self) -> bool:
        return self.total is not None

    @property
    def state(self) -> str:
        if self.total is None:
            return "unknown"
        if (self.total or self.is_beyond) and self.done and self.done >= self.total:
            return "done"
        return "under_way" if self.begun or self.done or self.share else "not_begun"


UNKNOWN = Cell(done=0, total=None, share=None)

Reading = Callable[[FacilityState, SilenceIsNo, Way], Cell]


@dataclass(frozen=True)
class Measure:
    """One line of the report."""

    code: str
    rule: "StrOrPromise"
    version: int
    unit: str  # "facilities" or "certificates"
    counts: Callable[[FacilityOnDay], bool]  # which facilities it is about
    reading: Reading

    @property
    def label(self) -> "StrOrPromise":
        return MeasureCode(self.code).label

    def read(
        self,
        state: FacilityState,
        silence_is_no: SilenceIsNo,
        way: Way = WHOLE_WAY,
        *,
        is_obliged: bool = True,
    ) -> Cell:
        """What it comes to at a facility. `silence_is_no`: of the measures that are tracked there.

        `way`: the milestones that lie on its way. Who takes part without having to is counted among
        those who are done, and not among those who must be.
        """

        def grounded(code: str) -> bool:
            return _tally(state, f"{NONE}:{code}").amount > 0 or silence_is_no(code)

        cell = self.reading(state, grounded, way)
        if is_obliged or self.counts is not _in_rollout or self.unit != "facilities":
            return cell
        return replace(cell, total=None if cell.total is None else 0, is_beyond=True)


def _tally(state: FacilityState, component: str) -> Tally:
    # Not state[component]: reading must not add an empty tally to the fold's defaultdict.
    return state.get(component, EMPTY)


def _newest(tallies: Iterable[Tally]) -> date | None:
    return max((t.newest_on for t in tallies if t.newest_on), default=None)


def _yes(
    rung: Rung | None,
    newest_on: date | None,
    *,
    share: float | None = None,
    begun: bool = False,
) -> Cell:
    """The cell of a facility that fulfils a measure (on a rung) or does not (None)."""
    if share is None:
        share = 0.0 if rung is None else 1.0
    if rung is None:
        return Cell(0, 1, share, NO_EVIDENCE, newest_on, begun, weigh=share)
    evidence = tuple(1 if step == rung else 0 for step in Rung)
    return Cell(1, 1, share, evidence, newest_on, begun=True, weigh=share)


def _weakest(rungs: Iterable[Rung | None]) -> Rung | None:
    """The rung that all of them reach; None when one is on no rung at all."""
    weakest = Rung.DECIDED
    for rung in rungs:
        if rung is None:
            return None
        weakest = min(weakest, rung)
    return weakest


def _recorded(tallies: Iterable[Tally]) -> bool:
    """Whether anything was ever recorded, be it that it has gone again."""
    return any(tally.newest_on for tally in tallies)


# What counts only where a milestone lies on the facility's way.
NEEDED_FOR = {"evaluated": Milestone.COUNCIL.value}


def reached(
    measure: str,
    *ways: tuple[str, ...],
    begun_by: str | None = None,
    passed_over_by: tuple[str, ...] = (),
) -> Reading:
    """Fulfilled when, on some way, each component is there; it stands on the best way's weakest rung.

    `begun_by`: what shows that work is under way. `passed_over_by`: what comes after it; where that is
    there already, silence is no "no", but a step that nobody has recorded.
    """

    def read(state: FacilityState, silence_is_no: SilenceIsNo, way: Way) -> Cell:
        best: Rung | None = None
        used: list[Tally] = []
        for parts in ways:
            asked = [p for p in parts if p not in NEEDED_FOR or NEEDED_FOR[p] in way]
            tallies = [_tally(state, component) for component in asked]
            used += tallies
            rung = _weakest(
                tally.rung_reaching(1) if tally.amount >= 1 else None for tally in tallies
            )
            if rung is not None:
                best = rung if best is None else max(best, rung)
        begun = any(tally.amount > 0 for tally in used)
        if begun_by and not begun:
            begun = _tally(state, begun_by).amount > 0
        if best is None and not begun and not _recorded(used):
            passed_over = any(_tally(state, later).amount > 0 for later in passed_over_by)
            if passed_over or not silence_is_no(measure):
                return UNKNOWN
        return _yes(best, _newest(used), begun=begun)

    return read


def norms_met(state: FacilityState, silence_is_no: SilenceIsNo, way: Way) -> Cell:
    """Fulfilled when every device type with a norm is there in full; the share counts all pieces."""
    needed = have = 0
    rungs: list[Rung | None] = []
    used: list[Tally] = []
    for component, norm in state.items():
        prefix, _sep, device = component.partition(":")
        if prefix != "norm" or norm.amount <= 0:
            continue
        installed = _tally(state, f"device:{device}")
        used.append(installed)
        needed += norm.amount
        have += max(0, min(installed.amount, norm.amount))
        enough = installed.amount >= norm.amount
        rungs.append(installed.rung_reaching(norm.amount) if enough else None)
    if not needed or not (_recorded(used) or silence_is_no("devices")):
        return UNKNOWN
    return _yes(_weakest(rungs), _newest(used), share=have / needed)


def certificates(
    measure: str, component: str, *, out_of: str, needs_plan: bool = False, under_way: bool = False
) -> Reading:
    """So many certificates came so far, out of those that count in another component.

    `needs_plan`: that number must have been stated. `under_way`: where some of them are there, the
    others are on their way, and silence means that none has come yet.

    The weighted progress measures every step against the need. Against what was registered, a
    facility would fall back by registering more, and rise by registering next to nothing.
    """

    def read(state: FacilityState, silence_is_no: SilenceIsNo, way: Way) -> Cell:
        done, base = _tally(state, component), _tally(state, out_of)
        whole = _tally(state, "certificates_needed").amount or base.amount
        stated = base.newest_on is not None or not needs_plan
        grounded = (
            done.newest_on is not None
            or (under_way and base.newest_on is not None)
            or silence_is_no(measure)
        )
        if not (stated and grounded):
            return Cell(done.amount, None, None, done.evidence, done.newest_on)
        weigh = min(done.amount / whole, 1.0) if whole > 0 else None
        share = done.amount / base.amount if base.amount > 0 else None
        return Cell(done.amount, base.amount, share, done.evidence, done.newest_on, weigh=weigh)

    return read


def _in_rollout(facility: FacilityOnDay) -> bool:
    return facility.in_rollout


def _asks_committee(facility: FacilityOnDay) -> bool:
    """Private facilities sign with public certificates, and some kinds with none at all."""
    return facility.in_rollout and facility.asks_committee


def _public_connected(facility: FacilityOnDay) -> bool:
    return facility.is_public and facility.in_connectivity


def _private_connected(facility: FacilityOnDay) -> bool:
    return not facility.is_public and facility.in_connectivity


MEASURES: tuple[Measure, ...] = (
    Measure(
        code=MeasureCode.SERVERS.value,
        rule=_(
            "The facility has at least one EMR server accepted and not retired, or an accepted "
            "cloud rental that has not ended."
        ),
        version=2,
        unit="facilities",
        counts=_in_rollout,
        reading=reached("servers", ("servers",), begun_by="server_files"),
    ),
    Measure(
        code=MeasureCode.DEVICES.value,
        rule=_(
            "Every device type with a norm in force is installed in at least the number of the "
            "norm: tablets, printers, injection trolleys, QR code generators, look-up screens, "
            "registration screens."
        ),
        version=2,
        unit="facilities",
        counts=_in_rollout,
        reading=norms_met,
    ),
    Measure(
        code=MeasureCode.SIGNATURES_REGISTERED.value,
        rule=_(
            "Certificates requested from the Government Cipher Committee and not returned, revoked "
            "or expired, out of the staff who must be able to sign. Private facilities, and kinds "
            "that ask the Committee for none, are left out."
        ),
        version=3,
        unit="certificates",
        counts=_asks_committee,
        reading=certificates(
            "signatures_registered",
            "certificates_requested",
            out_of="certificates_needed",
            needs_plan=True,
        ),
    ),
    Measure(
        code=MeasureCode.SIGNATURES_ISSUED.value,
        rule=_(
            "Certificates issued by the Committee and not revoked or expired, out of those "
            "registered. Private facilities, and kinds that ask the Committee for none, are left out."
        ),
        version=3,
        unit="certificates",
        counts=_asks_committee,
        reading=certificates(
            "signatures_issued",
            "certificates_issued",
            out_of="certificates_requested",
            under_way=True,
        ),
    ),
    Measure(
        code=MeasureCode.SIGNATURES_AUTHENTICATED.value,
        rule=_(
            "Certificates that have signed successfully against the Committee's server and are not "
            "revoked or expired, out of those registered. Private facilities, and kinds that ask the "
            "Committee for none, are left out."
        ),
        version=3,
        unit="certificates",
        counts=_asks_committee,
        reading=certificates(
            "signatures_authenticated",
            "certificates_authenticated",
            out_of="certificates_requested",
        ),
    ),
    Measure(
        code=MeasureCode.LAUNCHED.value,
        rule=_("The facility has begun a pilot or launched EMR."),
        version=2,
        unit="facilities",
        counts=_in_rollout,
        reading=reached(
            "launched",
            ("milestone:pilot",),
            ("milestone:launch",),
            begun_by="milestone:preparing",
            passed_over_by=("evaluated", "milestone:decision", "milestone:official"),
        ),
    ),
    Measure(
        code=MeasureCode.OFFICIAL.value,
        rule=_(
            "The latest conclusion of its evaluation council is pass or pass with conditions, "
            "and official use has begun. Where no council is needed for a kind of facility: "
            "official use has begun."
        ),
        version=3,
        unit="facilities",
        counts=_in_rollout,
        reading=reached(
            "official", ("evaluated", "milestone:official"), begun_by="milestone:launch"
        ),
    ),
    Measure(
        code=MeasureCode.CONNECTED_PUBLIC.value,
        rule=_("The account is issued and the connection is established and not ended."),
        version=2,
        unit="facilities",
        counts=_public_connected,
        reading=reached("connected_public", ("account", "connected")),
    ),
    Measure(
        code=MeasureCode.CONNECTED_PRIVATE.value,
        rule=_("The account is issued and the connection is established and not ended."),
        version=2,
        unit="facilities",
        counts=_private_connected,
        reading=reached("connected_private", ("account", "connected")),
    ),
)

BY_CODE = {measure.code: measure for measure in MEASURES}


def cells_of(
    facility: FacilityOnDay,
    state: FacilityState,
    silence_is_no: SilenceIsNo,
    way: Way = WHOLE_WAY,
) -> dict[str, Cell]:
    """Every measure that is about this facility."""
    return {
        m.code: m.read(state, silence_is_no, way, is_obliged=facility.is_obliged)
        for m in MEASURES
        if m.counts(facility)
    }
