"""The steps of one rule of the ladder, a row for each."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from rollout.models import Alert, Audience
from rollout.models.reminders import FARTHEST
from rollout.notices.escalation import RULES, Step
from rollout.pages.forms.fields import text_field
from rollout.pages.forms.reporting import OnceForm

SPARE, MOST_STEPS = 3, 20  # empty rows at the end; rows in all
BEFORE, ON, AFTER = "before", "on", "after"
WHEN = [
    (BEFORE, pgettext_lazy("step of the reminder schedule", "before")),
    (ON, gettext_lazy("on the day")),
    (AFTER, pgettext_lazy("step of the reminder schedule", "after")),
]


class StepForm(forms.Form):
    """One step. A row without a number of days, and not on the day, is none."""

    days = forms.IntegerField(
        label=gettext_lazy("Working days"), min_value=1, max_value=FARTHEST, required=False
    )
    when = forms.ChoiceField(label=gettext_lazy("When"), choices=[("", "–"), *WHEN], required=False)
    who = forms.ChoiceField(
        label=gettext_lazy("Who is told"), choices=[("", "–"), *Audience.choices], required=False
    )
    loud = forms.ChoiceField(
        label=gettext_lazy("How loudly"),
        choices=[("", "–"), *Alert.Severity.choices],
        required=False,
    )

    @classmethod
    def of(cls, step: Step) -> dict:
        when = BEFORE if step.offset < 0 else AFTER if step.offset else ON
        return {
            "days": abs(step.offset) or None,
            "when": when,
            "who": step.audience,
            "loud": step.severity,
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if not self.has_changed() or not any(given.values()):
            given["step"] = None
            return given
        for name in ("when", "who", "loud"):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Choose one."))
        if (
            given.get("when") in (BEFORE, AFTER)
            and not given.get("days")
            and "days" not in self.errors
        ):
            self.add_error("days", _("How many working days?"))
        if not self.errors:
            offset = {BEFORE: -1, ON: 0, AFTER: 1}[given["when"]] * (given["days"] or 0)
            given["step"] = Step(offset, given["who"], given["loud"])
        return given


class Steps(forms.BaseFormSet):
    def clean(self) -> None:
        steps = steps_of(self)
        if not any(self.errors):
            if not steps:
                raise ValidationError(_("Leave one step at least."))
            if len({(step.offset, step.audience) for step in steps}) < len(steps):
                raise ValidationError(_("The same recipients appear twice on one day. Remove one."))


def steps_of(rows: "forms.BaseFormSet[StepForm]") -> list[Step]:
    """Those not taken away, by day and then the nearest people first."""
    nearest_first = list(Audience.values)
    found: list[Step] = [
        form.cleaned_data["step"]
        for form in rows.forms
        if getattr(form, "cleaned_data", {}).get("step") and not form.cleaned_data.get("DELETE")
    ]
    return sorted(found, key=lambda s: (s.offset, nearest_first.index(s.audience)))


StepRows = forms.formset_factory(
    StepForm,
    formset=Steps,
    extra=SPARE,
    max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
    can_delete=True,
)


class StepsForm(OnceForm):
    """The steps of one rule, and why they change. `steps`: those that hold now."""

    rule = forms.ChoiceField(choices=[(code, code) for code in RULES], widget=forms.HiddenInput)
    because = text_field(gettext_lazy("Reason for the change"), 300)

    def __init__(
        self, data: Any = None, files: Any = None, *, steps: tuple[Step, ...], **kwargs: Any
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.rows = StepRows(
            data,
            prefix="steps",
            initial=[StepForm.of(step) for step in steps] if data is None else None,
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if self.rows.is_valid():
            given["steps"] = steps_of(self.rows)
        else:
            problems = self.rows.non_form_errors()
            self.add_error(None, list(problems) or _("Look at the steps that are marked."))
        return given
