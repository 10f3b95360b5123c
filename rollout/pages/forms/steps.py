"""The small form of one step: its day, what it fixes, and the paper that proves it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.forms import PaperField
from facilities.models import Document, Facility, User
from facilities.papers import paper_told
from facilities.registers.forms import CellForm
from facilities.registers.register import Register
from facilities.registers.steps import Paper, Step
from rollout.pages.forms.fields import DayField

OF_THE_PAPER = ("number", "issued_on", "issuer", "kind", "file")
"""Their names are those of no column that a step has."""

ISSUERS = "issuers"  # the id of the list of names that the page offers


class StepForm(CellForm):
    """The cells of a step, with the paper. What is said of a paper without number or file is refused."""

    number = forms.CharField(
        label=gettext_lazy("Number of the document"), required=False, max_length=80
    )
    issued_on = DayField(
        label=gettext_lazy("Day of the document"),
        required=False,
        help_text=gettext_lazy("Empty: the day of the step."),
    )
    issuer = forms.CharField(
        label=gettext_lazy("Issuer of the document"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"list": ISSUERS, "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of document"), required=False, choices=Paper.choices
    )
    file = PaperField(label=gettext_lazy("Photo or PDF of the document"), required=False)

    def __init__(
        self,
        register: Register,
        columns: Iterable[Column],
        values: Mapping[str, Value],
        *args: Any,
        step: Step,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.step = step
        super().__init__(
            register,
            columns,
            values,
            *args,
            initial={"kind": step.paper.value, **(initial or {})},
            **kwargs,
        )

    def lines(self) -> Iterator[dict[str, Any]]:
        """The page says which step it is; its day is just the day."""
        for line in super().lines():
            if line["column"].code == self.step.day:
                line["field"].label, line["field"].help_text = _("Day done"), ""
            yield line

    def paper_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OF_THE_PAPER]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        tells = cleaned.get("number") or cleaned.get("file") or self.errors.get("file")
        if not tells and (cleaned.get("issuer") or cleaned.get("issued_on")):
            self.add_error("number", _("Give the number of the document, or a photo of it."))
        return cleaned

    @property
    def told(self) -> dict[str, Value]:
        """The cells as sent, with the number of the paper where the register has a column for it."""
        told = self.written
        return told | ({self.step.number: self.cleaned_data["number"]} if self.step.number else {})

    def paper(self, by: User) -> Document | None:
        """The paper as it is told, kept; None: nothing is told of one."""
        cleaned = self.cleaned_data
        kind = Paper(cleaned["kind"] or self.step.paper).label
        return paper_told(
            upload=cleaned.get("file"),
            title=f"{kind}: {self.step.label}"[:300],
            number=cleaned["number"],
            issuer=cleaned["issuer"],
            issued_on=cleaned["issued_on"] or cleaned[self.step.day],
            by=by,
        )


def issuers(facility: Facility | None) -> list[str]:
    """Whose papers are on record, the latest first: names to choose from. One query.

    `facility`: only of papers that its own people brought; with whom others deal is not theirs to see.
    """
    newest = Document.objects.known().exclude(issuer="").order_by("-recorded_at", "-pk")
    if facility:
        newest = newest.filter(recorded_by__assignments__facility=facility)
    return list(dict.fromkeys(newest.values_list("issuer", flat=True)[:60]))[:12]
