"""Lists back from the Committee: brought, held against the requests, said yes to, taken back."""

import uuid
from collections import Counter

import structlog
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from facilities.exchange.reading import read_pasted, read_table
from facilities.exchange.tables import BadTable
from facilities.models import ChangeSet, Facility, FacilityName, LogEntry
from facilities.permissions import Access
from facilities.registers.entering import (
    AlreadySent,
    Refused,
    begin,
    enter_rows,
    undo,
    writing_of,
)
from facilities.registers.writers import RowEntry
from rollout.day import Day
from rollout.pages.desk.record import uuid_of
from rollout.pages.page import Page, SignedIn, page
from rollout.registers.catalogue import REGISTERS
from rollout.site.uploads import in_memory
from signatures.matching import Kind
from signatures.models import Certificate, ReturnedLine, ReturnedList
from signatures.names import note
from signatures.returned import Worklist, read, rows_of, worklist

SHOWN = 50  # problems at once
OF_A_LIST = "returned-list:"  # in the file name of a change set: which list was answered

log = structlog.get_logger(__name__)


class ListForm(forms.Form):
    """A list that came back. Neither the file nor what was pasted comes back into the page."""

    title = forms.CharField(label=gettext_lazy("Letter or list"), max_length=150)
    file = forms.FileField(label=gettext_lazy("The list as it came"), required=False)
    pasted = forms.CharField(required=False, strip=False)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("pasted") or "").strip():
            raise ValidationError(_("Choose the file, or paste the rows."))
        return cleaned


def _facility(code: str, day: Day, access: Access) -> FacilityName:
    names = FacilityName.objects.in_force(day.today).filter(facility__code=code)
    found = names.select_related("facility").last()
    if found is None:
        raise Http404
    if not access.records_for(found.facility_id):
        raise PermissionDenied
    return found


@csrf_exempt  # asked below, once the files of the request are held in memory
@sensitive_post_parameters()
def returned_lists(request: HttpRequest, code: str) -> HttpResponseBase:
    """The lists of a facility; a new one is read in memory, for it may hold ID numbers."""
    in_memory(request)
    return csrf_protect(_lists)(request, code=code)


@page(lambda access: access.records_facts, stored=False)
def _lists(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    name = _facility(code, day, access)
    form = ListForm(request.POST or None, request.FILES or None)
    problems, status = [], 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                upload = form.cleaned_data.get("file")
                found = read(
                    read_table(upload.file) if upload else read_pasted(form.cleaned_data["pasted"])
                )
                problems = found.problems
                if not problems:
                    kept = _keep(name.facility, form.cleaned_data["title"], found.lines, request)
                    return HttpResponseRedirect(reverse("rollout:returned", args=[code, kept.pk]))
            except BadTable as error:
                form.add_error(None, error)
            except Exception as error:
                # Whatever it says may hold what was sent: its kind is told, and nothing else.
                log.error("list_failed", error=type(error).__name__)
                status = 500
                form.add_error(
                    None, _("The list could not be read. Nothing of what was sent is kept.")
                )
    context = {
        "name": name.name,
        "code": code,
        "form": form,
        "problems": problems[:SHOWN],
        "more": max(len(problems) - SHOWN, 0),
        "lists": ReturnedList.objects.standing().filter(facility=name.facility_id),
    }
    return "registers/returned_lists.html", context, status


@transaction.atomic
def _keep(
    facility: Facility, title: str, lines: list[ReturnedLine], request: SignedIn
) -> ReturnedList:
    kept = ReturnedList.objects.create(facility=facility, title=title, by=request.user)
    for line in lines:
        line.of = kept
    ReturnedLine.objects.bulk_create(lines, batch_size=1000)
    return kept


def _list(pk: int, name: FacilityName) -> ReturnedList:
    found = ReturnedList.objects.standing().filter(pk=pk, facility=name.facility_id).first()
    if found is None:
        raise Http404
    return found


@page(lambda access: access.records_facts, stored=False)
def returned(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """One list as a worklist: what is ticked is said yes to, in one change set."""
    name = _facility(code, day, access)
    kept = _list(pk, name)
    found = worklist(kept, day.today)
    problems: list[str] = []
    if request.method == "POST":
        try:
            count = _accept(request, day, kept, found)
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
            return HttpResponseRedirect(request.path)
        except ValidationError as error:
            problems = error.messages
        else:
            said = ngettext(
                "%(count)s certificate recorded as issued.",
                "%(count)s certificates recorded as issued.",
                count,
            )
            messages.success(request, said % {"count": count})
            return HttpResponseRedirect(request.path)
    note(
        counts=Counter({name.facility_id: len(found.work) + len(found.missing)}),
        register="certificates",
        by=request.user,
        how=LogEntry.Kind.PAGE,
    )
    answered = ChangeSet.objects.filter(file_name=f"{OF_A_LIST}{kept.pk}", undone_by=None)
    context = {
        "name": name.name,
        "code": code,
        "returned": kept,
        "found": found,
        "counted": found.counted(),
        "change_set": uuid.uuid4(),
        "problems": problems,
        "latest": answered.filter(by=request.user).exclude(kind=ChangeSet.Kind.UNDO).first(),
    }
    return "registers/returned.html", context, 400 if problems else 200


@transaction.atomic
def _accept(request: SignedIn, day: Day, kept: ReturnedList, found: Worklist) -> int:
    """Record the ticked lines as issued; all or none. Raises ValidationError."""
    ticked = set(request.POST.getlist("row"))
    chosen: dict[ReturnedLine, int] = {}
    for work in found.work:
        if str(work.line.number) not in ticked:
            continue
        offered = {str(choice.certificate.pk) for choice in work.choices}
        asked = request.POST.get(f"of-{work.line.number}", "")
        if work.kind == Kind.MATCHED and not asked:
            (asked,) = offered
        if asked not in offered:
            raise ValidationError(
                _("Row %(row)s: choose who is meant.") % {"row": work.line.number}
            )
        chosen[work.line] = int(asked)
    if not chosen:
        raise ValidationError(_("Tick at least one."))
    twice = [key for key, count in Counter(chosen.values()).items() if count > 1]
    if twice:
        raise ValidationError(_("Two rows cannot be the same person's. Tick one of them."))
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=uuid_of(request),
        facility=kept.facility,
        because=kept.title,
        file_name=f"{OF_A_LIST}{kept.pk}",
    )
    register = REGISTERS["certificates"]
    rows = Certificate.objects.in_bulk(chosen.values())
    old = register.values(list(rows), day.today)
    entries = [
        RowEntry(rows[key], old[key], old[key] | cells, number=None)
        for key, cells in rows_of(chosen)
    ]
    wrong = [
        _("Row %(row)s: %(problem)s") % {"row": line.number, "problem": " ".join(texts)}
        for line, judged in zip(chosen, register.problems(entries, day.today), strict=True)
        for texts in judged.errors.values()
    ]
    if wrong:
        raise Refused({"": wrong}, set())
    enter_rows(register, entries, writing_of(change_set, on=day.today))
    return len(entries)


@require_POST
@page(lambda access: access.records_facts, stored=False)
def returned_undo(request: SignedIn, day: Day, access: Access, code: str, pk: int) -> Page:
    """Take back the latest yes that this person gave in this list."""
    kept = _list(pk, _facility(code, day, access))
    answered = ChangeSet.objects.filter(
        file_name=f"{OF_A_LIST}{kept.pk}", undone_by=None, by=request.user
    )
    latest = answered.exclude(kind=ChangeSet.Kind.UNDO).first()
    if latest is None:
        raise Http404
    try:
        undo(
            change_set=latest,
            registers=REGISTERS,
            by=request.user,
            because=_("Undone in the list it came from"),
            on=day.today,
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Undone."))
    return HttpResponseRedirect(reverse("rollout:returned", args=[code, pk]))
