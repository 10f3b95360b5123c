"""What comes next in the own facility: its files, its milestones, its connection, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from facilities.exchange.columns import Value
from facilities.models import Facility
from facilities.permissions import Access
from facilities.registers.register import Register
from facilities.registers.steps import Ahead
from rollout.day import Day
from rollout.pages import steps
from rollout.pages.desk.record import titles
from rollout.pages.my.page import my, own, own_register, own_row
from rollout.pages.my.row import WITH_STEPS, home_of
from rollout.pages.page import Page, SignedIn
from rollout.registers import drafts
from rollout.registers.catalogue import REGISTERS
from rollout.registers.own import own_columns

MOST_ROWS = 20  # of one register on the officer's first page; the list has all


@dataclass(frozen=True, slots=True)
class Coming:
    """One line of what comes next. `title`: of a file; "" for what a facility has only once."""

    register: Register
    row: int
    title: str
    ahead: Ahead


def coming(facility: Facility, day: Day) -> list[Coming]:
    """The next step of each own row that has one: a fixed number of queries."""
    found = []
    for register in map(REGISTERS.__getitem__, WITH_STEPS):
        rows = register.of_facilities(register.base(day.today), {facility.pk}).order_by("pk")
        some = {row.pk: row for row in rows[:MOST_ROWS]}
        columns = own_columns(register)
        for key, values in register.values(list(some), day.today).items():
            way = steps.way_of(register, some[key], values, columns, day, "")
            if way.ahead.next or way.ahead.passed_over:
                title = "" if register.model is Facility else register.title(values)
                found.append(Coming(register, key, title, way.ahead))
    return found


def way(register: Register, row: Any, values: Mapping[str, Value], day: Day) -> steps.Way:
    name = drafts.of_next(register.code, row.pk)
    return steps.way_of(register, row, values, own_columns(register), day, name)


@my()
def own_step(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Record the next step of an own row, or `?step=`, another one that is open."""
    register = own_register(code)
    row, values = own_row(register, pk, access, day)
    facility = get_object_or_404(Facility, pk=register.facility_of(row))
    found_way = way(register, row, values, day)
    if not found_way.steps:
        raise Http404
    found = steps.answer(
        request,
        day,
        found_way,
        facility=facility,
        back=home_of(facility).url,
        stored=_("Saved and reported to the Department."),
    )
    if isinstance(found, HttpResponseRedirect):
        return found
    context, status = found
    me = own(request, day, access, facility.pk)
    shared = {"me": me, "register": register, "row": row, "goes": "rollout:my-step"}
    named = titles(register, values, register.bound())
    return "my/step.html", shared | named | context, status
