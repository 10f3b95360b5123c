"""Pages of a facility's officer: the own facility, and none else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from facilities.exchange.columns import Value
from facilities.models import Facility, FacilityName
from facilities.permissions import Access
from facilities.registers.register import Register
from rollout.day import Day
from rollout.pages.page import Answering, Asked, SignedIn, View, page
from rollout.registers.catalogue import REGISTERS
from rollout.registers.own import WRITTEN


def my() -> Callable[[View[Asked]], Answering[Asked]]:
    """Nothing is kept by the browser: the pages show names of people."""
    return page(lambda access: access.reports, section="my", stored=False)


@dataclass(frozen=True)
class Own:
    """The facility that the officer speaks for on this page."""

    facility: Facility
    name: str
    others: tuple[tuple[str, str], ...]  # code and name of further facilities of the officer


def own(request: SignedIn, day: Day, access: Access, facility_id: int | None = None) -> Own:
    """The facility whose row is asked for, else that of `?facility=`, else the first.

    Raises Http404 for one that is not the own.
    """
    names = {
        name.facility_id: name
        for name in FacilityName.objects.in_force(day.today)
        .filter(facility__in=access.own_facility_ids)
        .select_related("facility")
    }
    asked = request.GET.get("facility") or request.POST.get("facility", "")
    if facility_id is not None:
        asked = names[facility_id].facility.code if facility_id in names else "-"
    ordered = sorted(names.values(), key=lambda name: name.sort_key)
    chosen = next((n for n in ordered if not asked or n.facility.code == asked), None)
    if chosen is None:
        raise Http404
    others = tuple((n.facility.code, n.name) for n in ordered if n is not chosen)
    return Own(chosen.facility, chosen.name, others)


def own_register(code: str) -> Register:
    if code not in WRITTEN or code not in REGISTERS:
        raise Http404
    return REGISTERS[code]


def own_row(register: Register, pk: int, access: Access, day: Day) -> tuple[Any, dict[str, Value]]:
    """A row of an own facility with its values. Raises Http404 for any other."""
    rows = register.of_facilities(register.base(day.today), access.own_facility_ids)
    row = rows.filter(pk=pk).first()
    values = register.values([pk], day.today).get(pk) if row is not None else None
    if values is None or getattr(row, "withdrawn_at", None):
        raise Http404
    return row, values
