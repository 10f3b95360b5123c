"""The ministry's portal list, pasted or as a file, held against ours."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.registers.keeping import kept_registers
from rollout.registers.portal import LABELS, Line, Verdict, counted, read, reconcile

LONGEST = 2_000_000  # letters pasted


class PortalForm(forms.Form):
    pasted = forms.CharField(
        label=_("Cells copied from a spreadsheet"),
        required=False,
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"}),
        help_text=_(
            "With their headings: a code, a name or both, and the day of the announcement."
        ),
    )
    file = forms.FileField(label=_("Or a file"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not str(cleaned.get("pasted") or "").strip():
            self.add_error("pasted", _("Paste the list, or choose a file."))
        return cleaned


@desk()
def portal(request: SignedIn, day: Day, access: Access) -> Page:
    """Nothing is stored: each line leads to where its day is recorded."""
    form = PortalForm(request.POST or None, request.FILES or None, label_suffix="")
    lines: list[Line] | None = None
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                told = read(form.cleaned_data["pasted"], upload, upload.name if upload else "")
                lines, status = reconcile(told, day.today, access.kept), 200
            except ValidationError as error:
                form.add_error("file" if upload else "pasted", error.messages)
    context = {
        "place": "portal",
        "registers": kept_registers(access).values(),
        "form": form,
        "groups": _groups(lines or []),
        "compared": lines is not None,
        "told": sum(1 for line in lines or [] if line.number is not None),
    }
    return "desk/portal.html", context, status


def _groups(lines: list[Line]) -> list[dict[str, object]]:
    """The lines by what they ask for; those that agree are only counted."""
    counts = counted(lines)
    return [
        {
            "verdict": verdict.value,
            "label": label,
            "count": counts[verdict.value],
            "lines": [line for line in lines if line.verdict == verdict]
            if verdict != Verdict.SAME
            else [],
        }
        for verdict, label in LABELS.items()
        if counts[verdict.value]
    ]
