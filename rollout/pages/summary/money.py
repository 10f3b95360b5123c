"""What the rollout costs: estimated, approved, awarded, paid; by facility, area, source, year, file."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from equipment.models import Funds
from equipment.money import APPROVED, AWARDED, ESTIMATED, PAID, FileMoney, Total, money_of, total
from facilities.as_of import FacilityOnDay
from facilities.folding import sort_key
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, page, to_own_area

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS: dict[str, "StrOrPromise"] = {
    ESTIMATED: pgettext_lazy("money", "Estimated"),
    APPROVED: pgettext_lazy("money", "Approved"),
    AWARDED: pgettext_lazy("money", "Awarded"),
    PAID: pgettext_lazy("money", "Paid"),
}
FACILITY, AREA, FUNDS, YEAR, FILE = "facility", "area", "funds", "year", "file"
BY: dict[str, "StrOrPromise"] = {
    FACILITY: pgettext_lazy("money by", "facilities"),
    AREA: pgettext_lazy("money by", "areas"),
    FUNDS: pgettext_lazy("money by", "sources of funds"),
    YEAR: pgettext_lazy("money by", "years"),
    FILE: pgettext_lazy("money by", "files"),
}
NOT_KNOWN = gettext_lazy("not on record")
UNKNOWN = "~"  # the group of what is not on record, as an address says it
WAITING = "waiting"  # files whose estimate waits to be approved


Totals = list[tuple[str, "StrOrPromise", Total]]  # of each kind of amount, with its words


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a group with its sums, or one file with its amounts."""

    key: str
    label: "StrOrPromise"
    files: int
    totals: Totals
    row: FileMoney | None = None
    facility: FacilityOnDay | None = None
    days: int | None = None  # that its estimate waits to be approved


@page(lambda access: access.opens_programme, section="money", by_area=True)
def money(request: SignedIn, day: Day, access: Access) -> Page:
    """`by`: what the rows are; `of`, `in`: the files of one group of those; `show`: those that wait."""
    if sent := to_own_area(request, day, access):
        return sent
    as_of = day.of_places(access.programme)
    places = as_of.so_far(day.on)
    every = money_of(as_of)
    by = request.GET.get("by", "")
    by = by if by in BY else FACILITY
    of, key = request.GET.get("of", ""), request.GET.get("in", "")
    narrowed = of in BY and of != FILE and key != ""
    whole = sums_of(every)
    waiting = whole["waiting"]
    shown, year = every, None
    if narrowed:
        shown = [one for one in every if key in _keys(one, of, places)]
        year = int(key) if of == YEAR and key.isdecimal() else None
        by = FILE
    elif request.GET.get("show") == WAITING:
        shown, by = waiting, FILE
    lines = _lines(shown, by, places, year, day.on)
    return "summary/money.html", whole | {
        "by": by,
        "by_label": BY[by],
        "choices": BY,
        "kinds": list(KINDS.values()),
        "lines": paged(request, lines),
        "of": of if narrowed else "",
        "within": key if narrowed else "",
        "sums": _totals(shown, year),
        "inside": _label(of, key, places) if narrowed else "",
        "shows_waiting": not narrowed and request.GET.get("show") == WAITING,
        "shown": len(shown),
        "buyers": len({one.file.facility_id for one in every}),
        "facilities": sum(place.in_rollout for place in as_of.on(day.on)),
    }


def sums_of(every: list[FileMoney]) -> dict[str, Any]:
    """Of all files together: the latest amount of each, and those whose estimate waits; in dong."""
    known = [one.best_known for one in every if one.best_known is not None]
    waiting = [one for one in every if one.waits_since]
    return {
        "files": len(every),
        "programme": sum(known) if known else None,
        "without": len(every) - len(known),
        "waiting": waiting,
        "waiting_total": total(waiting, ESTIMATED),
        "sums": _totals(every, None),
    }


def _totals(rows: list[FileMoney], year: int | None) -> Totals:
    return [(kind, label, total(rows, kind, year)) for kind, label in KINDS.items()]


def _keys(one: FileMoney, by: str, places: dict[int, FacilityOnDay]) -> set[str]:
    """To which groups a file belongs; to several years where its amounts were fixed in several."""
    place = places.get(one.file.facility_id)
    if by == YEAR:
        return {str(amount.fixed_on.year) for amount in one.amounts.values()} or {UNKNOWN}
    if by == FUNDS:
        return {one.funds or UNKNOWN}
    if by == AREA:
        return {str(place.area_id) if place and place.area_id else UNKNOWN}
    return {place.code if place else UNKNOWN}


def _label(by: str, key: str, places: dict[int, FacilityOnDay]) -> "StrOrPromise":
    if by == FUNDS:
        return Funds(key).label if key in Funds.values else NOT_KNOWN
    if by == AREA:
        return next((p.area for p in places.values() if str(p.area_id) == key), NOT_KNOWN)
    if by == FACILITY:
        return next((p.name for p in places.values() if p.code == key), NOT_KNOWN)
    return key if key != UNKNOWN else NOT_KNOWN


def _lines(
    shown: list[FileMoney], by: str, places: dict[int, FacilityOnDay], year: int | None, on: date
) -> list[Line]:
    if by == FILE:
        return [
            Line(
                one.file.code,
                one.file.title,
                1,
                _totals([one], year),
                one,
                places.get(one.file.facility_id),
                (on - one.waits_since).days if one.waits_since else None,
            )
            for one in shown
        ]
    groups: dict[str, list[FileMoney]] = defaultdict(list)
    for one in shown:
        for key in _keys(one, by, places):
            groups[key].append(one)
    lines = [
        Line(
            key,
            _label(by, key, places),
            len(rows),
            _totals(rows, int(key) if by == YEAR and key != UNKNOWN else None),
        )
        for key, rows in groups.items()
    ]
    return sorted(lines, key=lambda line: (line.key == UNKNOWN, sort_key(str(line.label))))
