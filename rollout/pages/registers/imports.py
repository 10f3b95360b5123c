"""Importing: choose a file, see what it would change, say yes. For the Department and for officers."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from facilities.exchange.columns import Column
from facilities.exchange.outcomes import Outcome
from facilities.exchange.tables import BadTable, column_letter
from facilities.models import ChangeSet, Edit, Facility, User
from facilities.permissions import Access
from facilities.registers.choices import names_on
from facilities.registers.entering import undo
from facilities.registers.register import Register
from rollout.day import Day, parse_date
from rollout.models import ImportFile
from rollout.notices.welcome import link_of, waits
from rollout.pages.forms.fields import field_of
from rollout.pages.page import Answering, Asked, Page, SignedIn, View, page
from rollout.registers import importing
from rollout.registers.catalogue import BRINGS_PEOPLE, REGISTERS, TAKING_FILES
from rollout.registers.importing import State
from rollout.registers.importing.mending import KINDS
from rollout.registers.importing.receiving import rejects_place
from rollout.registers.importing.states import answered
from rollout.registers.importing.validation import written_places
from rollout.registers.keeping import kept_registers
from rollout.registers.own import WRITTEN

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES_A_PAGE = 50
LISTED = 200  # choices that a cell to be mended offers
SHOWN_MENDED = 200
# What asks most of the reader comes first.
FIRST = (Outcome.WRONG, Outcome.CHANGED, Outcome.NEW, Outcome.UNCHANGED)
TABS = {
    Outcome.NEW: gettext_lazy("new"),
    Outcome.CHANGED: gettext_lazy("changed"),
    Outcome.UNCHANGED: gettext_lazy("unchanged"),
    Outcome.WRONG: gettext_lazy("wrong"),
}


def importing_page() -> Callable[[View[Asked]], Answering[Asked]]:
    """Open to whoever records facts; a browser keeps no copy, since files hold names of people."""
    return page(
        lambda access: access.records_facts or access.manages_users,
        section="imports",
        stored=False,
    )


def takes_files(register: Register, access: Access) -> bool:
    """Whether its reader may bring files to a register; some are only computed."""
    if right := BRINGS_PEOPLE.get(register.code):
        return bool(getattr(access, right))
    return register.takes_files and (
        register.code in kept_registers(access)
        if access.keeps_somewhere
        else access.records_facts and register.code in WRITTEN
    )


def register_or_404(code: str, access: Access) -> Register:
    if code not in TAKING_FILES or not takes_files(TAKING_FILES[code], access):
        raise Http404
    return TAKING_FILES[code]


def file_or_404(pk: int, user: User, access: Access) -> ImportFile:
    """One's own; the Department sees everybody's, staff of an area those of their facilities."""
    files = ImportFile.objects.select_related("by", "change_set", "facility")
    found = files.filter(pk=pk).first()
    if found is None or not (found.by_id == user.pk or _is_kept(found, access)):
        raise Http404
    return found


def _is_kept(found: ImportFile, access: Access) -> bool:
    """Whether every row it may write is of those that this reader keeps."""
    if found.register in BRINGS_PEOPLE:
        return takes_files(TAKING_FILES[found.register], access)
    places = written_places(found)
    if places is None:
        return access.keeps_registers
    return access.keeps_somewhere and all(access.keeps_of(place) for place in places)


def _writes(found: ImportFile, user: User, access: Access) -> bool:
    """Whether this reader may still answer for the file: its sender, in the role it was sent in."""
    if found.by_id != user.pk:
        return False
    if found.register in BRINGS_PEOPLE:
        return takes_files(TAKING_FILES[found.register], access)
    if found.facility_id is None:
        return _is_kept(found, access)
    return access.records_for(found.facility_id)


class FileForm(forms.Form):
    """A file or pasted rows, the day they speak of, and for whom."""

    file = forms.FileField(label=gettext_lazy("File"), required=False, allow_empty_file=True)
    pasted = forms.CharField(
        label=gettext_lazy("Rows from a spreadsheet"), required=False, strip=False
    )
    on = forms.CharField(label=gettext_lazy("Day"))
    facility = forms.ChoiceField(label=gettext_lazy("Facility"), required=False)

    def __init__(self, *args: Any, access: Access, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.own: dict[str, Facility] = {}
        self.fields["file"].widget.attrs = {"accept": ".xlsx,.csv,.tsv,.txt"}
        self.fields["pasted"].widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
        self.fields["on"].widget = forms.DateInput(attrs={"type": "date"})
        if not access.keeps_somewhere:
            self.own = {f.code: f for f in Facility.objects.filter(pk__in=access.own_facility_ids)}
        if len(self.own) > 1:
            named = names_on(today)
            field_of(self, "facility", forms.ChoiceField).choices = [
                (code, named.get(code, code)) for code in self.own
            ]
        else:
            del self.fields["facility"]

    def clean_on(self) -> date:
        try:
            on = parse_date(self.cleaned_data["on"])
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if on > self.today:
            raise ValidationError(_("This day is still to come."))
        return on

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if not cleaned.get("file") and not cleaned.get("pasted", "").strip():
            self.add_error("file", _("Choose a file, or paste rows below."))
        return cleaned

    @property
    def speaks_for(self) -> Facility | None:
        """The facility whose officer sends it; None for the Department."""
        if not self.own:
            return None
        return self.own.get(self.cleaned_data.get("facility", ""), next(iter(self.own.values())))


@importing_page()
def import_new(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    register = register_or_404(code, access)
    form = FileForm(
        request.POST or None,
        request.FILES or None,
        access=access,
        today=day.today,
        initial={"on": day.today.isoformat()},
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            kept = importing.receive(
                register=register,
                by=request.user,
                on=form.cleaned_data["on"],
                facility=None if register.code in BRINGS_PEOPLE else form.speaks_for,
                places=access.kept if form.speaks_for is None else None,
                upload=upload,
                pasted=form.cleaned_data["pasted"],
            )
        except BadTable as error:
            form.add_error("file" if upload else "pasted", error)
        else:
            importing.send_on(kept)
            return HttpResponseRedirect(reverse("rollout:import", args=[kept.pk]))
    columns = [column for column in register.bound() if column.writable or column.required]
    context = {"register": register, "form": form, "columns": columns}
    return "registers/imports/new.html", context, 400 if form.errors else 200


@importing_page()
def import_list(request: SignedIn, day: Day, access: Access) -> Page:
    """One's own files, newest first."""
    files = ImportFile.objects.filter(by=request.user).select_related("facility")
    rows = Paginator(files, FILES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": rows,
        "lines": [
            (found, TAKING_FILES[found.register], importing.state_of(found))
            for found in rows
            if found.register in TAKING_FILES
        ],
        "registers": [
            register for register in TAKING_FILES.values() if takes_files(register, access)
        ],
    }
    return "registers/imports/list.html", context


@importing_page()
def import_file(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    found = file_or_404(pk, request.user, access)
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        if not _writes(found, request.user, access):
            raise PermissionDenied
        try:
            _answer(request, found, day)
        except ValidationError as error:
            problems = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            found.refresh_from_db()
        else:
            return HttpResponseRedirect(reverse("rollout:import", args=[found.pk]))
    may_write = _writes(found, request.user, access)
    context = _context(request, found) | {"may_write": may_write, "problems": problems}
    context["may_mend"] = may_write and context["state"] == State.READY
    if may_write and found.register in BRINGS_PEOPLE and found.change_set_id:
        context["to_hand_out"] = _to_hand_out(found)
    return "registers/imports/file.html", context, 400 if problems else 200


def _answer(request: SignedIn, found: ImportFile, day: Day) -> None:
    """Do what was asked of the file. Raises ValidationError."""
    asked = request.POST.get("do", "")
    state = importing.state_of(found)
    if asked == "confirm":
        importing.confirm(
            found,
            because=request.POST.get("because", ""),
            leave_wrong=request.POST.get("leave_wrong") == "yes",
        )
        importing.send_on(found)
        if found.change_set_id:
            text = ngettext(
                "%(count)s row has been saved.",
                "%(count)s rows have been saved.",
                found.rows_written,
            )
            messages.success(request, text % {"count": found.rows_written})
    elif asked == "headings" and state in (State.READY, State.REFUSED):
        importing.choose_headings(found, _chosen(request, found))
        importing.send_on(found)
    elif asked == "mend" and state == State.READY:
        importing.mend(found, **_mended(request, found))
        importing.send_on(found)
    elif asked == "sheet" and state in (State.READY, State.REFUSED):
        sheet = request.POST.get("sheet", "")
        if sheet not in (found.preview or {}).get("readable", []):
            raise ValidationError(_("The file has no such sheet."))
        importing.choose_sheet(found, sheet)
        importing.send_on(found)
    elif asked == "drop":
        if not importing.drop(found):
            raise ValidationError(_("It is being saved, or has been discarded already."))
        messages.success(request, _("The file has been discarded. Nothing was saved."))
    elif asked == "again" and state.is_under_way:
        importing.send_on(found)
    elif asked == "look" and state == State.READY:
        importing.preview(found)
    elif asked == "undo" and state == State.STORED and found.change_set:
        undo(
            change_set=found.change_set,
            registers=TAKING_FILES,
            by=request.user,
            because=request.POST.get("because", ""),
            on=day.today,
        )
        messages.success(request, _("Everything the file wrote has been undone."))
    elif asked in ("headings", "mend", "sheet", "look", "undo"):
        raise ValidationError(answered(), code="answered")


def _to_hand_out(found: ImportFile) -> list[tuple[User, str]]:
    """People of the file who have not chosen a password, with their links; none where mail brings them.

    A link is worked out anew whenever it is shown, and kept nowhere.
    """
    if settings.MAILS:
        return []
    rows = Edit.objects.filter(change_set=found.change_set_id, register=found.register, column="")
    people = User.objects.filter(assignments__in=rows.values("row")).distinct()
    return [(person, link_of(person)) for person in people if waits(person)]


def _mended(request: SignedIn, found: ImportFile) -> dict[str, Any]:
    """What was written into the wrong rows that the preview shows. Cells left as they were are not meant."""
    cells: dict[tuple[int, int], str] = {}
    left_out, back = [], []
    for row in (found.preview or {}).get("wrong", []):
        number = row["row"]
        if f"leave-{number}" in request.POST:
            left_out.append(number)
            continue
        for cell in row["cells"]:
            name = f"{number}-{cell['place']}"
            text = request.POST.get(f"cell-{name}", cell["value"])
            if f"take-{name}" in request.POST and cell["offer"]:
                cells[number, cell["place"]] = cell["offer"]
            elif text.strip() != cell["value"].strip():
                cells[number, cell["place"]] = text
    for row, own in found.mended.items():
        if own is None and f"back-{row}" in request.POST:
            back.append(int(row))
        for place, before in own.items() if isinstance(own, dict) else ():
            said = request.POST.get(f"mended-{row}-{place}")
            if said is not None and said != before:
                cells[int(row), int(place)] = said
    everywhere = [kind for kind in KINDS if f"all-{kind}" in request.POST]
    return {"cells": cells, "left_out": left_out, "back": back, "everywhere": everywhere}


def _chosen(request: SignedIn, found: ImportFile) -> dict[str, str]:
    """For each heading asked about the column chosen for it, "" to leave it out."""
    codes = {column.code for column in TAKING_FILES[found.register].columns}
    asked = (found.preview or {}).get("asked", [])
    chosen = {
        line["heading"]: request.POST.get(f"heading-{place}", "")
        for place, line in enumerate(asked)
    }
    return {heading: code for heading, code in chosen.items() if code in codes or not code}


def _context(request: SignedIn, found: ImportFile) -> dict:
    register = TAKING_FILES[found.register]
    state = importing.state_of(found)
    context = {
        "file": found,
        "register": register,
        "state": state,
        "has_list": register.code in REGISTERS,
    }
    if state.is_under_way:
        return context | {"progress": importing.progress(found)}
    seen = found.preview
    if seen is None:
        return context
    counts = seen["counts"]
    asked = request.GET.get("show", "")
    show = asked if asked in TABS else next((o for o in FIRST if counts[o]), Outcome.UNCHANGED)
    columns = {column.code: column for column in register.bound(on=found.on)}
    return context | {
        "seen": seen,
        "counts": counts,
        "odd_count": counts["odd"],
        "to_store": counts[Outcome.NEW] + counts[Outcome.CHANGED],
        "tabs": [(outcome.value, label, counts[outcome]) for outcome, label in TABS.items()],
        "show": str(show),
        "lines": [_line(row, columns) for row in seen["rows"][show]],
        "more": max(0, counts[show] - len(seen["rows"][show])),
        "more_problems": max(0, seen["problem_count"] - len(seen["problems"])),
        "wrong": [_to_mend(row, columns) for row in seen.get("wrong", [])],
        "more_wrong": max(0, counts[Outcome.WRONG] - len(seen.get("wrong", []))),
        "offered": _offered(seen, columns),
        "mended": _what_was_mended(found, seen),
        "rows_left_out": sorted(int(row) for row, own in found.mended.items() if own is None),
        "missing": [columns[code].heading() for code in seen["missing"] if code in columns],
        "unknown": [line["heading"] for line in seen["asked"] if not line["column"]],
        "choices": [
            column
            for column in columns.values()
            if column.writable or any(column.code in key for key in register.keys)
        ],
        "undone": found.change_set_id
        and ChangeSet.objects.filter(undoes=found.change_set_id).exists(),
    }


def _line(row: dict, columns: dict) -> dict:
    """A row of the preview in the reader's words."""
    cells = []
    for code, old, new in row["cells"]:
        column = columns.get(code)
        if column is not None:
            shown = (column.show(column.value(text)) for text in (old, new))
            cells.append((column.heading(), *shown))
    return {"row": row["row"], "title": row["title"], "cells": cells}


def _to_mend(row: dict, columns: Mapping[str, Column]) -> dict:
    """A wrong row with its cells under their headings."""
    cells = [
        cell
        | {"heading": columns[cell["column"]].heading(), "kind": columns[cell["column"]].kind.value}
        for cell in row["cells"]
        if cell["column"] in columns
    ]
    return row | {"cells": cells}


def _offered(seen: dict, columns: Mapping[str, Column]) -> dict[str, list[str]]:
    """What may be chosen in the columns with wrong cells, where that is not too much to list."""
    asked = {cell["column"] for row in seen.get("wrong", []) for cell in row["cells"]}
    found = {}
    for code in asked & columns.keys():
        choices = columns[code].choices
        labels = [str(label) for label in choices().values()] if choices else []
        if 0 < len(labels) <= LISTED:
            found[code] = labels
    return found


def _what_was_mended(found: ImportFile, seen: dict) -> list[dict]:
    """The cells that were mended here, to look at and to change once more."""
    return [
        {
            "row": int(row),
            "place": int(place),
            "name": f"{column_letter(int(place))}{row}",
            "value": text,
        }
        for row, own in found.mended.items()
        if isinstance(own, dict)
        for place, text in own.items()
    ][:SHOWN_MENDED]


@importing_page()
def import_rejects(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    """The rows to be mended, as an Excel file that can be sent again."""
    found = file_or_404(pk, request.user, access)
    storage, place = found.file.storage, rejects_place(found)
    if found.dropped_at:
        raise Http404
    try:
        rows = storage.open(place)
    except FileNotFoundError:  # none is wrong, or it has been dropped just now
        raise Http404 from None
    name = f"{found.register}-{found.pk}-rejects.xlsx"
    return FileResponse(rows, as_attachment=True, filename=name, content_type=XLSX)


@importing_page()
def import_template(request: SignedIn, day: Day, access: Access, code: str, form: str) -> Page:
    """An empty table to fill in, with the facilities for which its reader writes to choose from."""
    from facilities.exchange.templates import template_csv, template_xlsx

    register = register_or_404(code, access)
    columns = register.bound(places=access.recorded if access.records_facts else None)
    if form == "csv":
        body, kind = template_csv(columns), "text/csv; charset=utf-8"
    elif form == "xlsx":
        stream = BytesIO()
        template_xlsx(str(register.label), columns, stream)
        body, kind = stream.getvalue(), XLSX
    else:
        raise Http404
    name = f"{register.code}-template.{form}"
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
