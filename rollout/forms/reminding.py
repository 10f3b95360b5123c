"""Forms of reminders: what a person does about one, how they are written to, the steps of a rule."""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.folding import fold
from facilities.models import RoleAssignment
from rollout.forms.fields import DayField, text_field
from rollout.forms.reporting import OnceForm
from rollout.models import Alert, Audience, FeedAddress
from rollout.models.reminders import FARTHEST
from rollout.reminding.ladder import RULES, Step

MOST_STEPS = 20


class SeenForm(OnceForm):
    row = forms.IntegerField()


class PutOffForm(OnceForm):
    row = forms.IntegerField()
    until = DayField(label=gettext_lazy("Until"))
    because = text_field(gettext_lazy("Reason"), 300)

    def is_about(self, pk: int) -> bool:
        return self["row"].value() == str(pk)


class BoxForm(OnceForm):
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    by_mail = forms.BooleanField(
        label=gettext_lazy("Also by e-mail"),
        required=False,
        help_text=gettext_lazy("Reminders always stand here, mailed or not."),
    )
    digest_hour = forms.IntegerField(
        label=gettext_lazy("Hour of the daily summary"), min_value=0, max_value=23
    )
    quiet_from = forms.IntegerField(label=gettext_lazy("Quiet from"), min_value=0, max_value=23)
    quiet_until = forms.IntegerField(label=gettext_lazy("Quiet until"), min_value=0, max_value=23)
    ceiling = forms.IntegerField(
        label=gettext_lazy("Most messages a day"), min_value=1, max_value=50
    )

    def clean(self):
        given = super().clean()
        if given.get("by_mail") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Give an address first."))
        return given


def said(held: RoleAssignment | FeedAddress) -> str:
    """A role, and the facility or agency it is of."""
    place = held.facility or held.agency
    return f"{held.get_role_display()}: {place}" if place else held.get_role_display()


class FeedForm(OnceForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=FeedAddress.Kind.choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    of = forms.ChoiceField(
        label=gettext_lazy("Whose days"),
        required=False,
        help_text=gettext_lazy(
            "A calendar of a role goes on when people change, and everybody in the role may revoke it."
        ),
    )

    def __init__(self, *args, held: list[RoleAssignment], **kwargs):
        """`held`: the roles of the person who asks."""
        super().__init__(*args, **kwargs)
        self.held = {str(one.pk): one for one in held}
        self.fields["of"].choices = [
            ("", _("mine")),
            *((pk, said(one)) for pk, one in self.held.items()),
        ]

    def clean(self):
        given = super().clean()
        given["of"] = self.held.get(given.get("of") or "")
        if given["of"] and given.get("kind") == FeedAddress.Kind.NEWS:
            self.add_error("kind", _("News are yours alone: a role shares a calendar only."))
        return given


class StepsForm(OnceForm):
    """The steps of one rule, one a line: working days from the due day; who; how loudly."""

    rule = forms.ChoiceField(choices=[(code, code) for code in RULES], widget=forms.HiddenInput)
    steps = text_field(
        gettext_lazy("Steps, one a line"),
        2000,
        lines=7,
        help_text=gettext_lazy(
            "Working days from the due day; who is told; how loudly. Minus is before the day. "
            "What is “late” is mailed at once."
        ),
    )
    because = text_field(gettext_lazy("Reason for the change"), 300)

    def clean_steps(self) -> list[Step]:
        found, problems = [], []
        lines = [line for line in self.cleaned_data["steps"].splitlines() if line.strip()]
        if len(lines) > MOST_STEPS:
            raise ValidationError(_("At most %(most)s lines at once.") % {"most": MOST_STEPS})
        for number, line in enumerate(lines, 1):
            try:
                found.append(_read(line))
            except ValueError as error:
                problems.append(
                    _("Line %(number)s: %(problem)s") % {"number": number, "problem": error}
                )
        if problems:
            raise ValidationError(problems)
        nearest_first = list(Audience.values)
        return sorted(found, key=lambda s: (s.offset, nearest_first.index(s.audience)))


def written(steps) -> str:
    """The steps as lines, in the reader's language, to be changed and sent back."""
    return "\n".join(
        f"{step.offset}; {Audience(step.audience).label}; {Alert.Severity(step.severity).label}"
        for step in steps
    )


def _read(line: str) -> Step:
    """Raises ValueError with the remedy."""
    parts = [part.strip() for part in re.split(r"[;\t|]", line)]
    if len(parts) != 3:
        raise ValueError(_("Write days, who and how loudly, with ; between them."))
    days = parts[0].replace("−", "-").replace("+", "")
    if not re.fullmatch(r"-?\d{1,3}", days, re.ASCII) or abs(int(days)) > FARTHEST:
        raise ValueError(
            _("“%(text)s” is no number of days from -%(most)s to %(most)s.")
            % {"text": parts[0][:40], "most": FARTHEST}
        )
    return Step(int(days), _chosen(Audience, parts[1]), _chosen(Alert.Severity, parts[2]))


def _chosen(choices, text: str) -> str:
    wanted = fold(text)
    for choice in choices:
        if wanted in (fold(choice.value), fold(str(choice.label))):
            return choice.value
    raise ValueError(
        _("“%(text)s” is none of: %(choices)s.")
        % {"text": text[:40], "choices": ", ".join(str(choice.label) for choice in choices)}
    )
