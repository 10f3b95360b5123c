"""Forms of directives: issue, note progress, answer, return, close, move, urge, withdraw."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.forms import PaperField
from facilities.models import Agency
from rollout.pages.forms.fields import (
    AgenciesField,
    AgencyField,
    Choosing,
    DayField,
    SessionField,
    field_of,
    text_field,
)
from rollout.pages.forms.reporting import OnceForm


class IssueForm(Choosing, OnceForm):
    issued_on = DayField(label=_("Issued on"))
    text_vi = text_field(_("Directive, in Vietnamese"), 2000, lines=4)
    text_en = text_field(_("Directive, in English"), 2000, lines=4, required=False)
    issued_by = text_field(_("Issued by"), 200)
    lead = AgencyField(
        label=_("Leading agency"),
        required=False,
        help_text=_("Empty: the agencies that take part carry it out together."),
    )
    coordinating = AgenciesField(label=_("Agencies that take part"), required=False)
    due_on = DayField(label=_("Due on"), required=False)
    session = SessionField(label=_("Working session"), required=False)
    document_number = text_field(
        _("Number of the document"),
        80,
        required=False,
        help_text=_("Where it was born from a letter instead of a session."),
    )
    paper = PaperField(required=False)
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_("Its address: short, without spaces. Empty: the next number of its day."),
    )


class OfAgency(OnceForm):
    """A form about one of the agencies that somebody may speak for."""

    def __init__(self, *args: Any, agencies: Iterable[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = list(agencies)
        field = field_of(self, "agency", AgencyField)
        field.queryset = Agency.objects.filter(pk__in=[agency.pk for agency in agencies])
        if len(agencies) == 1:
            field.initial, field.empty_label = agencies[0].pk, None


class ProgressForm(OfAgency):
    agency = AgencyField(label=_("Agency"))
    happened_on = DayField(label=_("Day"))
    note = text_field(_("How far it is"), 2000, lines=3)
    paper = PaperField(required=False)


class AnswerForm(OfAgency):
    agency = AgencyField(label=_("Agency"))
    happened_on = DayField(label=_("Day"))
    note = text_field(_("What was done"), 2000, lines=3)
    paper = PaperField(label=_("Evidence"), required=False)


class ReturnForm(OfAgency):
    agency = AgencyField(label=_("Agency"))
    happened_on = DayField(label=_("Day"))
    note = text_field(_("What is missing"), 2000, lines=3)


class CloseForm(OnceForm):
    happened_on = DayField(label=_("Closed on"))
    note = text_field(_("Note"), 2000, lines=2, required=False)
    paper = PaperField(
        label=_("Evidence"),
        required=False,
        help_text=_("Empty: the document of the latest answer. A photo or a PDF, at most 10 MB."),
    )


class MoveForm(OnceForm):
    on = DayField(label=_("Moved on"))
    due_on = DayField(label=_("New day"))
    because = text_field(_("Reason"), 300)


class UrgeDirectiveForm(OfAgency):
    agency = AgencyField(label=_("Agency"))
    happened_on = DayField(label=_("Followed up on"))
    letter_number = text_field(_("Number of the letter"), 80, required=False)
    note = text_field(_("Note"), 500, required=False)
    paper = PaperField(required=False)


class WithdrawDirectiveForm(OnceForm):
    because = text_field(_("Reason"), 500)
