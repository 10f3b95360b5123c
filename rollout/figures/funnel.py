"""How many certificates of each facility have come how far: the funnel, without its evidence.

The counts of `progress`, read by themselves and kept: mended where facts have moved.
"""

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from typing import Any

from facilities.as_of import FacilityOnDay
from facilities.folding import sort_key
from facilities.lineage import inherit
from facilities.timeline import EMPTY, FacilityState, fold
from rollout.figures import spliced
from rollout.figures.cached import keep_seconds, key
from rollout.figures.measures import BY_CODE, Cell
from rollout.figures.progress import Asked
from rollout.figures.reach import Reach
from rollout.models import MeasureCode
from rollout.programme.tracking import tracked
from rollout.programme.ways import ways
from signatures.changes import COUNTED, PASSES_ON, without_evidence
from signatures.models import CertificateEvent

Kind = CertificateEvent.Kind
MEASURE_OF = {
    Kind.REQUESTED: MeasureCode.SIGNATURES_REGISTERED,
    Kind.ISSUED: MeasureCode.SIGNATURES_ISSUED,
    Kind.AUTHENTICATED: MeasureCode.SIGNATURES_AUTHENTICATED,
}
OWN = tuple(BY_CODE[code] for code in MEASURE_OF.values())


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `count`: None where it is not known; `total`: out of how many, None where unknown."""

    kind: Kind
    count: int | None
    total: int | None

    @property
    def label(self) -> object:
        return self.kind.label

    @property
    def share(self) -> float | None:
        return self.count / self.total if self.total and self.count is not None else None


def steps(state: FacilityState, cells: Mapping[str, Cell]) -> tuple[Step, ...]:
    """Registered out of those needed, each later step out of those registered, as in the measures.

    A step of which nothing is recorded counts nothing, unless its measure says that there is none.
    """
    needed = needed_in(state)
    requested = state.get("certificates_requested", EMPTY).amount
    found = []
    for kind in COUNTED:
        tally = state.get(f"certificates_{kind}", EMPTY)
        total = needed if kind == COUNTED[0] else requested
        cell = cells.get(MEASURE_OF[kind]) if kind in MEASURE_OF else None
        known = tally.newest_on is not None or (cell is not None and cell.is_known)
        found.append(Step(kind, tally.amount if known else None, total if known else None))
    return tuple(found)


def needed_in(state: FacilityState) -> int | None:
    """How many people must sign, as stated; None: nobody said."""
    tally = state.get("certificates_needed")
    return tally.amount if tally else None


@dataclass(frozen=True, slots=True)
class FunnelOfFacility:
    facility: FacilityOnDay
    needed: int | None
    steps: tuple[Step, ...]

    @property
    def left(self) -> int | None:
        """How many of those who must sign cannot yet; None where that is not known."""
        tested = self.steps[-1].count
        return None if self.needed is None or tested is None else max(self.needed - tested, 0)


@dataclass(frozen=True)
class Funnel:
    """Those facilities of which the Committee's certificates are expected, by their key."""

    asked: Asked
    of: Mapping[int, FunnelOfFacility]

    @classmethod
    def read(cls, asked: Asked, facility_ids: frozenset[int] | None = None) -> "Funnel":
        as_of = asked.as_of(asked.on, facility_ids)
        moved = inherit(without_evidence(as_of), as_of, PASSES_ON)
        state, listed = fold(moved, asked.on), as_of.on(asked.on)
        known, way = tracked(as_of), ways(as_of)
        found = {}
        for facility in listed:
            told = state.get(facility.id, {})
            silence, going = known.at(facility, asked.on), way.of(facility, asked.on)
            cells = {
                measure.code: measure.read(told, silence, going, is_obliged=facility.is_obliged)
                for measure in OWN
                if measure.counts(facility)
            }
            if cells:
                found[facility.id] = FunnelOfFacility(facility, needed_in(told), steps(told, cells))
        return cls(asked, found)

    @property
    def parts(self) -> Mapping[int, FunnelOfFacility]:
        return self.of

    def spliced(self, moved: Collection[int]) -> "Funnel":
        """The same after facts of some facilities have moved, and nothing else has."""
        reach = Reach.of(moved)
        fresh = Funnel.read(self.asked, reach.read)
        kept = {pk: one for pk, one in self.of.items() if pk not in reach.affected}
        new = {pk: one for pk, one in fresh.of.items() if pk in reach.affected}
        return replace(self, of=kept | new)

    @cached_property
    def worst_first(self) -> tuple[FunnelOfFacility, ...]:
        """Where most people cannot sign yet first, then by name; where that is not known, last."""
        return tuple(
            sorted(
                self.of.values(),
                key=lambda one: (
                    one.left is None,
                    -(one.left or 0),
                    sort_key(one.facility.name_vi),
                ),
            )
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"asked": self.asked, "of": self.of}

    def total(self) -> tuple[int | None, tuple[Step, ...]]:
        """Of all facilities: those that are known, added up."""
        needs = [one.needed for one in self.of.values() if one.needed is not None]
        found = []
        for place, kind in enumerate(COUNTED):
            known = [one.steps[place] for one in self.of.values()]
            counts = [step.count for step in known if step.count is not None]
            totals = [step.total for step in known if step.total is not None]
            found.append(
                Step(kind, sum(counts) if counts else None, sum(totals) if totals else None)
            )
        return (sum(needs) if needs else None), tuple(found)


def cached_funnel(asked: Asked) -> Funnel:
    """Kept until facts move, and then read again for those facilities alone."""
    place = key("funnel", "kept", *astuple(asked))
    return spliced.current(place, lambda: Funnel.read(asked), keep_seconds(asked.known_at))
