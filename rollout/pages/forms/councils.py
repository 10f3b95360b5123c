"""Forms of evaluation councils."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from facilities.as_of import FacilityOnDay
from facilities.choosing import FACILITIES, OneOfTyped
from facilities.forms import PaperField
from rollout.models import (
    Conclusion,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CriteriaGroup,
    CriteriaSet,
    Mark,
    Milestone,
)
from rollout.pages.forms.fields import DayField, OneRow, field_of, text_field
from rollout.pages.forms.reporting import OnceForm
from rollout.programme.councils.dossier import GroupOnSheet


class OpenForm(OnceForm):
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Its address: short, without spaces.")
    )
    facility = OneOfTyped(label=_("Facility"), coerce=int, of=FACILITIES)
    level = forms.ChoiceField(label=_("Level of the council"), choices=CouncilMeeting.Level.choices)
    criteria_set = forms.ModelChoiceField(
        label=_("Criteria set"), queryset=CriteriaSet.objects.none(), required=False
    )
    basis = text_field(
        _("Legal basis"),
        300,
        required=False,
        help_text=_("Must be written where the criteria set is not in force on the day."),
    )
    place = text_field(_("Place"), 200, required=False)
    set_up_number = text_field(_("Number of the decision that set it up"), 80, required=False)
    set_up_on = DayField(label=_("Set up on"), required=False)
    follows = OneRow(
        label=_("Evaluates again after"),
        queryset=CouncilMeeting.objects.none(),
        required=False,
        help_text=_("The meeting that failed the facility, where this one evaluates it again."),
    )

    def __init__(self, *args: Any, facilities: Iterable[FacilityOnDay], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "facility", forms.ChoiceField).choices = [
            (found.id, found.name) for found in facilities
        ]
        sets = CriteriaSet.objects.order_by("in_force_from")
        field_of(self, "criteria_set", forms.ModelChoiceField).queryset = sets
        field_of(self, "follows", forms.ModelChoiceField).queryset = (
            CouncilMeeting.objects.standing()
            .filter(rulings__conclusion=Conclusion.FAIL, rulings__withdrawn_at=None)
            .distinct()
        )


class FixForm(OnceForm):
    scheduled_on = DayField(label=_("The council meets on"))
    set_on = DayField(label=_("Fixed on"))
    because = text_field(_("Reason for moving"), 300, required=False)
    override = text_field(
        _("Why although not ready"),
        300,
        required=False,
        help_text=_("Who fixed the day answers for it by name."),
    )


class BasisForm(OnceForm):
    basis = text_field(_("Legal basis"), 300)


class MemberForm(OnceForm):
    name = text_field(_("Full name"), 150)
    position = text_field(_("Position"), 150, required=False)
    organisation = text_field(_("Organisation"), 200)
    seat = forms.ChoiceField(label=_("Seat"), choices=CouncilMember.Seat.choices, initial="member")


class ExaminedForm(OnceForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=CouncilExamined.Kind.choices)
    what = text_field(_("Document or ward"), 300)
    remark = text_field(_("Remark"), 500, required=False)


class MarksForm(OnceForm):
    """The sheet of one member: a mark for each criterion; left open, nothing is said of it."""

    member = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sheet: Iterable[GroupOnSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        member = (kwargs.get("initial") or {}).get("member")
        self.groups = []
        for found in sheet:
            names = []
            for one in found.criteria:
                name = f"mark-{one.criterion.pk}"
                self.fields[name] = forms.ChoiceField(
                    label=f"{one.criterion.number}. {one.criterion.name}",
                    choices=Mark.choices,
                    required=False,
                    widget=forms.RadioSelect,
                    initial=one.marks.get(member) if member else None,
                )
                names.append(name)
            self.groups.append((found.group, names))

    def by_group(self) -> list[tuple[CriteriaGroup, list[BoundField]]]:
        return [(group, [self[name] for name in names]) for group, names in self.groups]

    @property
    def marks(self) -> dict[int, str]:
        return {
            int(name.removeprefix("mark-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("mark-") and value
        }


class ResultsForm(OnceForm):
    """What the council as a whole found, group by group."""

    def __init__(self, *args: Any, sheet: Iterable[GroupOnSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for found in sheet:
            group, result = found.group, found.result
            label = f"{group.number}. {group.name}"
            self.fields[f"result-{group.pk}"] = forms.ChoiceField(
                label=label,
                choices=[("", "–"), *Mark.choices],
                required=False,
                initial=result.result if result else "",
            )
            self.fields[f"remark-{group.pk}"] = text_field(
                _("Remark on group %(number)s") % {"number": group.number},
                1000,
                required=False,
                initial=result.remark if result else "",
            )

    @property
    def results(self) -> dict[int, tuple[str, str]]:
        given = self.cleaned_data
        return {
            int(name.removeprefix("result-")): (
                value,
                given[name.replace("result-", "remark-", 1)],
            )
            for name, value in given.items()
            if name.startswith("result-") and value
        }


class RuleForm(OnceForm):
    held_on = DayField(label=_("Held on"))
    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=Conclusion.choices)
    votes_for = forms.IntegerField(label=_("Votes for"), min_value=0, max_value=99, required=False)
    votes_against = forms.IntegerField(
        label=_("Votes against"), min_value=0, max_value=99, required=False
    )
    votes_abstained = forms.IntegerField(
        label=_("Abstentions"), min_value=0, max_value=99, required=False
    )
    minutes_number = text_field(_("Number of the minutes"), 60, required=False)
    paper = PaperField(required=False)


class AskForm(OnceForm):
    text = text_field(_("What is to be put right"), 500, lines=2)
    owner = text_field(_("Who answers for it"), 200)
    due_on = DayField(label=_("Due on"))


class FulfilForm(OnceForm):
    condition = forms.TypedChoiceField(label=_("Condition"), coerce=int)
    met_on = DayField(label=_("Met on"))
    note = text_field(_("Note"), 500, required=False)
    paper = PaperField(required=False)

    def __init__(self, *args: Any, conditions: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "condition", forms.ChoiceField).choices = conditions


AFTER = (Milestone.SELF_ASSESSMENT, Milestone.DECISION, Milestone.OFFICIAL, Milestone.PORTAL)


class MilestoneForm(OnceForm):
    """What comes before and after the council: each an event with a day of its own."""

    milestone = forms.ChoiceField(
        label=_("Event"), choices=[(one.value, one.label) for one in AFTER]
    )
    happened_on = DayField(label=_("Day"))
    number = text_field(_("Number of the document"), 80, required=False)
    paper = PaperField(required=False)
