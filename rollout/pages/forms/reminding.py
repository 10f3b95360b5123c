"""Forms of reminders: what a person does about one, how they are written to, the steps of a rule."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.models import RoleAssignment
from rollout.models import FeedAddress, PostBox
from rollout.notices.outbox import is_quiet
from rollout.pages.forms.fields import DayField, field_of, text_field
from rollout.pages.forms.reporting import OnceForm


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
        help_text=gettext_lazy("Reminders are always here, mailed or not."),
    )
    digest_hour = forms.IntegerField(
        label=gettext_lazy("Hour of the daily summary"), min_value=0, max_value=23
    )
    quiet_from = forms.IntegerField(
        label=gettext_lazy("Do not send from"), min_value=0, max_value=23
    )
    quiet_until = forms.IntegerField(
        label=gettext_lazy("Do not send until"), min_value=0, max_value=23
    )
    ceiling = forms.IntegerField(
        label=gettext_lazy("Most messages a day"), min_value=1, max_value=50
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if given.get("by_mail") and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Give an address first."))
        names = ("digest_hour", "quiet_from", "quiet_until")
        if all(given.get(name) is not None for name in names):
            box = PostBox(**{name: given[name] for name in names})
            if is_quiet(box, box.digest_hour):
                self.add_error(
                    "digest_hour",
                    _("That hour is among the quiet ones: the summary would never go out."),
                )
        return given


def said(held: RoleAssignment | FeedAddress) -> str:
    """A role, and the facility, agency or area it is of."""
    place = held.facility or held.agency or held.area
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

    def __init__(self, *args: Any, held: list[RoleAssignment], **kwargs: Any) -> None:
        """`held`: the roles of the person who asks."""
        super().__init__(*args, **kwargs)
        self.held = {str(one.pk): one for one in held}
        field_of(self, "of", forms.ChoiceField).choices = [
            ("", _("mine")),
            *((pk, said(one)) for pk, one in self.held.items()),
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        given["of"] = self.held.get(given.get("of") or "")
        if given["of"] and given.get("kind") == FeedAddress.Kind.NEWS:
            self.add_error("kind", _("News are yours alone: a role shares a calendar only."))
        return given
