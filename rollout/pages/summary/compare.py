"""Areas, kinds, ownerships, HIS levels or facilities side by side on the page's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.writing_csv import write_csv
from facilities.permissions import Access
from rollout.day import Day, areas_on
from rollout.figures.awaited import late_facilities
from rollout.figures.groups import AREA, BY, FACILITY, Group, groups_by
from rollout.figures.measures import BY_CODE, MEASURES
from rollout.figures.reader import sessions_of
from rollout.figures.results import MeasureResult
from rollout.forecasting import ProvinceForecast
from rollout.forecasting.finding import PACE_DAYS, begun_lately
from rollout.forecasting.forecast import Facts, forecast_from
from rollout.pages.page import Page, SignedIn, kept, number_of_page, page
from rollout.pages.summary.leader import held_against
from rollout.registers.exports import CSV

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AT_FIRST = "official"  # the measure that is drawn
GROUPS_A_PAGE = 20

NAME, FACILITIES, OVERALL, PACE, LATE, LIKELY, NEWEST = (
    "name",
    "facilities",
    "overall",
    "pace",
    "late",
    "likely",
    "newest",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One group. `pace`: facilities that began official use in the last PACE_DAYS."""

    group: Group
    drawn: MeasureResult
    results: tuple[MeasureResult, ...]
    pace: int
    late: int
    forecast: ProvinceForecast
    lens: str  # code of the area that the page speaks of; empty: all

    @property
    def facilities(self) -> int:
        return len(self.group.progress.facilities)

    @property
    def goes_to(self) -> str:
        """Into what it can be taken apart: its parts, or its facilities."""
        return AREA if self.group.has_parts else FACILITY

    @property
    def stage(self) -> str:
        """Of one facility, its stage in words; else empty."""
        found = self.group.progress.facilities
        return str(found[0].stage_label) if self.group.by == FACILITY and found else ""

    @property
    def area(self) -> str:
        """For the pages of its rows: the area they speak of."""
        return self.group.key if self.group.by == AREA else self.lens

    @property
    def of(self) -> str:
        """And the group they are narrowed to besides."""
        return "" if self.group.by == AREA else f"{self.group.by}:{self.group.key}"

    def value(self, code: str) -> Any:
        """What the table is sorted by; None: it is not known, and comes last."""
        progress = self.group.progress
        values: dict[str, Any] = {
            FACILITIES: self.facilities,
            OVERALL: progress.overall,
            PACE: self.pace,
            LATE: self.late,
            LIKELY: self.forecast.province.likely_on,
            NEWEST: progress.newest_on,
        }
        if code in values:
            return values[code]
        return next((one.share for one in self.results if one.code == code), None)


@page(lambda access: access.sees_summary, section="compare", by_area=True)
def compare(request: SignedIn, day: Day, access: Access) -> Page:
    by, measure, sort = _asked(request)
    number = number_of_page(request)
    context = kept(
        "summary/_compare.html",
        day,
        by,
        measure,
        sort,
        number,
        access.sees_programme,
        build=lambda: _content(day, by, measure, sort, number, foreseen=access.sees_programme),
    )
    return "summary/compare.html", context


@page(lambda access: access.sees_summary, by_area=True)
def compare_csv(request: SignedIn, day: Day, access: Access) -> Page:
    """The table as it is sorted on the page; what is not known is left empty, never 0."""
    by, measure, sort = _asked(request)
    lines = _sorted(_lines(day, by, measure, _compared(day)), sort)
    columns, rows = _table(lines, foreseen=access.sees_programme)
    where = f"-{day.area_code.removeprefix('~')}" if day.area else ""
    name = f"so-sanh-{by}{where}-{day.on:%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        write_csv(columns, rows),
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(request: SignedIn) -> tuple[str, str, str]:
    """Groups, the measure that is drawn, the order: what there is, else what is usual."""
    by = request.GET.get("by", AREA)
    measure = request.GET.get("measure", AT_FIRST)
    sort = request.GET.get("sort", "")
    known = {NAME, FACILITIES, OVERALL, PACE, LATE, LIKELY, NEWEST, *BY_CODE}
    return (
        by if by in BY else AREA,
        measure if measure in BY_CODE else AT_FIRST,
        sort if sort.removeprefix("-") in known else "",
    )


def _compared(day: Day) -> date | None:
    sessions = sessions_of(day).values_list("held_on", flat=True)
    return held_against(day, list(sessions))


def _lines(day: Day, by: str, measure: str, compared: date | None) -> list[Line]:
    """A fixed number of queries, however many groups there are."""
    groups = groups_by(
        by,
        day.on,
        known_at=day.known_at,
        compare=compared,
        map_on=day.map_on,
        area=day.area_code,
    )
    facts = Facts.read(day.as_of())
    lines = []
    for group in groups:
        progress = group.progress
        forecast = forecast_from(facts, [result.facility for result in progress.facilities])
        lines.append(
            Line(
                group,
                progress.measure(measure),
                progress.measures,
                begun_lately(forecast, day.on),
                len(late_facilities(progress.facilities)),
                forecast,
                day.area_code,
            )
        )
    return lines


def _sorted(lines: list[Line], sort: str) -> list[Line]:
    """`sort`: "" as the groups are named. What is not known comes last either way."""
    code = sort.removeprefix("-")
    if code in ("", NAME):
        return lines[::-1] if sort.startswith("-") else lines
    known = [line for line in lines if line.value(code) is not None]
    known.sort(key=lambda line: line.value(code), reverse=sort.startswith("-"))
    return [*known, *(line for line in lines if line.value(code) is None)]


def _content(
    day: Day, by: str, measure: str, sort: str, number: str, *, foreseen: bool
) -> dict[str, Any]:
    compared = _compared(day)
    lines = _lines(day, by, measure, compared)
    rows = Paginator(_sorted(lines, sort), GROUPS_A_PAGE).get_page(number)
    on_page = {line.group.key for line in rows}
    return {
        "by": by,
        "choices": BY.items(),
        "measure": BY_CODE[measure],
        "measures": MEASURES,
        "lines": [line for line in lines if line.group.key in on_page],
        "rows": rows,
        "heads": [
            (code, label, _next_sort(code, sort), _way(code, sort))
            for code, label in _heads(foreseen)
        ],
        "sort": sort,
        "compared": compared,
        "foreseen": foreseen,
        "pace_days": PACE_DAYS,
        "path": _path(day),
        "missing": "" if any(line.facilities for line in lines) else "facilities",
    }


def _path(day: Day) -> list[tuple[str, str]]:
    """The areas above the one looked at, by code and name."""
    if not day.area:
        return []
    return [(area.code, area.name) for area in areas_on(day).path(day.area)]


HEADS: dict[str, "StrOrPromise"] = {
    NAME: pgettext_lazy("side by side", "Group"),
    FACILITIES: gettext_lazy("Facilities"),
    OVERALL: gettext_lazy("Weighted progress"),
    PACE: pgettext_lazy("side by side", "Official in 90 days"),
    LATE: pgettext_lazy("side by side", "Late"),
    LIKELY: pgettext_lazy("side by side", "Forecast"),
    NEWEST: gettext_lazy("Latest data"),
}


def _heads(foreseen: bool) -> list[tuple[str, "StrOrPromise"]]:
    """Columns of the table with their heads."""
    found = HEADS | {measure.code: measure.label for measure in MEASURES}
    return [(code, label) for code, label in found.items() if foreseen or code != LIKELY]


def _next_sort(code: str, sort: str) -> str:
    """What a tap on the head asks for: the most first, then the least; names from their beginning."""
    if code == NAME:
        return "-name" if sort in ("", NAME) else ""
    return code if sort == f"-{code}" else f"-{code}"


def _way(code: str, sort: str) -> str:
    if sort == code or (code == NAME and not sort):
        return "ascending"
    return "descending" if sort == f"-{code}" else ""


def _table(lines: Sequence[Line], *, foreseen: bool) -> tuple[list[Column], list[list[Value]]]:
    """Each measure in three columns: done, out of, and of how many facilities it is not known."""
    columns = [
        Column(NAME, HEADS[NAME]),
        Column(FACILITIES, HEADS[FACILITIES], Kind.COUNT),
    ]
    for measure in MEASURES:
        columns += [
            Column(f"{measure.code}_done", f"{measure.label}: {_('done')}", Kind.COUNT),
            Column(f"{measure.code}_total", f"{measure.label}: {_('out of')}", Kind.COUNT),
            Column(f"{measure.code}_unknown", f"{measure.label}: {_('not known')}", Kind.COUNT),
            Column(f"{measure.code}_change", f"{measure.label}: {_('change')}", Kind.COUNT),
        ]
    columns += [
        Column(PACE, HEADS[PACE], Kind.COUNT),
        Column(LATE, HEADS[LATE], Kind.COUNT),
        Column(NEWEST, HEADS[NEWEST], Kind.DAY),
    ]
    if foreseen:
        columns.append(Column(LIKELY, HEADS[LIKELY], Kind.DAY))
    rows: list[list[Value]] = []
    for line in lines:
        row: list[Value] = [line.group.label, line.facilities]
        for result in line.results:
            is_about = bool(result.facilities)
            told = (result.told, result.total, result.unknown, result.change)
            row += told if is_about else (None,) * len(told)
        row += [line.pace, line.late, line.group.progress.newest_on]
        if foreseen:
            row.append(line.forecast.province.likely_on)
        rows.append(row)
    return columns, rows
