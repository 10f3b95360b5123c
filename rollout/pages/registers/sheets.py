"""Sheets for the Cipher Committee: filled in at home, finished here, handed back at once.

What is sent holds ID-card numbers and birth dates. It is read in memory and goes back in the answer;
nothing of it is stored but, where the sender says that the request is made, a keyed digest.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import structlog
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from facilities.exchange.reading import read_pasted, read_table
from facilities.exchange.tables import BadTable
from facilities.models import Facility, FacilityName, FacilityOwnership, LogEntry, Ownership
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Page, SignedIn, page
from rollout.publishing.papers import wording
from rollout.publishing.papers.kind import Asked
from rollout.registers.exports import XLSX
from rollout.registers.requests import record_requests
from rollout.site.uploads import in_memory
from signatures.names import note
from signatures.sheets import filling
from signatures.sheets.fields import FIELDS, FORMS, Form
from signatures.sheets.filling import About, Filled, Line
from signatures.sheets.staff import asked_already, prefilled, waiting_for_email, working

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
SHOWN = 50  # problems at once

log = structlog.get_logger(__name__)


class SheetForm(forms.Form):
    """What is sent. Neither the file nor what was pasted ever comes back into the page."""

    file = forms.FileField(label=gettext_lazy("The sheet, filled in"), required=False)
    pasted = forms.CharField(
        label=gettext_lazy("Or paste its rows, with their headings"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    size = forms.IntegerField(
        label=gettext_lazy("At most so many rows in one letter"),
        min_value=1,
        max_value=1000,
        initial=100,
    )
    leave_out = forms.BooleanField(
        label=gettext_lazy("Leave out who has no official e-mail yet"), required=False
    )
    record = forms.BooleanField(
        label=gettext_lazy("Record them as asked for today"), required=False
    )
    change_set = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not (cleaned.get("pasted") or "").strip():
            raise ValidationError(_("Choose the file, or paste the rows."))
        return cleaned


@dataclass(frozen=True)
class Place:
    """The facility whose sheet is made."""

    facility: Facility
    name: str


def _place(code: str, day: Day, access: Access) -> Place:
    name = FacilityName.objects.in_force(day.today).filter(facility__code=code)
    found = name.select_related("facility").last()
    if found is None:
        raise Http404
    if not access.records_for(found.facility_id):
        raise PermissionDenied
    return Place(found.facility, found.name)


def _is_private(facility: Facility, day: Day) -> bool:
    rows = FacilityOwnership.objects.in_force(day.today).filter(facility=facility)
    latest = rows.last()
    return latest is not None and latest.ownership == Ownership.PRIVATE


@csrf_exempt  # asked below, once the files of the request are held in memory
@sensitive_post_parameters()
def sheet(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The page of one form; what is sent comes back finished."""
    in_memory(request)
    return csrf_protect(_sheet)(request, code=code, form=form)


@page(lambda access: access.records_facts, stored=False)
def _sheet(request: SignedIn, day: Day, access: Access, code: str, form: str) -> Page:
    place, chosen = _place(code, day, access), FORMS.get(form)
    if chosen is None:
        raise Http404
    private = _is_private(place.facility, day)
    sent = SheetForm(
        request.POST or None, request.FILES or None, initial={"change_set": uuid.uuid4()}
    )
    found = Filled()
    status = 200
    if request.method == "POST":
        status = 400
        if not private and sent.is_valid():
            try:
                answer, found = _finished(request, day, place, chosen, sent)
            except BadTable as error:
                sent.add_error(None, error)
            except ValidationError as error:
                sent.add_error(None, error.messages)
            except Exception as error:
                # Whatever it says may hold what was sent: its kind is told, and nothing else.
                log.error("sheet_failed", error=type(error).__name__, form=form)
                status = 500
                sent.add_error(
                    None, _("The sheet could not be made. Nothing of what was sent is kept.")
                )
            else:
                if answer is not None:
                    return answer
    context = {
        "name": place.name,
        "code": code,
        "forms": list(FORMS.values()),
        "chosen": chosen,
        "columns": [FIELDS[column] for column in chosen.asks],
        "needs": chosen.needs,
        "form": sent,
        "private": private,
        "records": chosen.code in RECORDED,
        "problems": found.problems[:SHOWN],
        "more": max(len(found.problems) - SHOWN, 0),
        "waiting": found.waiting,
        "without_email": waiting_for_email(place.facility, day.today),
        "people": len(working(place.facility, day.today)),
    }
    return "registers/sheet.html", context, status


RECORDED = ("01", "import")  # the forms whose lines are new requests


def _finished(
    request: SignedIn, day: Day, place: Place, form: Form, sent: SheetForm
) -> tuple[HttpResponse | None, Filled]:
    """The answer, or what stands against one. Raises BadTable, ValidationError."""
    asked = Asked(day.today)
    with override("vi"):  # the Committee's forms and letters are Vietnamese
        about = About(
            facility=place.name,
            superior=wording.department(asked),
            province=wording.place(asked),
            on=day.today,
            staff=working(place.facility, day.today),
        )
    upload = sent.cleaned_data.get("file")
    source = read_table(upload.file, "") if upload else read_pasted(sent.cleaned_data["pasted"])
    found = filling.fill(form, source, about)
    records = form.code in RECORDED and sent.cleaned_data["record"]
    if records:
        already = asked_already(place.facility, day.today)
        found.problems += [
            filling.Problem(line.number, FIELDS["name"].heading(), _("It is requested already."))
            for line in found.lines
            if line.person and line.person.key in already
        ]
    if found.problems or (found.waiting and not sent.cleaned_data["leave_out"]):
        return None, found
    if not found.lines:
        raise BadTable(_("There are no rows to put into a sheet."), code="empty")
    parts = filling.batches(found.lines, sent.cleaned_data["size"])
    with override("vi"):
        content, kind, name = _packed(form, parts, about, place)
    with transaction.atomic():
        note(
            counts=Counter({place.facility.pk: len(found.lines)}),
            register="staff",
            by=request.user,
            how=LogEntry.Kind.SHEET,
            because=str(form.label),
        )
        if records:
            record_requests(
                facility=place.facility,
                batches=parts,
                form=form.code,
                by=request.user,
                on=day.today,
                at=timezone.now(),
                change_set_id=sent.cleaned_data["change_set"],
            )
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer, found


def _packed(
    form: Form, parts: list[list[Line]], about: About, place: Place
) -> tuple[bytes, str, str]:
    """Each batch as a sheet and as a letter with its list, all in one archive."""
    from rollout.publishing.papers.certificates import letter
    from rollout.publishing.papers.word import as_docx
    from signatures.sheets.drawing import as_xlsx

    # The import template is for a machine: nineteen columns cannot be read on paper.
    printed = FORMS["01"] if form.code == "import" else form
    stem = f"mau-{form.code}-{place.facility.code}-{about.on:%Y-%m-%d}"
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for number, lines in enumerate(parts, 1):
            rows = filling.cells(form, lines, about)
            title = f"{stem}-{number}" if len(parts) > 1 else stem
            head = [str(text) for text in form.columns]
            archive.writestr(f"{title}.xlsx", as_xlsx(form.code, head, rows, form.widths))
            made = letter(
                printed,
                filling.cells(printed, lines, about),
                facility=about.facility,
                superior=about.superior,
                place=about.province,
                on=about.on,
            )
            archive.writestr(f"cong-van-{title}.docx", as_docx(made))
    return stream.getvalue(), ZIP, f"{stem}.zip"


@page(lambda access: access.records_facts, stored=False)
def sheet_to_fill(request: SignedIn, day: Day, access: Access, code: str, form: str) -> Page:
    """The sheet with what is on record, to be filled in outside: ID numbers and birth dates empty."""
    from signatures.sheets.drawing import as_xlsx

    place, chosen = _place(code, day, access), FORMS.get(form)
    if chosen is None or _is_private(place.facility, day):
        raise Http404
    rows = prefilled(chosen, place.facility, day.today)
    columns = [FIELDS[column] for column in chosen.asks]
    content = as_xlsx(
        chosen.code,
        [column.heading() for column in columns],
        [[row.get(column.code, "") for column in columns] for row in rows],
    )
    note(
        counts=Counter({place.facility.pk: len(rows)}),
        register="staff",
        by=request.user,
        how=LogEntry.Kind.EXPORT,
        because=str(chosen.label),
    )
    answer = HttpResponse(content, content_type=XLSX)
    name = f"de-dien-{chosen.code}-{code}-{day.today:%Y-%m-%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
