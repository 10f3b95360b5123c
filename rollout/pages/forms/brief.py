"""The form that publishes a brief."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rollout.models import PublishedBrief
from rollout.pages.forms.reporting import OnceForm


class PublishForm(OnceForm):
    override = forms.CharField(
        label=_("Why it is published although the records contradict each other"),
        required=False,
        max_length=PublishedBrief._meta.get_field("override").max_length,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Leave empty if they do not: without a reason it is refused while they do."),
    )
