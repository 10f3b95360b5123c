"""Papers that went out: which draft was numbered and signed, and what it said."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models import Document
from facilities.models.facts import NOBODY, Tracked


class IssuedPaper(Tracked):
    """A paper as it was signed. Never changed: what was wrong with it is another paper.

    The draft can be made again from `kind`, `about`, `area`, `language`, `on` and `known_at`; `digest`
    is over `lines`, every word of it in order. The signed copy is `document`, with a digest of its file.
    """

    reaches = NOBODY

    kind = models.SlugField(_("kind"), max_length=40)
    about = models.CharField(_("about"), max_length=100, blank=True)
    area = models.CharField(_("area"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5)
    title = models.CharField(_("title"), max_length=300)
    on = models.DateField(_("day"))
    known_at = models.DateTimeField(_("as known at"))
    lines = models.JSONField(_("words"))
    digest = models.CharField(_("digest"), max_length=64)
    number = models.CharField(_("number"), max_length=80)
    issued_on = models.DateField(_("issued on"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="issued", verbose_name=_("signed copy")
    )
    issued_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "issued_on"], name="rollout_issued_number_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()
