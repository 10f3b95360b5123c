"""Everything about one facility on one page."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.safestring import mark_safe

from connectivity.models import ConnectionStep, Partner
from equipment.files import files
from equipment.stock import Line, lines_of
from facilities.as_of import AsOf
from facilities.contacts import contacts_for
from facilities.departures import departure, origins
from facilities.evidence import Rung
from facilities.models import FacilityName
from facilities.naming import codes_of
from facilities.permissions import Access, is_in
from facilities.timeline import EMPTY
from facilities.working_days import working_days_of
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.contradictions import contradictions
from rollout.figures.funnel import steps
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import standing
from rollout.figures.reader import refuse_outside
from rollout.figures.results import FacilityResult
from rollout.forecasting.kept import know_durations
from rollout.pages.calls import with_calls
from rollout.pages.page import Page, SignedIn, kept, page
from rollout.pages.seen import PLACE, remember
from rollout.pages.summary.history import AT_FIRST, history
from rollout.pages.summary.matrix import holds_of, remark
from rollout.programme import must_start
from rollout.programme.councils import meetings
from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.obstacles import obstacles

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from facilities.models.facts import Proven

    ProvenStep = WithAnnotations[ConnectionStep, Proven]


@page(lambda access: access.sees_summary, stored=False)
def facility(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """The headline for everybody who sees the summary; the rows for those who may see them.

    Whom to call is drawn for each reader and kept nowhere.
    """
    names = FacilityName.objects.in_force(day.map_on or day.on, day.known_at)
    name = names.filter(facility__code=code).last()
    if name is None:
        raise Http404
    pk = name.facility_id
    refuse_outside(day, pk)
    remember(request, PLACE, code)
    in_full = access.sees_rows_of(pk)
    opens = is_in(pk, access.programme)
    all_entries = request.GET.get("history") == "all"
    context = kept(
        "summary/_facility.html",
        day,
        pk,
        in_full,
        opens,
        access.records_for(pk),
        all_entries,
        build=lambda: (
            _content(day, pk, in_full=in_full, opens_obstacles=opens, all_entries=all_entries)
            | {"records": access.records_for(pk)}
        ),
    )
    contacts = contacts_for(access, pk, day.on, day.known_at)
    content = mark_safe(with_calls(context["content"], access, day))  # noqa: S308 drawn by templates
    return "summary/facility.html", context | {
        "content": content,
        "title": name.name,
        "contacts": contacts,
    }


def _content(day: Day, pk: int, *, in_full: bool, opens_obstacles: bool, all_entries: bool) -> dict:
    """Without `in_full` the page says how far the facility is, but not what keeps it."""
    as_of = day.as_of(frozenset({pk}))
    if not (listed := as_of.on(day.on)):
        return {"departure": departure(day.whole.as_of(), as_of.codes[pk])}
    described = listed[0]
    states = standing(as_of)
    state = states.get(pk, {})
    progress = cached_progress(
        day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on
    )
    result = progress.facility(described.code)
    open_obstacles = [o for o in obstacles(as_of) if in_full and pk in o.facility_ids]
    held = holds_of(open_obstacles)
    is_official = state.get("milestone:official", EMPTY).amount > 0
    law = must_start.law_for(as_of, described)
    if in_full and law:
        know_durations(as_of)
    latest = must_start.latest_days_until(as_of, law) if in_full and not is_official else {}
    context: dict[str, Any] = {
        "described": described,
        "result": result,
        "measures": [(BY_CODE[c], cell) for c, cell in result.measures.items()] if result else [],
        "milestones": [
            (
                milestone,
                remark(milestone, held.get((pk, milestone.code))) if in_full else "",
                *_latest(milestone, latest, as_of),
            )
            for milestone in (result.milestones if result else ())
        ],
        "latest_days": list(latest.values()),
        "law": law,
        "origins": origins(as_of, pk),
        "names": FacilityName.objects.in_force(day.on, day.known_at).filter(facility=pk),
        "obstacles": [
            (obstacle, [hold for hold in obstacle.holds if hold.facility_id == pk])
            for obstacle in open_obstacles
        ],
        "codes": codes_of([pk], day.on, day.known_at)[pk],
        "in_full": in_full,
        "opens_obstacles": opens_obstacles,
    }
    if in_full:
        found = files(as_of)
        starts = {
            start.file.id: (start, start.is_too_late(day.on)) for start in must_start.starts(as_of)
        }
        entries = history(as_of)
        shown = len(entries) if all_entries else AT_FIRST
        context |= {
            "files": [(file, starts.get(file.id)) for file in found],
            "devices": (lines := lines_of(as_of, states)),
            "devices_known": _devices_known(lines, result),
            "funnel": steps(state, result.measures if result else {}),
            "connections": _connections(as_of, pk),
            "meetings": [m for m in meetings(as_of) if m.facility_id == pk],
            "contradictions": [one for one in contradictions(as_of) if one.facility_id == pk],
            "entries": entries[:shown],
            "earlier": len(entries[shown:]),
        }
    return context


def _latest(milestone: MilestoneOnDay, latest: dict, as_of: AsOf) -> tuple:
    """The latest day of a milestone that is still open, and whether it has passed or the plan is later."""
    found = None if milestone.actual else latest.get(milestone.code)
    if found is None:
        return None, False
    planned_later = milestone.target is not None and milestone.target > found.by
    return found, planned_later or found.is_too_late(as_of.until, working_days_of(as_of))


def _devices_known(lines: list[Line], result: FacilityResult | None) -> bool:
    """Whether the devices that are not on record are not there."""
    cell = result.measures["devices"] if result else None
    return any(line.is_recorded for line in lines) or (cell is not None and cell.is_known)


def _connections(as_of: AsOf, pk: int) -> list[tuple[Partner, list[dict]]]:
    """For each partner, the steps of the latest attempt in their order.

    A facility without any of its own shows those of the facilities it carries on for.
    """
    partners = {partner.pk: partner for partner in Partner.objects.all()}
    latest: dict[int, dict[str, ProvenStep]] = defaultdict(dict)
    proven = as_of.only(ConnectionStep.objects.proven(as_of.until, as_of.known_at))
    steps = list(proven.order_by("attempt", "happened_on"))
    own = [step for step in steps if step.facility_id == pk]
    for one in own or steps:
        latest[one.partner_id][one.step] = one
    shown = []
    for partner, reached in latest.items():
        lines = []
        for kind in ConnectionStep.Step:
            step = reached.get(kind.value)
            if step is None and kind == ConnectionStep.Step.DISCONNECTED:
                continue
            lines.append(
                {
                    "label": kind.label,
                    "on": step.happened_on if step else None,
                    "rung": Rung(step.rung) if step else None,
                }
            )
        shown.append((partners[partner], lines))
    return shown
