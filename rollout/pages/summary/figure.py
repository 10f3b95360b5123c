"""The rows behind a figure: which facilities it counts, how well each is proven, who is awaited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from equipment.models import DeviceType
from facilities.as_of import FacilityOnDay
from facilities.evidence import RUNG_EXPLANATIONS, Rung
from facilities.permissions import Access
from facilities.timeline import fold
from rollout.day import Day
from rollout.figures.awaited import AWAITED, Awaited
from rollout.figures.cached import cached_parts, cached_progress
from rollout.figures.groups import in_group, label_of, parse_group
from rollout.figures.labels import figure_label, figure_labels
from rollout.figures.measures import BY_CODE, NO_EVIDENCE, Cell, Measure
from rollout.figures.progress import changes, progress_by
from rollout.figures.results import Figure, Progress
from rollout.figures.sums import FIGURE_GROUPS, UNKNOWN
from rollout.forecasting import cached_forecast
from rollout.pages.listing import ROWS_A_PAGE
from rollout.pages.page import Page, SignedIn, kept, number_of_page, page
from rollout.pages.summary.curve import curve_of

# What a reader may narrow the rows to.
SHOW = {
    "": pgettext_lazy("rows", "all"),
    "done": pgettext_lazy("rows", "done"),
    "open": pgettext_lazy("rows", "not done"),
    "known": pgettext_lazy("rows", "known"),
    "unknown": pgettext_lazy("rows", "not known"),
    "obliged": pgettext_lazy("rows", "must"),
    "beyond": pgettext_lazy("rows", "done without having to"),
}
# By the state of a cell; every other state is "open".
STATE_SHOWN = {"done": "done", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Counted:
    """A count without a denominator, with its words. `planned`: how many of it are not there yet."""

    figure: Figure
    label: str
    planned: int = 0


def counted(
    progress: Progress, planned: Mapping[str, int] | None = None
) -> list[tuple[str, list[Counted]]]:
    """The counts by group: equipment, HIS levels from the highest, hosting.

    `planned`: by code of a figure, how many are not there yet.
    """
    ahead = planned or {}
    labels = figure_labels(progress.figures)
    order = {
        code: place for place, code in enumerate(DeviceType.objects.values_list("code", flat=True))
    }
    groups = [
        (
            _("Equipment installed"),
            sorted(progress.figures_of("device"), key=lambda f: order.get(f.key, len(order))),
        ),
        (
            _("Facilities by HIS level"),
            sorted(
                progress.figures_of("his_level"),
                key=lambda f: (f.key.isdigit(), f.key),
                reverse=True,
            ),
        ),
        (_("Facilities by hosting"), progress.figures_of("hosting")),
    ]
    return [
        (title, [Counted(one, labels[one.code], ahead.get(one.code, 0)) for one in figures])
        for title, figures in groups
        if figures
    ]


@page(lambda access: access.sees_summary, by_area=True)
def measure(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    found = BY_CODE.get(code)
    if found is None:
        raise Http404
    show = request.GET.get("show", "")
    show = show if show in SHOW or show in AWAITED.get(code, ()) else ""
    group = request.GET.get("group", "")
    group = group if parse_group(group) else ""
    number = number_of_page(request)
    in_full = access.sees_all_rows
    context = kept(
        "summary/_measure.html",
        day,
        code,
        show,
        number,
        group,
        in_full,
        access.keeps_registers,
        build=lambda: (
            _measure(found, day, show, number, in_full=in_full, group=group)
            | {"can_track": access.keeps_registers}
        ),
    )
    return "cached.html", context | {"title": found.label}


def _measure(
    found: Measure, day: Day, show: str, number: str, *, in_full: bool, group: str = ""
) -> dict:
    """`in_full`: the reader may know of every facility how far its files have come.

    `group`: only the facilities of a group as the page of comparisons makes it.
    """
    asked: dict[str, Any] = {
        "known_at": day.known_at,
        "compare": day.compare,
        "map_on": day.map_on,
        "area": day.area_code,
    }
    progress, parts = cached_progress(day.on, **asked), cached_parts(day.on, **asked)
    waiting: dict[int, Awaited] = {}
    if found.code in AWAITED:
        waiting = {one.facility.id: one for one in progress.awaited[found.code]}
    by_plan = show in AWAITED.get(found.code, ())
    about = [one for part in parts.values() if (one := part.facility) and found.counts(one)]
    group_label = ""
    if named := parse_group(group):
        is_in = in_group(*named)
        state = fold(changes(day.as_of()), day.on)
        about = [one for one in about if is_in(one, state.get(one.id, {}), day.on)]
        group_label = label_of(*named, about[0] if about else None)
        grouped = progress_by(
            is_in,
            day.on,
            **asked,
        )
        if True not in grouped:
            raise Http404
        progress = grouped[True]
    rows = [
        Row(facility, cells[found.code], waiting.get(facility.id), by_plan)
        for facility in about
        if (cells := parts[facility.id].cells)
    ]
    # What is still missing comes first.
    rows.sort(key=lambda row: (row.cell.state == "done", row.cell.share or 0, row.facility.code))
    shown = [row for row in rows if not show or show in row.shown_under]
    if by_plan:
        place = {pk: number for number, pk in enumerate(waiting)}
        shown.sort(key=lambda row: place[row.facility.id])
    under = {word for row in rows for word in row.shown_under}
    if "unknown" not in under:
        under.discard("known")  # all are
    if "beyond" not in under:
        under.discard("obliged")
    choices = {"": SHOW[""]} | {
        word: label
        for word, label in (SHOW | AWAITED.get(found.code, {})).items()
        if word in ("done", "open", show) or word in under
    }
    return {
        "result": progress.measure(found.code),
        "rows": Paginator(shown, ROWS_A_PAGE).get_page(number),
        "all": len(rows),
        "show": show,
        "choices": choices,
        "assumed": sum(row.assumed for row in shown),
        "by_plan": by_plan,
        # Whoever may not know how far the files of others have come is told who is awaited, no more.
        "stages": in_full and found.code == "servers" and (by_plan or show == "open"),
        "assumed_rung": Rung.ASSUMED,
        "rungs": list(RUNG_EXPLANATIONS.items()),
        "group": group,
        "group_label": group_label,
        "curve": None
        if group
        else curve_of(
            found,
            day,
            progress,
            cached_forecast(day.as_of()) if found.code == "official" else None,
        ),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """One facility. `awaited` None: nobody waits for it by this measure. `by_plan`: listed for its plan."""

    facility: FacilityOnDay
    cell: Cell
    awaited: Awaited | None
    by_plan: bool

    @property
    def shown_under(self) -> tuple[str, ...]:
        """The words of the address that narrow the rows to those like this one."""
        state = STATE_SHOWN.get(self.cell.state, "open")
        if self.cell.is_beyond:
            return ("known", "done", "beyond") if state == "done" else ("known",)
        own = [state]
        if self.cell.is_known:
            own += ["known", "obliged"]
        if self.awaited:
            own.append(self.awaited.why)
        return (*own,)

    @property
    def assumed(self) -> int:
        """How much of what it is listed for rests on assumed rows: the planned day, or what is done."""
        if self.by_plan:
            return int(self.awaited is not None and self.awaited.assumed)
        return self.cell.evidence[Rung.ASSUMED]


@dataclass(frozen=True, slots=True)
class Share:
    """What one facility adds to a figure."""

    facility: FacilityOnDay
    amount: int
    evidence: tuple[int, ...]
    newest_on: date | None


@page(lambda access: access.sees_summary, by_area=True)
def figure(request: SignedIn, day: Day, access: Access, group: str, key: str) -> Page:
    if group not in FIGURE_GROUPS:
        raise Http404
    parts = cached_parts(
        day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on, area=day.area_code
    )
    rows = [
        row
        for part in parts.values()
        if part.result and (row := _share(part.result.facility, part.figures, group, key))
    ]
    if not rows and not (group == "device" and DeviceType.objects.filter(code=key).exists()):
        raise Http404
    rows.sort(key=lambda row: (-row.amount, row.facility.code))
    total = sum(row.amount for row in rows)
    return "summary/figure_rows.html", {
        "title": figure_label(group, key),
        "total": total,
        "is_count": group == "device",
        "rows": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "facilities": len(rows),
    }


def _share(
    facility: FacilityOnDay, figures: Iterable[Figure], group: str, key: str
) -> Share | None:
    """What a facility of the rollout adds; None: nothing."""
    of_group = {figure.key: figure for figure in figures if figure.group == group}
    if key == UNKNOWN and group != "device":
        return None if of_group else Share(facility, 1, NO_EVIDENCE, None)
    found = of_group.get(key)
    return Share(facility, found.value, found.evidence, found.newest_on) if found else None
