"""Forms of obstacles: raise, change, hold, free, clear, urge, withdraw."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.choosing import (
    FACILITIES,
    OneOfTyped,
    SearchedSelectMultiple,
    SomeOfTyped,
)
from facilities.forms import PaperField
from rollout.models import Directive, Milestone, Obstacle, Solution
from rollout.pages.forms.fields import (
    AgencyField,
    Choosing,
    DayField,
    OneRow,
    SessionField,
    field_of,
    text_field,
)
from rollout.pages.forms.reporting import OnceForm


class DescribeForm(Choosing, OnceForm):
    """What describes an obstacle. Each change is logged with its reason."""

    name_vi = text_field(_("Obstacle, in Vietnamese"), 200)
    name_en = text_field(_("Obstacle, in English"), 200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Obstacle.Kind.choices)
    raised_by = text_field(_("Raised by"), 200)
    raised_by_en = text_field(_("Raised by, in English"), 200, required=False)
    agency = AgencyField(label=_("Agency that can clear it"), required=False)
    supplier = text_field(_("Supplier that can clear it"), 200, required=False)
    legal_reference = text_field(_("Legal reference"), 300, required=False)
    session = SessionField(label=_("Working session"), required=False)

    @property
    def described(self) -> dict:
        given = self.cleaned_data
        return {name: given[name] for name in DescribeForm.base_fields if name != "change_set"}


class RaiseForm(DescribeForm):
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Its address: short, without spaces.")
    )
    raised_on = DayField(label=_("Raised on"))
    source = text_field(_("Source"), 300, required=False)
    paper = PaperField(required=False)

    field_order = ["code", "raised_on", "name_vi", "name_en"]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if code == "new":  # the address of this form
            raise ValidationError(_("This code is taken. Choose another one."), code="taken")
        return code


class ChangeForm(DescribeForm):
    because = text_field(_("Reason for the change"), 500)


class HoldForm(OnceForm):
    facilities = SomeOfTyped(
        label=_("Facilities"),
        coerce=int,
        of=FACILITIES,
        widget=SearchedSelectMultiple(attrs={"size": 8}),
    )
    milestone = forms.ChoiceField(label=_("Milestone"), choices=Milestone.choices)
    since = DayField(label=_("Blocked since"))
    source = text_field(_("Source"), 300, required=False)
    paper = PaperField(required=False)

    def __init__(self, *args: Any, facilities: list[FacilityOnDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "facilities", forms.ChoiceField).choices = [
            (found.id, found.name) for found in facilities
        ]


class EndHoldForm(OnceForm):
    row = OneOfTyped(label=_("Facility and milestone"), coerce=int)
    ends_on = DayField(
        label=_("Unblocked from"), help_text=_("The first date on which it is unblocked.")
    )
    because = text_field(_("Reason"), 500)

    def __init__(self, *args: Any, rows: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "row", forms.ChoiceField).choices = rows


class ClearForm(OnceForm):
    cleared_on = DayField(label=_("Cleared on"))
    source = text_field(_("Source"), 300, required=False)
    paper = PaperField(required=False)


class UrgeForm(Choosing, OnceForm):
    agency = AgencyField(label=_("Agency"), required=False)
    whom = text_field(
        _("Whom"), 200, required=False, help_text=_("A person, a supplier, where no agency is.")
    )
    happened_on = DayField(label=_("Followed up on"))
    letter_number = text_field(_("Number of the letter"), 80, required=False)
    note = text_field(_("Note"), 500, required=False)
    paper = PaperField(required=False)


class ProposeForm(Choosing, OnceForm):
    """A solution that somebody proposed. Who, where nobody knows: not recorded."""

    text_vi = text_field(_("Proposed solution, in Vietnamese"), 2000, lines=3)
    text_en = text_field(_("Proposed solution, in English"), 2000, lines=3, required=False)
    proposed_on = DayField(label=_("Proposed on"))
    proposer = forms.ChoiceField(label=_("Proposed by"), choices=Solution.Proposer.choices)
    facility = OneOfTyped(label=_("Facility"), coerce=int, required=False, of=FACILITIES)
    agency = AgencyField(label=_("Agency"), required=False)
    session = SessionField(label=_("Working session"), required=False)
    source = text_field(_("Source"), 300, required=False)

    def __init__(self, *args: Any, facilities: list[FacilityOnDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "facility", forms.ChoiceField).choices = [
            ("", "---------"),
            *((found.id, found.name) for found in facilities),
        ]


class SettleForm(OnceForm):
    """What became of a solution: taken up by a directive, or dropped."""

    solution = forms.TypedChoiceField(label=_("Proposed solution"), coerce=int)
    happened_on = DayField(label=_("Day"))
    directive = OneRow(
        Directive.objects.none(), label=_("Taken up by the directive"), required=False
    )
    because = text_field(_("Or discarded, because"), 500, required=False)

    def __init__(self, *args: Any, rows: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "solution", forms.ChoiceField).choices = rows
        field_of(self, "directive", forms.ModelChoiceField).queryset = Directive.objects.known()


class WithdrawObstacleForm(OnceForm):
    because = text_field(_("Reason"), 500)


def first_values(obstacle: Obstacle, today: date) -> dict[str, dict]:
    """What the forms about an obstacle are filled with at first."""
    described = {
        name: getattr(obstacle, name)
        for name in DescribeForm.base_fields
        if name not in ("change_set", "agency", "session")
    }
    return {
        "change": described | {"agency": obstacle.agency_id, "session": obstacle.session_id},
        "hold": {"since": today},
        "end": {"ends_on": today},
        "clear": {"cleared_on": today},
        "urge": {"agency": obstacle.agency_id, "happened_on": today, "whom": obstacle.supplier},
        "propose": {"proposed_on": today, "session": obstacle.session_id},
        "settle": {"happened_on": today},
        "withdraw": {},
    }
