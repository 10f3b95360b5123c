"""Form of an address of another system."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rollout.pages.forms.fields import text_field
from rollout.pages.forms.reporting import OnceForm


class WebhookForm(OnceForm):
    name = text_field(_("Name"), 100)
    url = forms.URLField(
        label=_("Address"),
        max_length=300,
        assume_scheme="https",
        error_messages={"invalid": _("Give an address that begins with https://.")},
        help_text=_("It is called with POST and JSON for every alert raised or cleared."),
    )
