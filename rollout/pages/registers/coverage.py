"""Who must sign in a facility and how far each is, by unit, role, batch or method, with the rows."""

from collections import Counter
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext_lazy

from facilities.models import FacilityName, LogEntry
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Page, SignedIn, page
from signatures import coverage as told
from signatures.coverage import Group, Line, grouped, lines
from signatures.models import CertificateEvent, SignatureNeed
from signatures.names import note
from signatures.waiting import PASSED, STAGES, WAITS, waiting

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS_A_PAGE = 50
Kind = CertificateEvent.Kind

# What a number counts, in the order of the columns.
PEOPLE: dict[str, "StrOrPromise"] = {
    told.NEEDED: gettext_lazy("Must sign"),
    told.NONE_YET: gettext_lazy("Not asked for"),
}
CERTIFICATES: dict[str, "StrOrPromise"] = {
    kind.value: kind.label
    for kind in (
        *(Kind.REQUESTED, Kind.RETURNED, Kind.ISSUED, Kind.RECEIVED, Kind.HANDED_OVER),
        Kind.AUTHENTICATED,
    )
}
NO_EMAIL: "StrOrPromise" = gettext_lazy("Waiting for an official e-mail")


def _labels() -> dict[str, "StrOrPromise"]:
    """Of everything that `?show=` may ask for."""
    stages: dict[str, StrOrPromise] = {}
    for stage in STAGES:
        stages[f"{WAITS}{stage.code}"] = stage.label
        stages[f"{PASSED}{stage.code}"] = stage.label
    return PEOPLE | {told.NO_EMAIL: NO_EMAIL} | CERTIFICATES | stages


@page(lambda access: access.sees_summary, stored=False)
def coverage(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """`?by=` how they are grouped, `?of=` one of the groups, `?show=` which of its rows."""
    names = FacilityName.objects.in_force(day.map_on or day.on, day.known_at)
    name = names.filter(facility__code=code).last()
    if name is None:
        raise Http404
    if not access.sees_rows_of(name.facility_id):
        raise PermissionDenied
    by = request.GET.get("by", "")
    by = by if by in told.BY else told.UNIT
    found = lines(day.as_of(frozenset({name.facility_id})), name.facility_id)
    groups = grouped(found, by)
    of, show = request.GET.get("of"), request.GET.get("show", "")
    chosen = next((group for group in groups if group.key == of), None)
    labels = _labels()
    show = show if show in labels else ""
    whole = Group("", "", tuple(found))
    has_staff = any(line.member for line in found)  # else unknown, which is not none
    columns = (PEOPLE if has_staff and by in told.OF_PEOPLE else {}) | CERTIFICATES
    asked = chosen or whole
    certificates = [line.of for line in asked.lines if line.of is not None]
    needs = SignatureNeed.objects.in_force(day.on, day.known_at).filter(facility=name.facility_id)
    context = {
        "name": name.name,
        "code": code,
        "by": by,
        "ways": told.BY,
        "columns": columns,
        "groups": [_row(group, columns, day) for group in groups],
        "whole": _row(whole, columns, day),
        "not_on_record": told.NOT_ON_RECORD[by],
        "has_staff": has_staff,
        "no_email": whole.count(told.NO_EMAIL),
        "stated": needs.select_related("document").last(),
        "of": chosen,
        "show": show,
        "show_label": labels.get(show, ""),
        "waits": next(iter(waiting(certificates, day.on).values()), []),
        "with_names": access.sees_names_in(name.facility_id),
        "may_ask": access.records_for(name.facility_id),
    }
    if chosen or show:
        context |= _rows(request, name, asked, show, access)
    return "registers/coverage.html", context


def _row(group: Group, columns: dict, day: Day) -> dict:
    counts = [(show, label, group.count(show)) for show, label in columns.items()]
    return {"group": group, "counts": counts, "longest": group.longest(day.on)}


def _rows(request: SignedIn, name: FacilityName, asked: Group, show: str, access: Access) -> dict:
    kept = [line for line in asked.lines if not show or line.is_in(show)]
    rows = Paginator(kept, ROWS_A_PAGE).get_page(request.GET.get("page"))
    if access.sees_names_in(name.facility_id):
        note(
            counts=Counter({name.facility_id: sum(bool(line.holder) for line in rows)}),
            register="certificates",
            by=request.user,
            how=LogEntry.Kind.PAGE,
        )
    return {"rows": rows, "count": len(kept), "listed": [(line, *_newest(line)) for line in rows]}


def _newest(line: Line) -> tuple:
    """The furthest step that counts, and its day."""
    step = line.of.step if line.of else None
    if line.of and step is None and line.is_in(told.RETURNED):
        step = Kind.RETURNED
    return (step.label, line.of.days.get(step)) if line.of and step else ("", None)
