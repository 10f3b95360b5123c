"""The one way to a figure: the province and each of its facilities on a day.

Pages, API, commands, jobs and tests all call `progress`. It reads each module once, for all
facilities together, so the number of queries does not depend on the number of facilities.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from types import ModuleType
from typing import NamedTuple

import connectivity.changes
import equipment.changes
import rollout.programme.changes
import rollout.programme.tracking
import signatures.changes
from equipment.files import files, server_files
from facilities.areas import in_area, tree_on
from facilities.as_of import AsOf, FacilityOnDay
from facilities.lineage import inherit
from facilities.models import Ownership
from facilities.timeline import Change, FacilityState, State, fold
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures.measures import BY_CODE, MEASURES, NO_EVIDENCE, Cell, Measure, cells_of
from rollout.figures.results import FacilityResult, Figure, MeasureResult, Progress
from rollout.models import MeasureWeight
from rollout.models.milestones import Way
from rollout.programme.councils import Meeting, awaited_meeting, meetings, standing_ruling
from rollout.programme.deadlines import deadlines
from rollout.programme.legal import LegalDeadlineOnDay, legal_deadlines
from rollout.programme.milestone_line import Target, line, reached, targets
from rollout.programme.obstacles import ObstacleOnDay, obstacles
from rollout.programme.provinces import names_on
from rollout.programme.reporting import RULE, Freshness, fresh_since, freshness, nothing_since
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

Grouping = Callable[[FacilityOnDay, FacilityState, date], Hashable]
Cells = dict[str, Cell]  # of one facility, by measure
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
    return Reading.begin(on, known_at, compare, map_on, area).of_all()


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
    reading = Reading.begin(on, known_at, compare, map_on, area)
    groups: dict[Hashable, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for group in also:
        groups[group] = (set(), set())
    for place, one in enumerate((reading.now, reading.then)):
        for facility in one.listed if one else ():
            found = key(facility, one.state.get(facility.id, {}), one.day) if one else None
            groups[found][place].add(facility.id)
    return {found: reading.of(*ids) for found, ids in groups.items()}


@dataclass(frozen=True, slots=True)
class OneDay:
    """What the facilities listed on a day had."""

    day: date
    listed: list[FacilityOnDay]
    state: State
    cells: dict[int, Cells]

    @classmethod
    def fold(cls, as_of: AsOf, all_changes: list[Change], day: date) -> "OneDay":
        listed, state = as_of.on(day), fold(all_changes, day)
        return cls(day, listed, state, cells_on(as_of, listed, state, day))

    def cells_of(self, ids: Collection[int]) -> dict[int, Cells]:
        return {pk: self.cells[pk] for pk in ids if pk in self.cells}


@dataclass(frozen=True)
class Reading:
    """Everything that a progress is put together from, read once."""

    as_of: AsOf
    compare: date | None
    area: str
    now: OneDay
    then: OneDay | None
    weights: WeightsByKind
    facilities: tuple[FacilityResult, ...]
    bids: list[tuple[int, date | None]]
    names: tuple[str, str]
    deadlines: tuple[LegalDeadlineOnDay, ...]

    @classmethod
    def begin(
        cls,
        on: date,
        known_at: datetime | None,
        compare: date | None,
        map_on: date | None,
        area: str,
    ) -> "Reading":
        as_of = in_area(AsOf(on, known_at, map_on=map_on), area)
        all_changes = changes(as_of)
        now = OneDay.fold(as_of, all_changes, on)
        weights = weights_on(on, known_at)
        then = None
        if compare:
            as_of_then = as_of
            if compare > on or area:
                # A later day has changes of its own; an area, on each day, facilities of its own.
                as_of_then = in_area(AsOf(compare, known_at, map_on=map_on), area)
                all_changes = changes(as_of_then)
            then = OneDay.fold(as_of_then, all_changes, compare)
        found = tree_on(as_of, on).find(area) if area else None
        return cls(
            as_of,
            compare,
            area,
            now,
            then,
            weights,
            _facilities(as_of, now.listed, now.state, now.cells, weights),
            _bids(as_of),
            found.names() if found else names_on(map_on or on, known_at),
            tuple(legal_deadlines(on, known_at)),
        )

    def of_all(self) -> Progress:
        then = self.then.cells.keys() if self.then else ()
        return self.of(self.now.cells.keys(), then)

    def of(self, ids: Collection[int], ids_then: Collection[int]) -> Progress:
        """Of some of the facilities on the day, held against those of the compared day."""
        on, cells = self.as_of.until, self.now.cells_of(ids)
        before: dict[str, Sum] = {}
        if self.then:
            cells_then = self.then.cells_of(ids_then)
            before = {measure.code: summed(measure, cells_then) for measure in MEASURES}
        expected = _bidding_ends(self.bids, cells)
        facilities = tuple(result for result in self.facilities if result.id in ids)
        since = fresh_since(self.as_of, (result.freshness for result in facilities))
        measures = tuple(
            _result(measure, cells, self.weights[""], before.get(measure.code), expected, since)
            for measure in MEASURES
        )
        shares = [
            result.progress
            for result in facilities
            if result.progress is not None and result.facility.is_obliged
        ]
        in_rollout = [f for f in self.now.listed if f.in_rollout and f.id in ids]
        name_vi, name_en = self.names
        return Progress(
            on=on,
            known_at=self.as_of.known_at,
            compare=self.compare,
            map_on=self.as_of.map_on,
            area=self.area,
            name_vi=name_vi,
            name_en=name_en,
            public=sum(f.ownership == Ownership.PUBLIC for f in in_rollout),
            private=sum(f.ownership == Ownership.PRIVATE for f in in_rollout),
            measures=measures,
            figures=_figures(self.now.state, {facility.id for facility in in_rollout}),
            facilities=facilities,
            deadlines=self.deadlines,
            # Without a facility there is no progress; a zero would claim that one has none.
            overall=sum(shares) / len(shares) if shares else None,
            newest_on=max((r.newest_on for r in measures if r.newest_on), default=None),
            fresh_since=since,
        )


def cells_on(
    as_of: AsOf, facilities: Iterable[FacilityOnDay], state: State, day: date
) -> dict[int, Cells]:
    """Every measure of these facilities on a day. `state`: of that day."""
    known, way = tracked(as_of), ways(as_of)
    return {
        f.id: cells_of(f, state.get(f.id, {}), known.at(f, day), way.of(f, day)) for f in facilities
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


@dataclass(slots=True)
class Sum:
    """A measure added up over its facilities."""

    done: int = 0
    counted: int = 0  # of `done`, what is at facilities whose total is known
    beyond: int = 0  # of `done`, what is done without having to
    not_obliged: int = 0  # facilities that take part without having to
    missing: int = 0  # still to be done by those who must
    total: int | None = None
    known: int = 0  # facilities
    unknown: int = 0
    begun: int = 0
    evidence: tuple[int, ...] = NO_EVIDENCE
    newest_on: date | None = None


def summed(measure: Measure, cells: dict[int, Cells]) -> Sum:
    """A total is of what is known. Nobody known, though there are facilities: there is no total."""
    found = Sum()
    of_facilities = measure.unit == "facilities"
    for of_facility in cells.values():
        cell = of_facility.get(measure.code)
        if cell is None:
            continue
        found.done += cell.done
        if cell.total is None:
            found.unknown += 1
        else:
            found.known += 1
            found.total = (found.total or 0) + cell.total
            found.counted += cell.done
            found.missing += max(0, cell.total - cell.done) if of_facilities else 0
        found.beyond += cell.done if cell.is_beyond else 0
        found.not_obliged += cell.is_beyond
        if cell.state == "under_way":
            found.begun += 1
        found.evidence = tuple(map(sum, zip(found.evidence, cell.evidence, strict=True)))
        if cell.newest_on and (found.newest_on is None or cell.newest_on > found.newest_on):
            found.newest_on = cell.newest_on
    if of_facilities and not found.unknown and found.total is None:
        found.total = 0  # it is about nobody
    if not of_facilities and found.total is not None:
        found.missing = max(0, found.total - found.counted)
    return found


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


def _bids(as_of: AsOf) -> list[tuple[int, date | None]]:
    """For whom each file is to bring servers, and when its bidding is to end."""
    ends_on = {file.id: file.bidding_ends_on for file in files(as_of)}
    return [
        (as_of.descent.heir(facility_id), ends_on.get(file_id))
        for facility_id, file_id in server_files(as_of)
    ]


def _bidding_ends(bids: list[tuple[int, date | None]], cells: dict[int, Cells]) -> date | None:
    """The latest day on which bidding for a server that is still missing is to end."""
    awaited = [
        day
        for heir, day in bids
        if "servers" in cells.get(heir, {}) and not cells[heir]["servers"].done
    ]
    return max((day for day in awaited if day), default=None)


def _facilities(
    as_of: AsOf,
    listed: list[FacilityOnDay],
    state: State,
    cells: dict[int, Cells],
    weights: WeightsByKind,
) -> tuple[FacilityResult, ...]:
    """The facilities of the rollout: longest late first, then least progress, then by code."""
    on = as_of.until
    planned = targets(as_of)
    holding = [obstacle for obstacle in obstacles(as_of) if obstacle.cleared_on is None]
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
    for facility in listed:
        if not facility.in_rollout:
            continue
        found.append(
            _facility(
                facility,
                state.get(facility.id, {}),
                cells[facility.id],
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
    return tuple(
        sorted(
            found,
            key=lambda r: (-r.days_late, r.progress if r.progress is not None else -1, r.code),
        )
    )


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


FIGURE_GROUPS = ("device", "his_level", "hosting")
UNKNOWN = "unknown"


def _figures(state: State, facility_ids: set[int]) -> tuple[Figure, ...]:
    """Counts over the facilities of the rollout, for every component of a group that there is."""
    found: dict[tuple[str, str], Figure] = {}
    for facility_id in facility_ids:
        for component, tally in state.get(facility_id, {}).items():
            group, _sep, key = component.partition(":")
            if group not in FIGURE_GROUPS or tally.amount <= 0:
                continue
            before = found.get((group, key))
            newest = [d for d in (tally.newest_on, before.newest_on if before else None) if d]
            found[group, key] = Figure(
                group=group,
                key=key,
                value=tally.amount + (before.value if before else 0),
                facilities=1 + (before.facilities if before else 0),
                evidence=tuple(
                    map(sum, zip(tally.evidence, before.evidence, strict=True))
                    if before
                    else tally.evidence
                ),
                newest_on=max(newest, default=None),
            )
    for group in FIGURE_GROUPS[1:]:  # of a level and a hosting there is one each, or it is unknown
        known = sum(figure.facilities for figure in found.values() if figure.group == group)
        if unknown := len(facility_ids) - known:
            found[group, UNKNOWN] = Figure(group, UNKNOWN, unknown, unknown, NO_EVIDENCE, None)
    return tuple(found[key] for key in sorted(found))
