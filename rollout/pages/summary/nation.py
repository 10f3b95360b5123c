"""The provinces that the installation steers: a row each, opening its summary."""

from collections.abc import Sequence
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from facilities.evidence import Rung
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.writing_csv import write_csv
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.measures import BY_CODE
from rollout.figures.nation import HEADLINE, PACE_DAYS, ProvinceFigures, nation
from rollout.figures.reader import provinces_open
from rollout.pages.page import Page, SignedIn, kept, page
from rollout.programme.provinces import Provinces
from rollout.registers.exports import CSV

NOWHERE = gettext_lazy("province not recorded")


@page(lambda access: access.sees_summary, section="nation")
def provinces(request: SignedIn, day: Day, access: Access) -> Page:
    """Also of one province alone; the navigation leads here once there are several."""
    open_to = provinces_open(day, access)
    context = kept(
        "summary/_nation.html",
        day,
        ",".join(one.code for one in open_to),
        access.opens_programme,
        build=lambda: _content(day, open_to, access),
    )
    return "summary/nation.html", context


@page(lambda access: access.sees_summary)
def provinces_csv(request: SignedIn, day: Day, access: Access) -> Page:
    """The table of the page; what is not known is left empty, never 0."""
    columns, rows = _table(_rows(day, provinces_open(day, access)))
    return StreamingHttpResponse(
        write_csv(columns, rows),
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="cac-tinh-{day.on:%Y-%m-%d}.csv"'},
    )


def _rows(day: Day, open_to: Provinces) -> list[ProvinceFigures]:
    """Those that the reader may look at; what lies in none is for who may look at all."""
    rows = nation(day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on)
    steered = {row.province.code for row in rows if row.province}
    codes = {one.code for one in open_to}
    return [
        row for row in rows if (row.province.code in codes if row.province else codes >= steered)
    ]


def _content(day: Day, open_to: Provinces, access: Access) -> dict[str, Any]:
    rows = _rows(day, open_to)
    steered = [row for row in rows if row.province]
    is_all = len(steered) == len(open_to) and day.own is None
    whole = cached_progress(day.on, known_at=day.known_at, compare=day.compare, map_on=day.map_on)
    return {
        "rows": rows,
        "measures": [BY_CODE[code] for code in HEADLINE],
        "whole": whole if is_all else None,
        "of_whole": [whole.measure(code) for code in HEADLINE] if is_all else (),
        "total": {
            "facilities": sum(row.facilities for row in rows),
            "pace": sum(row.pace for row in rows),
            "late": sum(row.late for row in rows),
        },
        "pace_days": PACE_DAYS,
        "opens_late": access.opens_programme,
    }


def name_of(row: ProvinceFigures) -> str:
    return row.province.name if row.province else str(NOWHERE)


def _table(rows: Sequence[ProvinceFigures]) -> tuple[list[Column], list[list[Value]]]:
    """Each measure in four columns: done, out of, how many are not known, how many are proven by a paper."""
    columns = [
        Column("province", _("Province")),
        Column("code", _("code")),
        Column("facilities", _("Facilities"), Kind.COUNT),
    ]
    for code in HEADLINE:
        label = BY_CODE[code].label
        columns += [
            Column(f"{code}_done", f"{label}: {_('done')}", Kind.COUNT),
            Column(f"{code}_total", f"{label}: {_('out of')}", Kind.COUNT),
            Column(f"{code}_unknown", f"{label}: {_('not known')}", Kind.COUNT),
            Column(f"{code}_proven", f"{label}: {_('with a paper')}", Kind.COUNT),
        ]
    columns += [
        Column("pace", pgettext("side by side", "Official in 90 days"), Kind.COUNT),
        Column("late", pgettext("side by side", "Late"), Kind.COUNT),
        Column("newest", _("Latest data"), Kind.DAY),
        Column("deadline", _("Nearest deadline"), Kind.DAY),
        Column("what", _("What is due")),
    ]
    found: list[list[Value]] = []
    for row in rows:
        cells: list[Value] = [
            name_of(row),
            row.province.code if row.province else "",
            row.facilities,
        ]
        for result in row.measures:
            proven = sum(result.evidence[Rung.DOCUMENTED :])
            told = (result.told, result.total, result.unknown, proven)
            cells += told if result.facilities else (None,) * len(told)
        deadline = row.deadline
        cells += [row.pace, row.late, row.progress.newest_on]
        cells += [deadline.due_on, deadline.name] if deadline else [None, ""]
        found.append(cells)
    return columns, found
