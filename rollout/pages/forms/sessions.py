"""Forms of working sessions: plan, change, agenda, conclude, directives on the spot, withdraw."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rollout.models import Programme
from rollout.pages.forms.fields import (
    AgenciesField,
    AgencyField,
    Choosing,
    DayField,
    field_of,
    text_field,
)
from rollout.pages.forms.reporting import OnceForm


class ProvinceField(forms.ModelChoiceField):
    """Of several provinces, each by its name."""

    names: Mapping[int, str] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Programme.objects.none(), **kwargs)

    def label_from_instance(self, programme: Programme) -> str:
        return self.names.get(programme.pk) or str(programme)


class PlanForm(OnceForm):
    programme = ProvinceField(label=_("Province"))
    held_on = DayField(label=_("Day"), help_text=_("It may be still to come."))
    name_vi = text_field(_("Session, in Vietnamese"), 200)
    name_en = text_field(_("Session, in English"), 200, required=False)
    chair = text_field(_("Chair"), 200)
    chair_en = text_field(_("Chair, in English"), 200, required=False)
    place = text_field(_("Place"), 200, required=False)
    participants_vi = text_field(_("Participants"), 300, lines=2, required=False)
    participants_en = text_field(_("Participants, in English"), 300, lines=2, required=False)

    def __init__(self, *args: Any, provinces: Mapping[int, str], **kwargs: Any) -> None:
        """`provinces`: those to choose from, by programme; nothing is asked where there is one at most."""
        super().__init__(*args, **kwargs)
        if len(provinces) < 2:
            del self.fields["programme"]
            return
        field = field_of(self, "programme", ProvinceField)
        field.names = provinces
        field.queryset = Programme.objects.filter(pk__in=provinces).select_related("area")

    @property
    def described(self) -> dict:
        given = self.cleaned_data
        found = {name: given[name] for name in PlanForm.base_fields if name in given}
        found.pop("change_set")
        return found


class ChangeSessionForm(PlanForm):
    because = text_field(_("Reason for the change"), 500)


class ItemForm(OnceForm):
    name_vi = text_field(_("Item, in Vietnamese"), 300)
    name_en = text_field(_("Item, in English"), 300, required=False)


class ConcludeForm(OnceForm):
    text_vi = text_field(_("Conclusion, in Vietnamese"), 2000, lines=4)
    text_en = text_field(_("Conclusion, in English"), 2000, lines=4, required=False)


class OrderForm(Choosing, OnceForm):
    """One directive on the spot. Its number, its day and who gave it follow from the session."""

    text_vi = text_field(_("Directive, in Vietnamese"), 2000, lines=3)
    text_en = text_field(_("Directive, in English"), 2000, lines=3, required=False)
    lead = AgencyField(
        label=_("Leading agency"),
        required=False,
        help_text=_("Empty: the agencies that take part carry it out together."),
    )
    coordinating = AgenciesField(label=_("Agencies that take part"), required=False)
    due_on = DayField(label=_("Due on"), required=False)


class WithdrawSessionForm(OnceForm):
    because = forms.CharField(label=_("Reason"), max_length=500)
