"""One row of a book: what stands, how well it is proven, what became of it, what was said about it."""

import uuid
from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.books.book import Book
from facilities.books.entering import AlreadySent, Stale, begin, enter, withdraw_row
from facilities.books.forms import CellForm
from facilities.books.history import history
from facilities.evidence import Rung, rung_of
from facilities.exchange.columns import Column
from facilities.forms import PaperField
from facilities.models import Act, Edit, FacilityName, Note, Record
from facilities.papers import store_paper
from rollout import drafts
from rollout.books import EXTRAS
from rollout.views.desk.lists import book_or_404
from rollout.views.desk.page import desk

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


class RecordForm(CellForm):
    """The cells of a row with the paper that proves them."""

    file = PaperField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.order_fields([*(n for n in self.fields if n not in ("file", "because"))])


def titles(book: Book, values: dict, columns: tuple[Column, ...]) -> dict[str, str]:
    """What a row is called on its page, and in the browser's history."""
    return {
        "title": book.named(values, columns),
        "tab": book.named(values, columns, with_names=False),
    }


@desk()
def record(request, day, access, book, pk):
    book = book_or_404(book)
    row, values = row_or_404(book, pk, day)
    extra = EXTRAS.get(book.code)
    cells, told = cells_of(book, row, values, day), history(book, row)
    context = {
        "book": book,
        "row": row,
        **titles(book, values, book.bound(on=day.on)),
        "facility": facility_of(book, row, day),
        "withdrawn": getattr(row, "withdrawn_at", None),
        "cells": [cell for cell in cells if cell.shown or cell.returned],
        "empty": [cell for cell in cells if not cell.shown and not cell.returned],
        "history": told[:AT_FIRST],
        "earlier": told[AT_FIRST:],
        "notes": Note.objects.filter(book=book.code, row=row.pk).select_related("by"),
        "extra": extra.template if extra else "",
        "writable": any(column.writable for column in book.columns),
        "act": uuid.uuid4(),
    }
    if extra:
        context |= extra.context(row, day)
    return "desk/record.html", context


def row_or_404(book: Book, pk: int, day):
    row = book.model.objects.filter(pk=pk).first()
    values = book.values([pk], day.on, day.known_at).get(pk) if row else None
    if values is None:
        raise Http404
    return row, values


def facility_of(book: Book, row, day) -> FacilityName | None:
    key = book.facility_of(row)
    names = FacilityName.objects.in_force(day.on, day.known_at).filter(facility=key)
    return names.select_related("facility").last() if key else None


def cells_of(book: Book, row, values, day) -> list[Cell]:
    """Every column with the fact behind it: a query for each kind of fact."""
    standing = {
        id(w): w.standing([row], day.on, day.known_at).get(row.pk)
        for w in book.writers
        if w.is_fact
    }
    returned = {
        edit.column: edit.returned_because
        for edit in Edit.objects.filter(book=book.code, row=row.pk).order_by("pk")
    }
    found = []
    for column in book.bound():
        writer = book.writer_of(column.code)
        fact = standing.get(id(writer)) if writer else None
        shown = column.show(values[column.code])
        found.append(
            Cell(
                column=column,
                shown=shown,
                fact=fact if shown else None,
                rung=rung_of(fact, day.known_at, day.on) if fact and shown else None,
                returned=returned.get(column.code, ""),
                computed=writer is None,
            )
        )
    return found


@desk()
def record_edit(request, day, access, book, pk):
    """Change cells of a row. What stood when the form was drawn travels with it.

    What is changed is what stands today, whatever day was being looked at.
    """
    book = book_or_404(book)
    row, values = row_or_404(book, pk, replace(day, on=day.today, known_at=None))
    return answer_form(request, day, book, row, values)


@desk()
def record_new(request, day, access, book):
    book = book_or_404(book)
    if not book.makes_rows:
        raise Http404
    return answer_form(request, day, book, None, {})


def answer_form(request, day, book: Book, row, values):
    columns = book.bound()
    name = drafts.of_record(book.code, row.pk if row else None)
    draft, goes_on = drafts.find(request.user, name), request.GET.get("draft") == "yes"
    asked = {} if row else {c.code: request.GET.get(c.code, "") for c in columns if c.writable}
    form = RecordForm(
        book,
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
                stored = write(request, day, book, row, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return HttpResponseRedirect(reverse("rollout:book-list", args=[book.code]))
            except Stale as error:
                status, stale = 409, form.show_both(error)
            except ValidationError as error:
                form.refuse(error)
            else:
                drafts.drop(user=request.user, form=name)
                messages.success(request, _("Stored."))
                return HttpResponseRedirect(reverse("rollout:record", args=[book.code, stored.pk]))
    context = {
        "book": book,
        "row": row,
        **(titles(book, values, book.bound(on=day.on)) if row else {}),
        "form": form,
        "stale": stale,
        "asks_reason": row is not None,
        "draft": None if goes_on or form.is_bound else draft,
        "draft_name": name,
    }
    return "desk/record_form.html", context, status


@transaction.atomic
def write(request, day, book: Book, row, form):
    act = begin(
        kind=Act.Kind.FORM,
        by=request.user,
        act_id=form.cleaned_data["act"],
        because=form.cleaned_data["because"],
    )
    paper = None
    if form.cleaned_data.get("file"):
        paper = store_paper(
            upload=form.cleaned_data["file"],
            title=_("Paper for %(book)s") % {"book": book.row_label},
            by=request.user,
        )
    return enter(
        book=book,
        row=row,
        values=form.written,
        act=act,
        on=day.today,
        seen=form.seen if row else None,
        because=form.reasons,
        document=paper,
    )


@desk()
def record_withdraw(request, day, access, book, pk):
    """Ask for the reason, then withdraw the row with every fact about it."""
    book = book_or_404(book)
    row, values = row_or_404(book, pk, day)
    if not hasattr(row, "withdrawn_at"):
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                act = begin(
                    kind=Act.Kind.FORM,
                    by=request.user,
                    act_id=uuid_of(request),
                    because=request.POST.get("because", ""),
                )
                withdraw_row(book=book, row=row, act=act, on=day.today)
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, _("The entry has been withdrawn. It stays readable."))
            return HttpResponseRedirect(reverse("rollout:record", args=[book.code, row.pk]))
    context = {
        "book": book,
        "row": row,
        **titles(book, values, book.bound(on=day.on)),
        "problems": problems,
        "act": uuid.uuid4(),
        "facts": len(book.facts_of(row)),
    }
    return "desk/record_withdraw.html", context, 400 if problems else 200


def uuid_of(request) -> uuid.UUID | None:
    """The id that the act was given when its form was drawn; None in a forged one."""
    return uuid_in(request.POST.get("act", ""))


def uuid_in(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_POST
@desk()
def note_add(request, day, access, book, pk):
    """A note in the journal: it proves nothing and changes no figure."""
    book = book_or_404(book)
    row, _values = row_or_404(book, pk, day)
    text = request.POST.get("text", "").strip()
    if text:
        Note.objects.create(book=book.code, row=row.pk, text=text[:2000], by=request.user)
    else:
        messages.error(request, _("Write the note first."))
    address = reverse("rollout:record", args=[book.code, row.pk])
    return HttpResponseRedirect(f"{address}#notes")
