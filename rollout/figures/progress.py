"""The one way to a figure: the province and each of its facilities on a day.

Pages, API, commands, jobs and tests all call `progress`. It reads each module once, for all
facilities together, so the number of queries does not depend on the number of facilities.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import chain
from types import ModuleType
from typing import Any, NamedTuple

import connectivity.changes
import equipment.changes
import rollout.programme.changes
import rollout.programme.tracking
import signatures.changes
from equipment.files import files, server_files
from facilities.areas import in_area, tree_on
from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from facilities.lineage import inherit
from facilities.models import Ownership
from facilities.timeline import Change, FacilityState, State, fold
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures.awaited import AWAITED, Awaited, awaited_at, nearest_first
from rollout.figures.held import Held, costs_of, held_by_costliest, held_of
from rollout.figures.measures import BY_CODE, MEASURES, Measure, cells_of
from rollout.figures.reach import Reach
from rollout.figures.results import Cells, FacilityResult, Figure, MeasureResult, Progress
from rollout.figures.sums import Sum, figures_at, figures_of, summed
from rollout.models import MeasureWeight
from rollout.models.milestones import Way
from rollout.programme.councils import Meeting, awaited_meeting, meetings, standing_ruling
from rollout.programme.deadlines import deadlines
from rollout.programme.legal import LegalDeadlineOnDay, legal_deadlines
from rollout.programme.milestone_line import Target, line, reached, targets
from rollout.programme.obstacles import ObstacleOnDay, obstacles
from rollout.programme.provinces import names_on
from rollout.programme.reporting import (
    RULE,
    Freshness,
    fresh_since,
    freshness,
    nothing_since,
)
from rollout.programme.stages import next_step_of, stage_of
from rollout.programme.tracking import tracked
from rollout.programme.ways import ways

MODULES = (
    equipment.changes,
    signatures.changes,
    connectivity.changes,
    rollout.programme.changes,
    rollout.programme.tracking,
)

PASSES_ON = {family: rule for module in MODULES for family, rule in module.PASSES_ON.items()}

FEW = 250  # facilities

Grouping = Callable[[FacilityOnDay, FacilityState, date], Hashable]
Weights = dict[str, Decimal]  # by measure
WeightsByKind = dict[str, Weights]  # "": of every kind without weights of its own


class Late(NamedTuple):
    """The longest overdue deadline of a facility."""

    days: int = 0  # working days
    what: object = None  # in words
    assumed: bool = False  # no source gives its day


NOT_LATE = Late()


def changes(as_of: AsOf, modules: Iterable[ModuleType] = MODULES) -> list[Change]:
    """Every dated step of every module, up to the day, under whoever carries on for whom."""
    found = chain.from_iterable(module.changes(as_of) for module in modules)
    return inherit(found, as_of, PASSES_ON)


@once_per_as_of
def all_changes(as_of: AsOf) -> list[Change]:
    """The changes of every module, read once for all who ask."""
    return changes(as_of)


@once_per_as_of
def standing(as_of: AsOf) -> State:
    """What every facility has on the day, by component."""
    return fold(all_changes(as_of), as_of.until)


def progress(
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
    area: str = "",
) -> Progress:
    """Compute everything. A fixed number of queries, whatever the size of the province.

    `map_on`: with the facilities of that day's map, for both days; None: each day by its own map.
    `area`: of the facilities that lie in the area of this code, on each day where they lay on it.
    """
    return Reading.begin(Asked(on, known_at, compare, map_on, area)).whole


def progress_by(
    key: Grouping,
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
    area: str = "",
    also: Iterable[Hashable] = (),
) -> dict[Hashable, Progress]:
    """The same for each group of facilities, from one reading: as many queries as `progress`.

    `key`: to which group a facility belongs on a day, asked with what it has on that day.
    `also`: groups that are told of though no facility is in them.
    """
    return Reading.by(key, Asked(on, known_at, compare, map_on, area), also)


@dataclass(frozen=True, slots=True)
class OneDay:
    """What the facilities listed on a day had."""

    day: date
    listed: list[FacilityOnDay]
    state: State
    cells: dict[int, Cells]

    @classmethod
    def fold(cls, as_of: AsOf, moved: list[Change], day: date) -> "OneDay":
        listed, state = as_of.on(day), fold(moved, day)
        return cls(day, listed, state, cells_on(as_of, listed, state, day))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a progress is asked for: see `progress`."""

    on: date
    known_at: datetime | None = None
    compare: date | None = None
    map_on: date | None = None
    area: str = ""

    def as_of(self, day: date, facility_ids: frozenset[int] | None = None) -> AsOf:
        """For the days that are asked for, and no other."""
        # What happened at a few is told by the day: so their curve and forecast are told by it too.
        is_few = facility_ids is not None and len(facility_ids) <= FEW
        days = None if is_few else (self.on, self.compare or self.on)
        as_of = AsOf(day, self.known_at, facility_ids, self.map_on, folded_on=days)
        return in_area(as_of, self.area)


@dataclass(frozen=True, slots=True)
class Part:
    """What one facility gives to a progress. Whoever is not listed on a day has nothing of it."""

    facility: FacilityOnDay | None = None
    cells: Cells | None = None
    cells_then: Cells | None = None  # on the compared day
    result: FacilityResult | None = None  # of those in the rollout
    figures: tuple[Figure, ...] = ()
    bids: tuple[date | None, ...] = ()  # when the bidding of each file for its servers is to end
    held: tuple[Held, ...] = ()
    awaited: Mapping[str, Awaited] = field(default_factory=dict)  # by measure
    area_then: int | None = None  # where it lay on the compared day


@dataclass(frozen=True)
class Reading:
    """Everything that a progress is put together from, apart for each facility.

    What is kept between two requests: `spliced` reads only those again whose facts have moved.
    """

    asked: Asked
    parts: Mapping[int, Part]
    weights: WeightsByKind
    names: tuple[str, str]
    deadlines: tuple[LegalDeadlineOnDay, ...]

    @classmethod
    def begin(cls, asked: Asked) -> "Reading":
        return cls._read(asked)[0]

    @classmethod
    def joined(cls, asked: Asked, parts: Mapping[int, Part]) -> "Reading":
        """Of all facilities, put together from what was read of some at a time. Not of an area."""
        return cls(
            asked,
            parts,
            weights_on(asked.on, asked.known_at),
            names_on(asked.map_on or asked.on, asked.known_at),
            tuple(legal_deadlines(asked.on, asked.known_at, asked.map_on)),
        )

    def without_compared(self) -> "Reading":
        """The same without another day to be held against."""
        parts = {
            pk: part if part.cells_then is None else replace(part, cells_then=None, area_then=None)
            for pk, part in self.parts.items()
        }
        said = {pk: part for pk, part in parts.items() if part != Part()}
        return replace(self, asked=replace(self.asked, compare=None), parts=said)

    def spliced(self, moved: Collection[int]) -> "Reading":
        """The same after facts of some facilities have moved, and nothing else has."""
        reach = Reach.of(moved)
        fresh, _days = self._read(self.asked, reach.read)
        kept = {pk: part for pk, part in self.parts.items() if pk not in reach.affected}
        new = {pk: part for pk, part in fresh.parts.items() if pk in reach.affected}
        return replace(self, parts=kept | new)

    @classmethod
    def _read(
        cls, asked: Asked, facility_ids: frozenset[int] | None = None
    ) -> tuple["Reading", tuple[OneDay, OneDay | None]]:
        on, compare = asked.on, asked.compare
        as_of = asked.as_of(on, facility_ids)
        # Those of a few are shared with whoever reads the same few; those of all are too many to keep.
        read = changes if facility_ids is None else all_changes
        moved = read(as_of)
        now = OneDay.fold(as_of, moved, on)
        weights = weights_on(on, asked.known_at)
        then = None
        if compare:
            as_of_then = as_of
            if compare > on or asked.area:
                # A later day has changes of its own; an area, on each day, facilities of its own.
                as_of_then = asked.as_of(compare, facility_ids)
                moved = read(as_of_then)
            then = OneDay.fold(as_of_then, moved, compare)
        del moved
        found = tree_on(as_of, on).find(asked.area) if asked.area else None
        reading = cls(
            asked,
            _parts(as_of, now, then, weights),
            weights,
            found.names() if found else names_on(asked.map_on or on, asked.known_at),
            tuple(legal_deadlines(on, asked.known_at, asked.map_on)),
        )
        return reading, (now, then)

    @classmethod
    def by(
        cls, key: Grouping, asked: Asked, also: Iterable[Hashable] = ()
    ) -> dict[Hashable, Progress]:
        """See `progress_by`."""
        reading, days = cls._read(asked)
        groups: dict[Hashable, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        for group in also:
            groups[group] = (set(), set())
        for place, one in enumerate(days):
            for facility in one.listed if one else ():
                found = key(facility, one.state.get(facility.id, {}), one.day) if one else None
                groups[found][place].add(facility.id)
        return {found: reading.of(*ids) for found, ids in groups.items()}

    def by_area(
        self, place: Callable[[int | None, date], Hashable], also: Iterable[Hashable] = ()
    ) -> dict[Hashable, Progress]:
        """For each group of facilities, by where they lie on each of both days. See `progress_by`."""
        asked = self.asked
        groups: dict[Hashable, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
        for group in also:
            groups[group] = (set(), set())
        for pk, part in self.parts.items():
            if part.facility:
                groups[place(part.facility.area_id, asked.on)][0].add(pk)
            if part.cells_then is not None and asked.compare:
                groups[place(part.area_then, asked.compare)][1].add(pk)
        return {found: self.of(*ids) for found, ids in groups.items()}

    @cached_property
    def whole(self) -> Progress:
        """Of all facilities."""
        return self.of(self.parts.keys(), self.parts.keys())

    def __getstate__(self) -> dict[str, Any]:
        found = ("whole", "_results")
        return {name: value for name, value in vars(self).items() if name not in found}

    def of(self, ids: Collection[int], ids_then: Collection[int]) -> Progress:
        """Of some of the facilities on the day, held against those of the compared day."""
        asked = self.asked
        cells = {pk: part.cells for pk, part in self.parts.items() if part.cells and pk in ids}
        before: dict[str, Sum] = {}
        if asked.compare:
            cells_then = {
                pk: part.cells_then
                for pk, part in self.parts.items()
                if part.cells_then and pk in ids_then
            }
            before = {measure.code: summed(measure, cells_then) for measure in MEASURES}
        facilities = tuple(result for result in self._results if result.id in ids)
        since = fresh_since([result.freshness for result in facilities])
        expected = self._bidding_ends(cells)
        measures = tuple(
            _result(measure, cells, self.weights[""], before.get(measure.code), expected, since)
            for measure in MEASURES
        )
        shares = [
            result.progress
            for result in facilities
            if result.progress is not None and result.facility.is_obliged
        ]
        sectors = Counter(result.facility.ownership for result in facilities)
        name_vi, name_en = self.names
        return Progress(
            on=asked.on,
            known_at=asked.known_at,
            compare=asked.compare,
            map_on=asked.map_on,
            area=asked.area,
            name_vi=name_vi,
            name_en=name_en,
            public=sectors[Ownership.PUBLIC],
            private=sectors[Ownership.PRIVATE],
            measures=measures,
            figures=figures_of([self.parts[result.id].figures for result in facilities]),
            facilities=facilities,
            deadlines=tuple(
                one for one in self.deadlines if one.reaches(r.facility for r in facilities)
            ),
            # Without a facility there is no progress; a zero would claim that one has none.
            overall=sum(shares) / len(shares) if shares else None,
            newest_on=max((r.newest_on for r in measures if r.newest_on), default=None),
            fresh_since=since,
            awaited={
                measure: nearest_first(
                    one
                    for result in facilities
                    if (one := self.parts[result.id].awaited.get(measure))
                )
                for measure in AWAITED
            },
        )

    @cached_property
    def _results(self) -> list[FacilityResult]:
        """The facilities of the rollout: longest late first, then least progress, then by code."""
        held = {pk: part.held for pk, part in self.parts.items() if part.held}
        costs = costs_of(held.values())
        found = []
        for pk, part in self.parts.items():
            if part.result:
                lines = held_by_costliest(part.result.milestones, held.get(pk, ()), costs)
                is_same = lines is part.result.milestones
                found.append(part.result if is_same else replace(part.result, milestones=lines))
        return sorted(
            found,
            key=lambda r: (-r.days_late, r.progress if r.progress is not None else -1, r.code),
        )

    def _bidding_ends(self, cells: dict[int, Cells]) -> date | None:
        """The latest day on which bidding for a server that is still missing is to end."""
        awaited = (
            self.parts[pk].bids
            for pk, of_facility in cells.items()
            if "servers" in of_facility and not of_facility["servers"].done
        )
        return max((day for days in awaited for day in days if day), default=None)


def parts_of(asked: Asked, facility_ids: frozenset[int]) -> Mapping[int, Part]:
    """Of these facilities alone, read now: whoever asks about one of them computes no other."""
    return Reading._read(asked, facility_ids)[0].parts


def _parts(
    as_of: AsOf, now: OneDay, then: OneDay | None, weights: WeightsByKind
) -> dict[int, Part]:
    listed = {facility.id: facility for facility in now.listed}
    cells_then = then.cells if then else {}
    areas_then = {facility.id: facility.area_id for facility in then.listed} if then else {}
    open_ones = [obstacle for obstacle in obstacles(as_of) if obstacle.cleared_on is None]
    results = _facilities(as_of, now, weights, open_ones)
    waiting = awaited_at(as_of, results.values())
    bids, held = _bids(as_of), held_of(open_ones, as_of.until)
    everybody = {*listed, *cells_then, *bids, *held}
    return {
        pk: Part(
            listed.get(pk),
            now.cells.get(pk),
            cells_then.get(pk),
            results.get(pk),
            figures_at(now.state.get(pk, {})) if pk in results else (),
            tuple(bids.get(pk, ())),
            held.get(pk, ()),
            waiting.get(pk, {}),
            areas_then.get(pk),
        )
        for pk in everybody
    }


def cells_on(
    as_of: AsOf, facilities: Iterable[FacilityOnDay], state: State, day: date
) -> dict[int, Cells]:
    """Every measure of these facilities on a day. `state`: of that day."""
    known, way = tracked(as_of), ways(as_of)
    return {
        f.id: Cells(cells_of(f, state.get(f.id, {}), known.at(f, day), way.of(f, day)))
        for f in facilities
    }


def weights_on(on: date, known_at: datetime | None = None) -> WeightsByKind:
    """The weight of each measure on a day, by kind; a measure without a row weighs nothing."""
    rows = MeasureWeight.objects.in_force(on, known_at).values_list("kind_id", "measure", "weight")
    said: dict[str, Weights] = defaultdict(dict)
    for kind, code, weight in rows:
        if code in BY_CODE:
            said[str(kind or "")][code] = weight
    of_all = {measure.code: Decimal(0) for measure in MEASURES} | said.pop("", {})
    return {"": of_all} | {kind: of_all | own for kind, own in said.items()}


def _result(
    measure: Measure,
    cells: dict[int, Cells],
    weights: Weights,
    before: Sum | None,
    expected: date | None,
    since: date | None,
) -> MeasureResult:
    now = summed(measure, cells)
    return MeasureResult(
        code=measure.code,
        done=now.done,
        counted=now.counted,
        beyond=now.beyond,
        not_obliged=now.not_obliged,
        missing=None if now.total is None else now.missing,
        total=now.total,
        known=now.known,
        unknown=now.unknown,
        evidence=now.evidence,
        newest_on=now.newest_on,
        begun=now.begun,
        weight=weights[measure.code],
        expected_by=expected if measure.code == "servers" else None,
        before_done=before.done if before else None,
        before_total=before.total if before else None,
        nothing_since=nothing_since(now.newest_on, since),
    )


def _bids(as_of: AsOf) -> dict[int, list[date | None]]:
    """Of each facility that files are to bring servers: when the bidding of each is to end."""
    ends_on = {file.id: file.bidding_ends_on for file in files(as_of)}
    found: dict[int, list[date | None]] = defaultdict(list)
    for facility_id, file_id in server_files(as_of):
        found[as_of.descent.heir(facility_id)].append(ends_on.get(file_id))
    return found


def _facilities(
    as_of: AsOf, now: OneDay, weights: WeightsByKind, holding: list[ObstacleOnDay]
) -> dict[int, FacilityResult]:
    """The facilities of the rollout."""
    on = as_of.until
    planned = targets(as_of)
    held: dict[int, list[ObstacleOnDay]] = defaultdict(list)
    for obstacle in holding:
        for facility_id in obstacle.facility_ids:
            held[facility_id].append(obstacle)
    councils: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings(as_of):
        councils[meeting.facility_id].append(meeting)
    late: dict[int | None, Late] = {}
    for deadline in deadlines(as_of):
        if deadline.rule == RULE:
            continue  # whoever is silent is not for that behind with the rollout
        days = deadline.days_late(on)
        if days and days > late.get(deadline.facility_id, NOT_LATE).days:
            late[deadline.facility_id] = Late(days, deadline.what, deadline.assumed)
    heard = freshness(as_of)
    way = ways(as_of)
    found = []
    for facility in now.listed:
        if not facility.in_rollout:
            continue
        found.append(
            _facility(
                facility,
                now.state.get(facility.id, {}),
                now.cells[facility.id],
                planned.get(facility.id, {}),
                councils.get(facility.id, []),
                held.get(facility.id, []),
                weights.get(facility.kind, weights[""]),
                on,
                working_days_of(as_of),
                way=way.of(facility, on),
                late=late.get(facility.id, NOT_LATE),
                heard=heard[facility.id],
            )
        )
    return {result.id: result for result in found}


def _facility(
    facility: FacilityOnDay,
    state: FacilityState,
    cells: Cells,
    planned: dict[str, Target],
    councils: list[Meeting],
    held: list[ObstacleOnDay],
    weights: Weights,
    on: date,
    working: WorkingDays,
    *,
    way: Way,
    late: Late,
    heard: Freshness,
) -> FacilityResult:
    ruled, awaited = standing_ruling(councils), awaited_meeting(councils)
    council_on = awaited.scheduled_on if awaited else None
    days = reached(state, ruled)
    stage = stage_of(
        days,
        conclusion=ruled.conclusion if ruled else None,
        council_on=council_on,
        is_known=cells["launched"].is_known,
        way=way,
    )
    next_step = next_step_of(
        stage,
        days,
        has_servers=bool(cells["servers"].done) or not cells["servers"].is_known,
        has_devices=bool(cells["devices"].done) or not cells["devices"].is_known,
        council_on=council_on,
        on=on,
        way=way,
    )
    return FacilityResult(
        facility=facility,
        stage=stage.value,
        next_step=next_step.value,
        measures=cells,
        milestones=line(
            facility.id,
            state,
            planned,
            councils,
            held,
            on,
            working,
            is_known=cells["launched"].is_known,
            way=way,
        ),
        progress=_weighted(cells, weights),
        days_late=late.days,
        late_for=late.what,
        late_assumed=late.assumed,
        council_on=council_on,
        freshness=heard,
    )


def _weighted(cells: Cells, weights: Weights) -> float | None:
    """The weighted mean of what is known, each measure counted at most as whole."""
    known = [
        (float(weights[code]), min(cell.weigh, 1.0))
        for code, cell in cells.items()
        if cell.weigh is not None and weights[code] > 0
    ]
    weight = sum(w for w, _part in known)
    return sum(w * part for w, part in known) / weight if weight else None
