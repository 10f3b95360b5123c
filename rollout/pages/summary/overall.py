"""The rows behind the weighted progress: what each measure weighs, and what each facility adds."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities.evidence import Rung, rung_of
from facilities.models import Ownership
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.measures import Cell, Measure
from rollout.figures.results import FacilityResult, Progress
from rollout.models import MeasureWeight
from rollout.pages.listing import ROWS_A_PAGE
from rollout.pages.page import Page, SignedIn, kept, number_of_page, page

# What a reader may narrow the facilities to.
SCOPES = {
    "": pgettext_lazy("rows", "all"),
    Ownership.PUBLIC.value: Ownership.PUBLIC.label,
    Ownership.PRIVATE.value: Ownership.PRIVATE.label,
}


@dataclass(frozen=True, slots=True)
class Weight:
    """What a measure counts. `part`: of all weights; `row`, `rung` None: no weight is in force."""

    measure: Measure
    weight: float
    part: float
    row: MeasureWeight | None
    rung: Rung | None


@dataclass(frozen=True, slots=True)
class Part:
    """One measure at one facility, 0 to 1. `share` None: not known. `counted`: the measure is
    about the facility at all. `adds`: the share times its weight out of the weights known here."""

    weight: Weight
    counted: bool
    share: float | None
    adds: float | None


@page(lambda access: access.sees_summary, by_area=True)
def overall(request: SignedIn, day: Day, access: Access) -> Page:
    number = number_of_page(request)
    scope = request.GET.get("scope", "")
    scope = scope if scope in SCOPES else ""
    context = kept(
        "summary/_overall.html", day, number, scope, build=lambda: _content(day, number, scope)
    )
    return "cached.html", context | {"title": _("Weighted progress")}


def _content(day: Day, number: str, scope: str = "") -> dict:
    progress = cached_progress(
        day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on, area=day.area_code
    )
    weights = _weights(day, progress)
    weighing = [weight for weight in weights if weight.weight > 0]
    shown = [one for one in progress.facilities if scope in ("", one.facility.ownership)]
    rows = Paginator(shown, ROWS_A_PAGE).get_page(number)
    return {
        "missing": "" if progress.facilities else "facilities",
        "overall": progress.overall,
        "weights": weights,
        "weighing": weighing,
        "rows": rows,
        "measured": progress.measured,
        "all": len(progress.facilities),
        "scope": scope,
        "choices": SCOPES,
        "lines": [(facility, _parts(facility, weighing)) for facility in rows],
    }


def _weights(day: Day, progress: Progress) -> list[Weight]:
    """Every measure with the row that gives its weight on the day."""
    rows: Mapping[str, MeasureWeight] = {
        row.measure: row
        for row in MeasureWeight.objects.in_force(day.on, day.known_at).select_related("document")
    }
    whole = float(sum(result.weight for result in progress.measures))
    found = []
    for result in progress.measures:
        row = rows.get(result.code)
        weight = float(result.weight)
        found.append(
            Weight(
                measure=result.measure,
                weight=weight,
                part=weight / whole if whole else 0.0,
                row=row,
                rung=rung_of(row, day.known_at, day.on) if row else None,
            )
        )
    return found


def _parts(facility: FacilityResult, weighing: list[Weight]) -> list[Part]:
    cells: list[tuple[Weight, Cell | None]] = [
        (weight, facility.measures.get(weight.measure.code)) for weight in weighing
    ]
    known = sum(weight.weight for weight, cell in cells if cell and cell.weigh is not None)
    return [
        Part(
            weight=weight,
            counted=cell is not None,
            share=cell.weigh if cell else None,
            adds=weight.weight * cell.weigh / known if cell and cell.weigh is not None else None,
        )
        for weight, cell in cells
    ]
