"""The form by which a draft becomes a paper that went out."""

from django.utils.translation import gettext_lazy as _

from facilities.forms import PaperField
from rollout.pages.forms.fields import DayField, text_field
from rollout.pages.forms.reporting import OnceForm


class IssueForm(OnceForm):
    number = text_field(
        _("Number of the document"), 80, help_text=_("As the clerk's office gave it: 05/BC-SYT.")
    )
    issued_on = DayField(label=_("Signed on"))
    paper = PaperField(label=_("Signed copy"))
