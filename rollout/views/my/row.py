"""Rows of the own facility: lists of them, and the form that answers some cells of one."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.books.entering import AlreadySent, Stale, begin, enter, enter_rows, writing_of
from facilities.books.forms import CellForm
from facilities.books.history import history
from facilities.books.writers import RowEntry
from facilities.forms import PaperField
from facilities.models import Act, Document, Draft, Edit, Facility
from facilities.papers import store_paper
from facilities.register import Register
from rollout.owed import WAITING_FOR, waiting_for
from rollout.services import report
from rollout.views.my.page import my, own, own_book, own_columns, own_row
from signatures.certificates import certificates

ROWS_A_PAGE = 100


class AnswerForm(CellForm):
    """Some cells of a row, with the photograph of the paper that proves them."""

    file = PaperField(required=False)


@my()
def own_list(request, day, access, book):
    """The rows of the own facility; a book with one row a facility opens that row."""
    book = own_book(book)
    me = own(request, day, access)
    if book.model is Facility:
        return HttpResponseRedirect(reverse("rollout:my-row", args=[book.code, me.facility.pk]))
    rows = book.of_facilities(book.base(day.today), {me.facility.pk})
    if search := request.GET.get("q", "").strip()[:100]:
        rows = book.search(rows, search, day.today)
    page = Paginator(rows.order_by("pk"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    keys = list(page.object_list.values_list("pk", flat=True))
    columns = [c for c in book.bound() if c.shown and c.code != "facility"]
    values = book.values(keys, day.today)
    context = {
        "me": me,
        "book": book,
        "rows": page,
        "columns": columns,
        "search": search,
        "lines": [
            (key, book.title(values[key]), [(c, c.show(values[key][c.code])) for c in columns])
            for key in keys
            if key in values
        ],
    }
    return "my/list.html", context


@my()
def own_form(request, day, access, book, pk):
    """`?cells=` asks for some cells only. What is sent is stored, or comes back with what is wrong."""
    book = own_book(book)
    row, values = own_row(book, pk, access, day)
    facility = Facility.objects.get(pk=book.facility_of(row))
    asked = set(filter(None, request.GET.get("cells", "").split(",")))
    columns = [c for c in own_columns(book) if not asked or c.code in asked]
    if not columns:
        raise Http404
    form = AnswerForm(book, columns, values, request.POST or None, request.FILES or None)
    status, stale = 200, []
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                store(request, day, book, row, facility, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return _home(facility)
            except Stale as error:
                status, stale = 409, form.show_both(error)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Stored and reported to the Department."))
                return _home(facility)
    context = {
        "me": own(request, day, access),
        "book": book,
        "row": row,
        "title": book.named(values, book.bound()),
        "form": form,
        "stale": stale,
        "cells": request.GET.get("cells", ""),
        "draft": Draft.objects.filter(user=request.user, form=draft_name(book, row, asked)).first(),
        "draft_name": draft_name(book, row, asked),
        "returned": _returned(book, row),
        "history": history(book, row)[:20],
    }
    return "my/form.html", context, status


def draft_name(book, row, asked) -> str:
    return f"my:{book.code}:{row.pk}:{','.join(sorted(asked))}"[:120]


def _returned(book, row) -> list[tuple[str, str]]:
    """The reviewer's words at the fields they concern, until those are written anew."""
    latest = {
        edit.column: edit for edit in Edit.objects.filter(book=book.code, row=row.pk).order_by("pk")
    }
    return [
        (book.column(code).heading(), edit.returned_because)
        for code, edit in latest.items()
        if edit.returned_because and code
    ]


def _home(facility: Facility) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('rollout:my')}?facility={facility.code}")


def paper_of(request, form, title: str) -> Document | None:
    upload = form.cleaned_data.get("file")
    return store_paper(upload=upload, title=title[:300], by=request.user) if upload else None


@transaction.atomic
def store(request, day, book, row, facility: Facility, form: AnswerForm) -> None:
    """The cells, their paper, and the report of the week they count as: all or nothing."""
    act = begin(
        kind=Act.Kind.FORM,
        by=request.user,
        act_id=form.cleaned_data["act"],
        facility=facility,
        because=form.cleaned_data["because"],
    )
    headings = ", ".join(column.heading() for column in form.columns[:3])
    enter(
        book=book,
        row=row,
        values=form.written,
        act=act,
        on=day.today,
        seen=form.seen,
        because=form.reasons,
        document=paper_of(request, form, headings),
    )
    report(facility=facility, by=request.user, at=timezone.now(), nothing_changed=False)
    Draft.objects.filter(user=request.user, form__startswith=f"my:{book.code}:{row.pk}:").delete()


@my()
def certificates_waiting(request, day, access, step):
    """Certificates that wait for a step: some or all of them on one day, with one paper."""
    if step not in WAITING_FOR:
        raise Http404
    me = own(request, day, access)
    book = own_book("certificates")
    register = Register(day.today, facility_ids=frozenset({me.facility.pk}))
    waiting = waiting_for(certificates(register), step)
    column = book.column(step)
    form = StepForm(book, [column], {}, request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        ticked = {key for key in request.POST.getlist("row") if key.isdecimal()}
        chosen = [
            row.certificate.pk
            for row in waiting
            if request.POST.get("all") == "yes" or str(row.certificate.pk) in ticked
        ]
        if form.is_valid() and not chosen:
            form.add_error(None, _("Tick at least one."))
        elif form.is_valid():
            try:
                count = store_step(request, day, book, me.facility, step, chosen, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return _home(me.facility)
            except ValidationError as error:
                form.refuse(error)
            else:
                text = ngettext("%(count)s stored.", "%(count)s stored.", count)
                messages.success(request, text % {"count": count})
                return _home(me.facility)
    rows = Paginator(waiting, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "me": me,
        "step": step,
        "column": column,
        "form": form,
        "rows": rows,
        "count": len(waiting),
        "ticked": request.POST.getlist("row"),
        "act": uuid.uuid4(),
    }
    return "my/certificates.html", context, status


class StepForm(AnswerForm):
    """The day of a step for many certificates."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, asks_reason=False, **kwargs)

    def clean(self):
        cleaned = super().clean()
        for column in self.columns:
            if column.code not in self.errors and not cleaned.get(column.code):
                self.add_error(column.code, _("Fill this in."))
        return cleaned


@transaction.atomic
def store_step(request, day, book, facility, step: str, keys: list[int], form: StepForm) -> int:
    """All chosen certificates or none. Raises ValidationError naming the first that cannot be so."""
    act = begin(
        kind=Act.Kind.FORM, by=request.user, act_id=form.cleaned_data["act"], facility=facility
    )
    values = book.values(keys, day.today)
    rows = book.model.objects.in_bulk(keys)
    reason = form.reasons.get(step, "")
    entries = [
        RowEntry(rows[key], old, old | form.written, because={step: reason} if reason else {})
        for key, old in values.items()
    ]
    for entry, found in zip(entries, book.problems(entries, day.today), strict=True):
        texts = [t for many in found.errors.values() for t in many]
        if not reason:
            texts += [t for many in found.warnings.values() for t in many]
        if texts:
            raise ValidationError({step: f"{book.title(entry.old)}: {texts[0]}"})
    paper = paper_of(request, form, book.column(step).heading())
    enter_rows(book, entries, writing_of(act, on=day.today, document=paper))
    report(facility=facility, by=request.user, at=timezone.now(), nothing_changed=False)
    return len(entries)
