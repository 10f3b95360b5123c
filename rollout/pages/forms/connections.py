"""Forms of a connection's heartbeat address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rollout.pages.forms.fields import text_field
from rollout.pages.forms.reporting import OnceForm

MOST_MINUTES = 7 * 24 * 60


class IssueForm(OnceForm):
    interval_minutes = forms.IntegerField(
        label=_("Signal interval, in minutes"), min_value=1, max_value=MOST_MINUTES
    )
    grace_minutes = forms.IntegerField(
        label=_("Grace period, in minutes"),
        min_value=0,
        max_value=MOST_MINUTES,
        help_text=_("After it, a gateway that was delayed has no signal."),
    )
    because = text_field(_("Reason for replacing it"), 300, required=False)

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replaces:
            self.fields["because"].required = True
        else:
            del self.fields["because"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {"because": ""} | self.cleaned_data


class IssueAllForm(IssueForm):
    """For all connections shown that have no address yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, replaces=False, **kwargs)


class RevokeForm(OnceForm):
    because = text_field(_("Reason"), 300)
