"""Forms of campaigns: open one, close it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.choosing import FACILITIES, SearchedSelectMultiple, SomeOfTyped
from rollout.pages.forms.fields import DayField, field_of, text_field
from rollout.pages.forms.reporting import OnceForm
from signatures.models import Campaign


class OpenCampaignForm(OnceForm):
    title = text_field(_("Why"), 150, help_text=_("Such as the decision on the merger."))
    act = forms.ChoiceField(label=_("What is to be done"), choices=Campaign.Act.choices)
    facilities = SomeOfTyped(
        label=_("Facilities"),
        coerce=int,
        of=FACILITIES,
        widget=SearchedSelectMultiple(attrs={"size": 8}),
    )
    unit = text_field(
        _("Unit"), 150, required=False, help_text=_("Empty: all units of these facilities.")
    )
    opened_on = DayField(
        label=_("In force from"),
        help_text=_("Meant are certificates that were valid before this day."),
    )
    due_on = DayField(label=_("To be done by"))

    def __init__(self, *args: Any, facilities: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "facilities", forms.ChoiceField).choices = facilities


class CloseCampaignForm(OnceForm):
    because = text_field(
        _("Reason"), 300, required=False, help_text=_("Asked for while some are not done.")
    )
