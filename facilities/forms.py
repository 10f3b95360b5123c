"""Fields that several forms share."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from facilities.paper_kinds import PaperKind
from facilities.papers import check_paper


class PaperField(forms.FileField):
    """A PDF or a photo of a paper.

    Without `capture`, a phone offers its camera as well as the pictures it has.
    """

    widget = forms.FileInput(attrs={"accept": ",".join(kind.media_type for kind in PaperKind)})
    default_error_messages = {
        "empty": _("The file is empty. Choose it again, or photograph the document again."),
    }

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("label", _("Document"))
        kwargs.setdefault("help_text", _("A photo or a PDF, at most 10 MB."))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        upload = super().clean(data, initial)
        if upload and upload is not initial:
            check_paper(upload)
        return upload
