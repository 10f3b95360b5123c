"""Rows of the own facility: lists of them, and the form that answers some cells of one."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.forms import PaperField
from facilities.models import ChangeSet, Document, Edit, Facility, LogEntry
from facilities.papers import store_paper
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, Stale, begin, enter
from facilities.registers.forms import CellForm
from facilities.registers.history import history
from facilities.registers.register import Register
from rollout.day import Day
from rollout.pages.desk.record import titles
from rollout.pages.my.page import my, own, own_register, own_row
from rollout.pages.page import Page, SignedIn, back_to_the_list
from rollout.pages.registers.imports import takes_files
from rollout.pages.steps import way_of
from rollout.registers import drafts
from rollout.registers.exports import export
from rollout.registers.own import ADDED, own_columns
from signatures.names import WATCHED, note_rows, shows_names

ROWS_A_PAGE = 100
WITH_STEPS = ("procurements", "milestones", "connections")  # whose rows go a way, step by step


class AnswerForm(CellForm):
    """Some cells of a row, with the photograph of the paper that proves them.

    `returned`: the reviewer's words, by the column they are about.
    """

    file = PaperField(required=False)

    def __init__(
        self, *args: Any, returned: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.returned = returned or {}

    def lines(self) -> Iterator[Any]:
        for line in super().lines():
            yield line | {"returned": self.returned.get(line["column"].code, "")}


@my()
def own_list(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """The rows of the own facility; a register with one row a facility opens that row."""
    register = own_register(code)
    me = own(request, day, access)
    if register.model is Facility:
        return HttpResponseRedirect(reverse("rollout:my-row", args=[register.code, me.facility.pk]))
    rows = register.of_facilities(register.base(day.today), {me.facility.pk})
    if search := request.GET.get("q", "").strip()[:100]:
        rows = register.search(rows, search, day.today)
    ordered = rows.order_by("pk").values_list("pk", flat=True)
    page = Paginator(ordered, ROWS_A_PAGE).get_page(request.GET.get("page"))
    keys = list(page)
    columns = [c for c in register.bound() if c.shown and c.code != "facility"]
    values = register.values(keys, day.today)
    watched = shows_names(register, columns)
    if watched:
        note_rows(register=register, keys=keys, by=request.user, how=LogEntry.Kind.PAGE)
    context = {
        "me": me,
        "register": register,
        "rows": page,
        "columns": columns,
        "search": search,
        "lines": [
            (key, register.title(values[key]), [(c, c.show(values[key][c.code])) for c in columns])
            for key in keys
            if key in values
        ],
        "watched": watched,
        "adds": register.code in ADDED,
        "opens": "rollout:my-step" if register.code in WITH_STEPS else "rollout:my-row",
        "takes_files": takes_files(register, access),
    }
    return "my/list.html", context


@require_POST
@my()
def own_export(request: SignedIn, day: Day, access: Access, code: str, form: str) -> Page:
    """The people of the own facility as a file; what for comes with the form (`because`)."""
    register = own_register(code)
    if code not in WATCHED:
        raise Http404
    me = own(request, day, access)
    rows = register.of_facilities(register.base(day.today), {me.facility.pk})
    ordered = register.in_order(rows, register.default_sort, day.today)
    note_rows(
        register=register,
        keys=list(ordered.values_list("pk", flat=True)),
        by=request.user,
        how=LogEntry.Kind.EXPORT,
        because=request.POST.get("because", ""),
    )
    return export(register, register.bound(), ordered, day.today, None, form)


@my()
def own_new(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """A new row of the own facility, in a register that officers add to."""
    register = own_register(code)
    if code not in ADDED:
        raise Http404
    me = own(request, day, access)
    form = AnswerForm(
        register, own_columns(register), {}, request.POST or None, request.FILES or None
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                store(request, day, register, None, me.facility, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return list_of(code, me.facility)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Saved and reported to the Department."))
                return list_of(code, me.facility)
    context = {
        "me": me,
        "register": register,
        "row": None,
        "title": me.name,
        "tab": "",
        "form": form,
        "draft": None,
        "draft_name": "",
        "history": [],
    }
    return "my/form.html", context, status


def list_of(code: str, facility: Facility) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        f"{reverse('rollout:my-list', args=[code])}?facility={facility.code}"
    )


@my()
def own_form(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """`?cells=` asks for some cells only. What is sent is stored, or comes back with what is wrong."""
    register = own_register(code)
    row, values = own_row(register, pk, access, day)
    if code in WATCHED:
        note_rows(register=register, keys=[pk], by=request.user, how=LogEntry.Kind.PAGE)
    facility = get_object_or_404(Facility, pk=register.facility_of(row))
    asked = set(filter(None, request.GET.get("cells", "").split(",")))
    columns = [c for c in own_columns(register) if not asked or c.code in asked]
    if not columns:
        raise Http404
    name = drafts.of_row(register.code, pk, asked)
    draft, goes_on = drafts.find(request.user, name), request.GET.get("draft") == "yes"
    form = AnswerForm(
        register,
        columns,
        values,
        request.POST or None,
        request.FILES or None,
        initial=drafts.initial(draft if goes_on else None, columns),
        returned=_returned(register, row),
    )
    status, stale = 200, []
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                store(request, day, register, row, facility, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return home_of(facility)
            except Stale as error:
                status, stale = 409, form.show_both(error)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("Saved and reported to the Department."))
                return back_to_the_list(request) or home_of(facility)
    context = {
        "me": own(request, day, access, facility.pk),
        "register": register,
        "row": row,
        **titles(register, values, register.bound()),
        "form": form,
        "stale": stale,
        "draft": None if goes_on or form.is_bound else draft,
        "draft_name": name,
        "history": history(register, row)[:20],
        "ahead": way_of(register, row, values, own_columns(register), day, "").ahead,
        "asks_all": not asked,
    }
    return "my/form.html", context, status


def _returned(register: Register, row: Any) -> dict[str, str]:
    """The reviewer's words at the columns they are about, until those are written anew."""
    edits = Edit.objects.filter(register=register.code, row=row.pk).order_by("pk")
    latest = {edit.column: edit.returned_because for edit in edits}
    return {column: words for column, words in latest.items() if words}


def home_of(facility: Facility) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('rollout:my')}?facility={facility.code}")


def paper_of(request: SignedIn, form: Any, title: str) -> Document | None:
    upload = form.cleaned_data.get("file")
    return store_paper(upload=upload, title=title[:300], by=request.user) if upload else None


@transaction.atomic
def store(
    request: SignedIn, day: Day, register: Register, row: Any, facility: Facility, form: AnswerForm
) -> None:
    """The cells and their paper: all or nothing. The report of the week is an act of its own."""
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        facility=facility,
        because=form.cleaned_data["because"],
    )
    headings = ", ".join(column.heading() for column in form.columns[:3])
    enter(
        register=register,
        row=row,
        values=form.written if row is not None else form.written | {"facility": facility.code},
        change_set=change_set,
        on=day.today,
        seen=form.seen if row is not None else None,
        because=form.reasons,
        document=paper_of(request, form, headings),
    )
    if row is not None:
        drafts.drop_all(user=request.user, beginning=drafts.of_row(register.code, row.pk))
