"""The measures of the rollout: what is counted, by which rule, out of how many.

This table is the only place that turns what the apps count (components) into what the Department
reports (measures). Changing a rule means a new version here and a line in CHANGELOG.md. Norms,
needs, weights, scope and legal deadlines are dated rows in the database, not here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.evidence import Rung
from facilities.timeline import EMPTY, FacilityState, Tally

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_EVIDENCE = (0,) * len(Rung)


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure at one facility. `total` None: unknown, because nothing says how many there should be."""

    done: int
    total: int | None
    share: float | None  # part of the way, 0 to 1; above 1 when more is done than was planned
    evidence: tuple[int, ...] = NO_EVIDENCE  # how many of `done` stand on each rung
    newest_on: date | None = None
    begun: bool = False
    weigh: float | None = None  # what the weighted progress counts, at most 1; None: not known

    @property
    def state(self) -> str:
        if self.total is None:
            return "unknown"
        if self.total and self.done >= self.total:
            return "done"
        return "under_way" if self.begun or self.done or self.share else "not_begun"


UNKNOWN = Cell(done=0, total=None, share=None)

Reading = Callable[[FacilityState], Cell]


@dataclass(frozen=True)
class Measure:
    """One line of the report."""

    code: str
    label: "StrOrPromise"
    rule: "StrOrPromise"
    version: int
    unit: str  # "facilities" or "certificates"
    counts: Callable[[FacilityOnDay], bool]  # which facilities it is about
    read: Reading


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


def reached(*ways: tuple[str, ...], begun_by: str | None = None) -> Reading:
    """Fulfilled when, on some way, each component is there; it stands on the best way's weakest rung."""

    def read(state: FacilityState) -> Cell:
        best: Rung | None = None
        used: list[Tally] = []
        for way in ways:
            tallies = [_tally(state, component) for component in way]
            used += tallies
            rung = _weakest(
                tally.rung_reaching(1) if tally.amount >= 1 else None for tally in tallies
            )
            if rung is not None:
                best = rung if best is None else max(best, rung)
        begun = any(tally.amount > 0 for tally in used)
        if begun_by and not begun:
            begun = _tally(state, begun_by).amount > 0
        return _yes(best, _newest(used), begun=begun)

    return read


def norms_met(state: FacilityState) -> Cell:
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
    if not needed:
        return UNKNOWN
    return _yes(_weakest(rungs), _newest(used), share=have / needed)


def certificates(reached: str, *, of: str, needs_plan: bool = False) -> Reading:
    """So many certificates came so far, out of those that count in another component.

    The weighted progress measures every step against the need. Against what was registered, a
    facility would fall back by registering more, and rise by registering next to nothing.
    """

    def read(state: FacilityState) -> Cell:
        done, base = _tally(state, reached), _tally(state, of)
        whole = _tally(state, "certificates_needed").amount or base.amount
        weigh = min(done.amount / whole, 1.0) if whole > 0 else None
        if needs_plan and base.newest_on is None:
            return Cell(done.amount, None, None, done.evidence, done.newest_on)
        share = done.amount / base.amount if base.amount > 0 else None
        return Cell(done.amount, base.amount, share, done.evidence, done.newest_on, weigh=weigh)

    return read


def _in_rollout(facility: FacilityOnDay) -> bool:
    return facility.in_rollout


def _public_connected(facility: FacilityOnDay) -> bool:
    return facility.is_public and facility.in_connectivity


def _private_connected(facility: FacilityOnDay) -> bool:
    return not facility.is_public and facility.in_connectivity


MEASURES: tuple[Measure, ...] = (
    Measure(
        code="servers",
        label=_("Equipped with EMR servers"),
        rule=_(
            "The facility has at least one EMR server accepted and not retired, or an accepted "
            "cloud rental that has not ended."
        ),
        version=1,
        unit="facilities",
        counts=_in_rollout,
        read=reached(("servers",), begun_by="server_files"),
    ),
    Measure(
        code="devices",
        label=_("Provided with device systems"),
        rule=_(
            "Every device type with a norm in force is installed in at least the number of the "
            "norm: tablets, printers, injection trolleys, QR code generators, look-up screens, "
            "registration screens."
        ),
        version=1,
        unit="facilities",
        counts=_in_rollout,
        read=norms_met,
    ),
    Measure(
        code="signatures_registered",
        label=_("Digital signatures bought and registered"),
        rule=_(
            "Certificates requested from the Government Cipher Committee and not returned, revoked "
            "or expired, out of the staff who must be able to sign."
        ),
        version=1,
        unit="certificates",
        counts=_in_rollout,
        read=certificates("certificates_requested", of="certificates_needed", needs_plan=True),
    ),
    Measure(
        code="signatures_issued",
        label=_("Digital signatures issued"),
        rule=_(
            "Certificates issued by the Committee and not revoked or expired, out of those "
            "registered."
        ),
        version=1,
        unit="certificates",
        counts=_in_rollout,
        read=certificates("certificates_issued", of="certificates_requested"),
    ),
    Measure(
        code="signatures_authenticated",
        label=_("Digital signatures authenticated"),
        rule=_(
            "Certificates that have signed successfully against the Committee's server and are not "
            "revoked or expired, out of those registered."
        ),
        version=1,
        unit="certificates",
        counts=_in_rollout,
        read=certificates("certificates_authenticated", of="certificates_requested"),
    ),
    Measure(
        code="launched",
        label=_("Launched or piloting EMR"),
        rule=_("The facility has begun a pilot or launched EMR."),
        version=1,
        unit="facilities",
        counts=_in_rollout,
        read=reached(("milestone:pilot",), ("milestone:launch",), begun_by="milestone:preparing"),
    ),
    Measure(
        code="official",
        label=_("Evaluated and officially using EMR"),
        rule=_(
            "The latest ruling of its evaluation council is pass or pass with conditions, and "
            "official use has begun."
        ),
        version=1,
        unit="facilities",
        counts=_in_rollout,
        read=reached(("evaluated", "milestone:official"), begun_by="milestone:launch"),
    ),
    Measure(
        code="connected_public",
        label=_("Public facilities connected with the partner hospital"),
        rule=_("The account is issued and the connection is established and not ended."),
        version=1,
        unit="facilities",
        counts=_public_connected,
        read=reached(("account", "connected")),
    ),
    Measure(
        code="connected_private",
        label=_("Private hospitals and clinics connected with the partner hospital"),
        rule=_("The account is issued and the connection is established and not ended."),
        version=1,
        unit="facilities",
        counts=_private_connected,
        read=reached(("account", "connected")),
    ),
)

BY_CODE = {measure.code: measure for measure in MEASURES}


def cells_of(facility: FacilityOnDay, state: FacilityState) -> dict[str, Cell]:
    """Every measure that is about this facility."""
    return {m.code: m.read(state) for m in MEASURES if m.counts(facility)}
