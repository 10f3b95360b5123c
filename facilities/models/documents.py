from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SearchKeyField
from facilities.models.facts import Record


class Document(Record):
    """A paper that proves something: minutes, a decision, a letter, a press report."""

    reaches_when_new = False

    number = models.CharField(_("number"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=300)
    issuer = models.CharField(_("issuer"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to="documents/%Y/%m/", blank=True)
    search_key = SearchKeyField(of=("number", "title", "issuer"))
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-issued_on", "number"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()

    # A paper needs no other paper: it proves itself, counts as documented, and can be checked.
    @property
    def document(self) -> Self:  # type: ignore[override]  # no field here
        return self

    @property
    def document_id(self) -> int | None:  # type: ignore[override]  # as above
        return self.pk
