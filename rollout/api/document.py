"""The documents of the API as plain dictionaries, in the reader's language.

The API and `manage.py progress` send the same ones. Field names and codes are a promise to other
programs: a new field may be added, none is renamed or dropped within version 1. Days are dates;
shares are parts of one; what is not known is null, never 0.
"""

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.files import File, Step, files
from facilities.as_of import AsOf
from facilities.departures import Departure
from facilities.evidence import Rung
from facilities.models import Lineage, Ownership
from facilities.models.places import in_language
from facilities.naming import codes_of
from rollout.day import Day
from rollout.figures.labels import figure_labels
from rollout.figures.measures import BY_CODE, Cell, Measure
from rollout.figures.results import FacilityResult, Figure, MeasureResult, Progress
from rollout.figures.trend import Point
from rollout.programme.councils import Meeting, meetings
from rollout.programme.legal import LegalDeadlineOnDay
from rollout.programme.milestone_line import MilestoneOnDay


def progress_document(progress: Progress) -> dict:
    """The province on a day."""
    query = of_pages = query_of(progress)
    if progress.area:  # what one facility has is the same in whichever area it lies
        of_pages += f"&{urlencode({'area': progress.area})}"
    labels = figure_labels(progress.figures)
    return {
        "on": progress.on,
        "known_at": progress.known_at,
        "compare": progress.compare,
        "map": map_of(progress.map_on),
        "scope": _scope(progress),
        "overall": progress.overall,
        "newest_on": progress.newest_on,
        "measures": [measure_document(result, of_pages) for result in progress.measures],
        "figures": [_figure(figure, labels[figure.code], of_pages) for figure in progress.figures],
        "facilities": [
            _facility(result, query)
            | {
                "measures": {code: cell_document(cell) for code, cell in result.measures.items()},
                "milestones": {m.code: _milestone(m) for m in result.milestones},
            }
            for result in progress.facilities
        ],
        "deadlines": [legal_document(deadline) for deadline in progress.deadlines],
        "generated_at": progress.generated_at,
    }


def facility_document(progress: Progress, result: FacilityResult, *, detail: bool) -> dict:
    """One facility on the day of `progress`, with the figures of the province's document.

    `detail`: with its rows, in a fixed number of queries more; without it those fields are null.
    """
    procurements = councils = None
    if detail:
        as_of = AsOf(progress.on, progress.known_at, frozenset({result.id}), progress.map_on)
        procurements = [_procurement(file) for file in files(as_of)]
        councils = [
            _council(meeting) for meeting in meetings(as_of) if meeting.facility_id == result.id
        ]
    return {
        "on": progress.on,
        "known_at": progress.known_at,
        "map": map_of(progress.map_on),
        **_facility(result, query_of(progress)),
        "measures": {
            code: {
                "label": BY_CODE[code].label,
                **cell_document(cell),
                "evidence": _evidence(cell.evidence),
                "newest_on": cell.newest_on,
            }
            for code, cell in result.measures.items()
        },
        "milestones": {
            milestone.code: {
                "label": milestone.label,
                **_milestone(milestone),
                "because": milestone.because if detail else None,
                "held_by": in_language(*milestone.held_by)
                if detail and milestone.held_by
                else None,
            }
            for milestone in result.milestones
        },
        "external_codes": [
            {
                "system": row.system.code,
                "label": row.system.name,
                "code": row.code,
                "effective_from": row.effective_from,
            }
            for row in codes_of([result.id], progress.on, progress.known_at)[result.id]
        ],
        "late_for": result.late_for if detail else None,
        "procurements": procurements,
        "councils": councils,
        "generated_at": progress.generated_at,
    }


def gone_document(departure: Departure, asked: Progress | Day) -> dict:
    """What became of a facility that is no longer in the register on the day asked about."""
    successors = departure.successors
    told = {
        "facility": departure.facility.name,
        "day": date_format(departure.on, "SHORT_DATE_FORMAT"),
        "successors": ", ".join(successor.name for successor in successors),
    }
    if departure.kind == Lineage.MERGED:
        detail = _("%(facility)s merged into %(successors)s on %(day)s.") % told
    elif departure.kind == Lineage.SPLIT:
        detail = _("%(facility)s was split into %(successors)s on %(day)s.") % told
    else:
        detail = _("%(facility)s was closed on %(day)s.") % told
    return {
        "detail": detail,
        "on": departure.on,
        "successors": [
            {
                "code": successor.code,
                "name": successor.name,
                "url": f"{reverse('api:facility-progress', args=[successor.code])}?{query_of(asked)}",
            }
            for successor in successors
        ],
    }


def trend_document(
    measure: Measure,
    points: list[Point],
    *,
    known_at: datetime | None,
    map_on: date | None,
    area: str = "",
    generated_at: datetime,
) -> dict:
    """A measure on every day of a period."""
    return {
        "from": points[0].on,
        "to": points[-1].on,
        "known_at": known_at,
        "map": map_of(map_on),
        "area": area or None,
        "measure": measure.code,
        "label": measure.label,
        "rule": measure.rule,
        "rule_version": measure.version,
        "unit": measure.unit,
        "points": [
            {"on": point.on, "done": point.told, "total": point.total, "share": point.share}
            for point in points
        ],
        "generated_at": generated_at,
    }


def query_of(asked: Progress | Day) -> str:
    """The day is always named, so that a link leads to the same figures tomorrow."""
    named = {"on": asked.on.isoformat()}
    if asked.known_at:
        named["known_at"] = asked.known_at.isoformat()
    if asked.map_on:
        named["map"] = map_of(asked.map_on)
    return urlencode(named)


def map_of(map_on: date | None) -> str:
    return "today" if map_on else "day"


def _scope(progress: Progress) -> dict:
    if progress.public and progress.private:
        ownership = "mixed"
    else:
        ownership = Ownership.PRIVATE.value if progress.private else Ownership.PUBLIC.value
    return {
        "area": progress.area or None,
        "name": progress.name,
        "facilities": progress.public + progress.private,
        "ownership": ownership,
        "public": progress.public,
        "private": progress.private,
    }


def _evidence(by_rung: Sequence[int]) -> dict[str, int]:
    return {rung.code: by_rung[rung] for rung in Rung}


def measure_document(result: MeasureResult, query: str) -> dict:
    compared = result.before_done is not None
    return {
        "code": result.code,
        "label": result.label,
        "rule": result.rule,
        "rule_version": result.rule_version,
        "unit": result.unit,
        "weight": float(result.weight),
        "state": result.state,
        "done": result.told,
        "total": result.total,
        "share": result.share,
        "missing": result.missing,
        "beyond": result.beyond,
        "known": result.known,
        "unknown": result.unknown,
        "tracked": result.is_tracked,
        "begun": result.begun,
        "expected_by": result.expected_by,
        "nothing_since": result.nothing_since,
        "evidence": _evidence(result.evidence),
        "newest_on": result.newest_on,
        "before": {
            "done": result.before_done if result.before_total is not None else None,
            "total": result.before_total,
            "share": result.before_done / result.before_total
            if result.before_done is not None and result.before_total
            else None,
        }
        if compared
        else None,
        "change": result.change,
        "url": f"{reverse('rollout:measure', args=[result.code])}?{query}",
    }


def _figure(figure: Figure, label: str, query: str) -> dict:
    return {
        "code": figure.code,
        "group": figure.group,
        "label": label,
        "value": figure.value,
        "facilities": figure.facilities,
        "evidence": _evidence(figure.evidence),
        "newest_on": figure.newest_on,
        "url": f"{reverse('rollout:figure', args=[figure.group, figure.key])}?{query}",
    }


def _facility(result: FacilityResult, query: str) -> dict:
    facility = result.facility
    return {
        "code": result.code,
        "name": result.name,
        "kind": facility.kind or None,
        "kind_label": facility.kind_label,
        "ownership": facility.ownership or None,
        "managed_by": facility.managed_by or None,
        "managed_by_label": facility.managed_by_label,
        "obliged": facility.is_obliged,
        "area": facility.area,
        "stage": result.stage,
        "stage_label": result.stage_label,
        "next_step": result.next_step,
        "next_step_label": result.next_step_label,
        "progress": result.progress,
        "days_late": result.days_late,
        "council_on": result.council_on,
        "url": f"{reverse('api:facility-progress', args=[result.code])}?{query}",
    }


def cell_document(cell: Cell) -> dict:
    return {"done": cell.told, "total": cell.total, "share": cell.share, "state": cell.state}


def _milestone(milestone: MilestoneOnDay) -> dict:
    return {
        "baseline": milestone.baseline,
        "target": milestone.target,
        "actual": milestone.actual,
        "slip_days": milestone.slip_days,
        "state": milestone.state,
    }


def legal_document(deadline: LegalDeadlineOnDay) -> dict:
    return {
        "code": deadline.code,
        "name": deadline.name,
        "basis": deadline.basis,
        "on": deadline.due_on,
        "days_left": deadline.days_left,
        "set_by": deadline.set_by,
        "applies_to": deadline.applies_to,
        "applies_to_label": deadline.applies_to_label,
    }


def _procurement(file: File) -> dict:
    reached = file.reached
    return {
        "code": file.code,
        "title": file.title,
        "path": file.path,
        "path_label": file.path_label,
        "reached": reached.stage if reached else None,
        "bidding_ends_on": file.bidding_ends_on,
        "stages": [_stage(step) for step in file.steps],
    }


def _stage(step: Step) -> dict:
    return {
        "code": step.stage,
        "label": step.label,
        "baseline": step.baseline,
        "target": step.target,
        "actual": step.reached_on,
        "slip_days": step.slip_days,
        "because": step.because,
        "amount": step.amount,
        "evidence": step.rung.code if step.rung is not None else None,
    }


def _council(meeting: Meeting) -> dict:
    return {
        "code": meeting.code,
        "level": meeting.level,
        "level_label": meeting.level_label,
        "criteria": meeting.criteria,
        "first_scheduled_on": meeting.first_scheduled_on,
        "scheduled_on": meeting.scheduled_on,
        "because": meeting.because,
        "held_on": meeting.held_on,
        "slip_days": meeting.slip_days,
        "conclusion": meeting.conclusion,
        "conclusion_label": meeting.conclusion_label,
        "minutes_number": meeting.minutes_number,
        "evidence": meeting.rung.code if meeting.rung is not None else None,
    }
