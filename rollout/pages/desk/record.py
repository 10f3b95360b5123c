"""One row of a register: what stands, how well it is proven, what became of it, what was said about it."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.evidence import Rung, rung_of
from facilities.exchange.columns import Column, Value
from facilities.forms import PaperField
from facilities.models import ChangeSet, Edit, FacilityName, LogEntry, Note, Record
from facilities.papers import store_paper
from facilities.permissions import Access
from facilities.registers.entering import (
    AlreadySent,
    Stale,
    begin,
    enter,
    withdraw_fact,
    withdraw_row,
)
from facilities.registers.forms import CellForm
from facilities.registers.history import history
from facilities.registers.reading import facts_behind
from facilities.registers.register import Register
from facilities.registers.writers import Withdrawn
from rollout.day import Day
from rollout.pages import steps
from rollout.pages.desk.lists import register_or_404
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn, back_to_the_list, of_the_province
from rollout.pages.seen import remember
from rollout.registers import drafts
from rollout.registers.catalogue import EXTRAS
from rollout.registers.keeping import adds_to, refuse_elsewhere
from signatures.names import WATCHED, note_rows

AT_FIRST = 12  # changes shown without asking


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on the page of its row. `fact` None: a describing attribute, or nothing recorded."""

    column: Column
    shown: str
    fact: Record | None
    rung: Rung | None
    returned: str
    computed: bool
    withdrawn: bool  # whether its fact is withdrawn from here


class RecordForm(CellForm):
    """The cells of a row with the paper that proves them."""

    file = PaperField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*(n for n in self.fields if n not in ("file", "because"))])


def titles(
    register: Register, values: Mapping[str, Value], columns: tuple[Column, ...]
) -> dict[str, str]:
    """What a row is called on its page, and in the browser's history."""
    return {
        "title": register.named(values, columns),
        "tab": register.named(values, columns, with_names=False),
    }


@desk()
def record(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    register = register_or_404(code, access)
    row, values = row_or_404(register, pk, day, access)
    extra = EXTRAS.get(register.code)
    if register.code in WATCHED:
        note_rows(register=register, keys=[pk], by=request.user, how=LogEntry.Kind.PAGE)
    cells, told = cells_of(register, row, values, day), history(register, row)
    remember(request, register.code, pk)
    context = {
        "register": register,
        "row": row,
        **titles(register, values, register.bound(on=day.on)),
        "facility": facility_of(register, row, day),
        "withdrawn": getattr(row, "withdrawn_at", None),
        "cells": [cell for cell in cells if cell.shown or cell.returned],
        "empty": [cell for cell in cells if not cell.shown and not cell.returned],
        "history": told[:AT_FIRST],
        "earlier": told[AT_FIRST:],
        "notes": Note.objects.filter(register=register.code, row=row.pk).select_related("by"),
        "extra": extra.template if extra else "",
        "may_withdraw": register.makes_rows and getattr(row, "withdrawn_at", row) is None,
        "writable": any(column.writable for column in register.columns),
        "change_set": uuid.uuid4(),
        "goes": "rollout:record-step",
    }
    if extra:
        context |= extra.context(row, day)
    if day.is_today:
        way = _way(register, row, values, day, access)
        context |= steps.drawn(request, way, way.ahead.chosen())
    return "desk/record.html", context


def _way(
    register: Register, row: Any, values: Mapping[str, Value], day: Day, access: Access
) -> steps.Way:
    columns = register.bound(places=access.kept)
    name = drafts.of_next(register.code, row.pk)
    return steps.way_of(register, row, values, columns, day, name)


@desk()
def record_step(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Record the next step of a row, or `?step=`, one that was passed over or comes later."""
    register = register_or_404(code, access)
    row, values = row_or_404(register, pk, replace(day, on=day.today, known_at=None), access)
    way = _way(register, row, values, day, access)
    if not way.steps:
        raise Http404
    found = steps.answer(
        request,
        day,
        way,
        facility=None,
        then=lambda stored: refuse_elsewhere(access, register, [stored]),
        back=reverse("rollout:record", args=[register.code, row.pk]),
        stored=_("Saved."),
    )
    if isinstance(found, HttpResponseRedirect):
        return found
    context, status = found
    shared = {"register": register, "row": row, "goes": "rollout:record-step"}
    named = titles(register, values, register.bound(on=day.today))
    return "desk/step.html", shared | named | context, status


def row_or_404(
    register: Register, pk: int, day: Day, access: Access
) -> tuple[Any, dict[str, Value]]:
    row = register.model.objects.filter(pk=pk).first()
    if row is not None and not (
        access.keeps_registers or access.keeps_of(register.facility_of(row))
    ):
        raise Http404
    values = register.values([pk], day.on, day.known_at).get(pk) if row else None
    if values is None:
        raise Http404
    return row, values


def facility_of(register: Register, row: Any, day: Day) -> FacilityName | None:
    key = register.facility_of(row)
    names = FacilityName.objects.in_force(day.on, day.known_at).filter(facility=key)
    return names.select_related("facility").last() if key else None


def cells_of(register: Register, row: Any, values: Mapping[str, Value], day: Day) -> list[Cell]:
    """Every column with the fact behind it: a query for each table of facts."""
    writers = register.writers  # once: some registers make them anew each time
    standing = facts_behind(writers, row, day.on, day.known_at)
    place_of = {code: place for place, w in enumerate(writers) for code in w.columns}
    returned = {
        edit.column: edit.returned_because
        for edit in Edit.objects.filter(register=register.code, row=row.pk).order_by("pk")
    }
    found = []
    for column in register.bound(on=day.on):
        place = place_of.get(column.code)
        writer = None if place is None else writers[place]
        fact = None if place is None else standing[place]
        shown = column.show(values[column.code])
        found.append(
            Cell(
                column=column,
                shown=shown,
                fact=fact if shown else None,
                rung=rung_of(fact, day.known_at, day.on) if fact and shown else None,
                returned=returned.get(column.code, ""),
                computed=writer is None,
                withdrawn=bool(
                    fact
                    and shown
                    and writer
                    and writer.withdrawn
                    and column.code == next(iter(writer.columns))
                    and column.writable
                ),
            )
        )
    return found


@desk()
def record_edit(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Change cells of a row, or with `?cell=` that one. What stood when the form was drawn travels with it.

    What is changed is what stands today, whatever day was being looked at.
    """
    register = register_or_404(code, access)
    row, values = row_or_404(register, pk, replace(day, on=day.today, known_at=None), access)
    return answer_form(request, day, access, register, row, values, request.GET.get("cell", ""))


@desk()
def record_new(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    register = register_or_404(code, access)
    if not register.makes_rows:
        raise Http404
    if not adds_to(register, access):
        raise PermissionDenied(of_the_province())
    return answer_form(request, day, access, register, None, {})


def answer_form(
    request: SignedIn,
    day: Day,
    access: Access,
    register: Register,
    row: Any,
    values: Mapping[str, Value],
    cell: str = "",
) -> Page:
    """`cell`: this column alone is asked, in a form too short for a draft."""
    columns = register.bound(places=access.kept)
    # Some cells alone, as a line of what is to be done asks for them.
    cells = set(filter(None, request.GET.get("cells", "").split(","))) if row else set()
    if cell:
        columns = tuple(one for one in columns if one.code == cell and one.writable)
    elif cells:
        columns = tuple(one for one in columns if one.code in cells)
    if not columns:
        raise Http404
    name = (
        drafts.of_row(register.code, row.pk, cells)
        if cells
        else drafts.of_record(register.code, row.pk if row else None)
    )
    draft = None if cell else drafts.find(request.user, name)
    goes_on = request.GET.get("draft") == "yes"
    asked = {} if row else {c.code: request.GET.get(c.code, "") for c in columns if c.writable}
    form = RecordForm(
        register,
        columns,
        values,
        request.POST or None,
        request.FILES or None,
        asks_reason=row is not None,
        initial=asked | drafts.initial(draft if goes_on else None, columns),
    )
    status, stale = 200, []
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                stored = write(request, day, access, register, row, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return HttpResponseRedirect(reverse("rollout:register-list", args=[register.code]))
            except Stale as error:
                status, stale = 409, form.show_both(error)
            except ValidationError as error:
                form.refuse(error)
            else:
                if not cell:
                    drafts.drop(user=request.user, form=name)
                messages.success(request, _("Saved."))
                there = reverse("rollout:record", args=[register.code, stored.pk])
                return back_to_the_list(request) or HttpResponseRedirect(there)
    context = {
        "register": register,
        "row": row,
        **(titles(register, values, register.bound(on=day.on)) if row else {}),
        "form": form,
        "stale": stale,
        "asks_reason": row is not None,
        "draft": None if goes_on or form.is_bound else draft,
        "draft_name": name,
    }
    return "desk/cell.html" if cell else "desk/record_form.html", context, status


@transaction.atomic
def write(
    request: SignedIn, day: Day, access: Access, register: Register, row: Any, form: RecordForm
) -> Any:
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        because=form.cleaned_data["because"],
    )
    paper = None
    if form.cleaned_data.get("file"):
        paper = store_paper(
            upload=form.cleaned_data["file"],
            title=_("Document for %(register)s") % {"register": register.row_label},
            by=request.user,
        )
    stored = enter(
        register=register,
        row=row,
        values=form.written,
        change_set=change_set,
        on=day.today,
        seen=form.seen if row else None,
        because=form.reasons,
        document=paper,
    )
    refuse_elsewhere(access, register, [stored])
    return stored


@desk()
def record_withdraw(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Ask for the reason, then withdraw the row with every fact about it; with `?cell=`, that fact alone."""
    register = register_or_404(code, access)
    row, values = row_or_404(register, pk, replace(day, on=day.today, known_at=None), access)
    cell = request.GET.get("cell", "")
    alone = goes_with(register, row, values, cell, day) if cell else []
    if getattr(row, "withdrawn_at", None) or not (alone if cell else hasattr(row, "withdrawn_at")):
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                change_set = begin(
                    kind=ChangeSet.Kind.FORM,
                    by=request.user,
                    change_set_id=uuid_of(request),
                    because=request.POST.get("because", ""),
                )
                if cell:
                    withdraw_fact(
                        register=register,
                        row=row,
                        column=cell,
                        change_set=change_set,
                        on=day.today,
                    )
                else:
                    withdraw_row(register=register, row=row, change_set=change_set, on=day.today)
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, _("The entry has been withdrawn. It stays readable."))
            return HttpResponseRedirect(reverse("rollout:record", args=[register.code, row.pk]))
    columns = register.bound(on=day.today)
    context = {
        "register": register,
        "row": row,
        **titles(register, values, columns),
        "problems": problems,
        "change_set": uuid.uuid4(),
        "facts": 0 if cell else len(register.facts_of(row)),
        "values": [] if cell else _shown(columns, values),
        "alone": alone,
        "empties": bool(
            alone and (writer := register.writer_of(cell)) and writer.withdrawn == Withdrawn.EMPTY
        ),
        "because": request.POST.get("because", ""),
    }
    return "desk/record_withdraw.html", context, 400 if problems else 200


def _shown(columns: Iterable[Column], values: Mapping[str, Value]) -> list[tuple[str, str]]:
    """What was entered in the cells of a row, as heading and value; the empty ones left out."""
    written = (column for column in columns if column.writable)
    shown = ((column.heading(), column.show(values[column.code])) for column in written)
    return [(heading, value) for heading, value in shown if value]


def goes_with(
    register: Register, row: Any, values: Mapping[str, Value], cell: str, day: Day
) -> list[tuple[str, str]]:
    """The cells that go with the fact behind one of them, as heading and value; none: no fact is there."""
    writer = register.writer_of(cell)
    if writer is None or writer.withdrawn is None or not writer.standing([row], day.today):
        return []
    return [
        (column.heading(), shown)
        for column in register.bound()
        if column.code in writer.columns and (shown := column.show(values[column.code]))
    ]


def uuid_of(request: SignedIn) -> uuid.UUID | None:
    """The id that the change set was given when its form was drawn; None in a forged one."""
    return uuid_in(request.POST.get("change_set", ""))


def uuid_in(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
@desk()
def note_add(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """A note in the journal: it proves nothing and changes no figure."""
    register = register_or_404(code, access)
    row, _values = row_or_404(register, pk, day, access)
    text = request.POST.get("text", "").strip()
    if text:
        Note.objects.create(register=register.code, row=row.pk, text=text[:2000], by=request.user)
    else:
        messages.error(request, _("Write the note first."))
    address = reverse("rollout:record", args=[register.code, row.pk])
    return HttpResponseRedirect(f"{address}#notes")
