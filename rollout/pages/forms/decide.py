"""Forms of decisions taken from the summary: each asks for what is not known yet, and no more."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from facilities.forms import PaperField
from rollout.models import CouncilMeeting, CriteriaSet
from rollout.pages.forms.directives import OfAgency
from rollout.pages.forms.fields import (
    AgencyField,
    Choosing,
    DayField,
    SessionField,
    field_of,
    text_field,
)
from rollout.pages.forms.reporting import OnceForm


class SetDayForm(OnceForm):
    """By when a directive is to be carried out that was given without a day."""

    due_on = DayField(label=_("Due on"))
    because = text_field(_("Reason"), 300)


class DirectForm(Choosing, OnceForm):
    """A directive against an obstacle: a day, or none on purpose."""

    text_vi = text_field(_("Directive, in Vietnamese"), 2000, lines=4)
    due_on = DayField(label=_("Due on"), required=False)
    undated = forms.BooleanField(
        label=_("Without a date, on purpose"),
        required=False,
        help_text=_("Nobody is reminded of a directive that has no day."),
    )
    lead = AgencyField(
        label=_("Leading agency"),
    )
    issued_by = text_field(_("Issued by"), 200)
    issued_on = DayField(label=_("Issued on"))
    session = SessionField(label=_("Working session"), required=False)
    document_number = text_field(
        _("Number of the document"),
        80,
        required=False,
        help_text=_("Where it was born from a letter instead of a session."),
    )
    text_en = text_field(_("Directive, in English"), 2000, lines=2, required=False)
    paper = PaperField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "due_on" in given and bool(given["due_on"]) == bool(given.get("undated")):
            raise ValidationError(
                {"due_on": _("Give a day, or say that it is without one on purpose.")},
                code="day",
            )
        return given


class SignForm(OfAgency):
    """An urging letter was signed: to whom, when, under which number."""

    agency = AgencyField(label=_("Agency"))
    happened_on = DayField(label=_("Signed on"))
    letter_number = text_field(_("Number of the letter"), 80)
    paper = PaperField(label=_("Signed copy"), required=False)


class ConveneForm(OnceForm):
    """The day of a council that has none; the council itself too, where nobody set it up yet."""

    scheduled_on = DayField(label=_("The council meets on"))
    level = forms.ChoiceField(label=_("Level of the council"), choices=CouncilMeeting.Level.choices)
    criteria_set = forms.ModelChoiceField(
        label=_("Criteria set"), queryset=CriteriaSet.objects.none(), required=False
    )
    because = text_field(_("Reason for moving"), 300)
    override = text_field(
        _("Why although not ready"),
        300,
        required=False,
        help_text=_("Who fixed the day answers for it by name."),
    )

    def __init__(self, *args: Any, is_set_up: bool, was_fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not was_fixed:
            del self.fields["because"]
        if is_set_up:
            del self.fields["level"], self.fields["criteria_set"]
            return
        sets = CriteriaSet.objects.order_by("in_force_from")
        field_of(self, "criteria_set", forms.ModelChoiceField).queryset = sets
