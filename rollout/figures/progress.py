"""The one way to a figure: the province and each of its facilities on a day.

Pages, API, commands, jobs and tests all call `progress`. It reads each module once, for all
facilities together, so the number of queries does not depend on the number of facilities.
"""

from collections import defaultdict
from collections.abc import Iterable
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
from facilities.as_of import AsOf, FacilityOnDay
from facilities.lineage import inherit
from facilities.models import Ownership
from facilities.timeline import Change, FacilityState, State, fold
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures.measures import BY_CODE, MEASURES, NO_EVIDENCE, Cell, Measure, cells_of
from rollout.figures.results import FacilityResult, Figure, MeasureResult, Progress
from rollout.models import MeasureWeight, Programme
from rollout.models.milestones import Way
from rollout.programme.councils import Meeting, awaited_meeting, meetings, standing_ruling
from rollout.programme.deadlines import deadlines
from rollout.programme.legal import legal_deadlines
from rollout.programme.milestone_line import Target, line, reached, targets
from rollout.programme.obstacles import ObstacleOnDay, obstacles
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
) -> Progress:
    """Compute everything. A fixed number of queries, whatever the size of the province.

    `map_on`: with the facilities of that day's map, for both days; None: each day by its own map.
    """
    as_of = AsOf(on, known_at, map_on=map_on)
    all_changes = changes(as_of)
    listed = as_of.on(on)
    state = fold(all_changes, on)
    cells = cells_on(as_of, listed, state, on)
    weights = weights_on(on, known_at)
    before: dict[str, Sum] = {}
    if compare:
        if compare > on:  # a later day has changes of its own
            as_of_then = AsOf(compare, known_at, map_on=map_on)
            all_changes = changes(as_of_then)
        else:
            as_of_then = as_of
        then = fold(all_changes, compare)
        cells_then = cells_on(as_of_then, as_of_then.on(compare), then, compare)
        before = {measure.code: summed(measure, cells_then) for measure in MEASURES}

    expected = _bidding_ends(as_of, cells)
    facilities = _facilities(as_of, listed, state, cells, weights)
    since = fresh_since(as_of, (result.freshness for result in facilities))
    measures = tuple(
        _result(measure, cells, weights[""], before.get(measure.code), expected, since)
        for measure in MEASURES
    )
    shares = [
        result.progress
        for result in facilities
        if result.progress is not None and result.facility.is_obliged
    ]
    in_rollout = [facility for facility in listed if facility.in_rollout]
    name_vi, name_en = Programme.name_on(map_on or on, known_at)
    return Progress(
        on=on,
        known_at=known_at,
        compare=compare,
        map_on=map_on,
        name_vi=name_vi,
        name_en=name_en,
        public=sum(f.ownership == Ownership.PUBLIC for f in in_rollout),
        private=sum(f.ownership == Ownership.PRIVATE for f in in_rollout),
        measures=measures,
        figures=_figures(state, {facility.id for facility in in_rollout}),
        facilities=facilities,
        deadlines=tuple(legal_deadlines(on, known_at)),
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


def _bidding_ends(as_of: AsOf, cells: dict[int, Cells]) -> date | None:
    """The latest day on which bidding for a server that is still missing is to end."""
    ends_on = {file.id: file.bidding_ends_on for file in files(as_of)}
    awaited = [
        ends_on.get(file_id)
        for heir, file_id in (
            (as_of.descent.heir(facility_id), file_id)
            for facility_id, file_id in server_files(as_of)
        )
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
