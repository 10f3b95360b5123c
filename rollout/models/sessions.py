"""Working sessions: what is on the table, what was concluded, and the brief as it was published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models import Record, Tracked
from facilities.models.facts import NOBODY
from facilities.models.places import NamedInTwoLanguages, in_language
from rollout.models.programme import Programme


class WorkingSession(NamedInTwoLanguages, Record):
    """A sitting of the province's leaders on the rollout, held or to be held.

    What is raised, ordered and published at it is that province's. `programme` None: nobody has said
    of which province it is.
    """

    reaches = NOBODY

    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("province"),
    )
    held_on = models.DateField(_("held on"))
    chair = models.CharField(_("chair"), max_length=200)
    chair_en = models.CharField(_("chair, in English"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    participants_vi = models.CharField(_("participants"), max_length=300, blank=True)
    participants_en = models.CharField(_("participants, in English"), max_length=300, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("working session")
        verbose_name_plural = _("working sessions")
        ordering = ["-held_on"]

    @property
    def chaired_by(self) -> str:
        return in_language(self.chair, self.chair_en)


class AgendaItem(NamedInTwoLanguages, Record):
    """What a person put on the agenda besides what the registers bring."""

    reaches = NOBODY

    name_vi = models.CharField(_("in Vietnamese"), max_length=300)
    name_en = models.CharField(_("in English"), max_length=300, blank=True)
    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        related_name="agenda_items",
        verbose_name=_("working session"),
    )

    class Meta(Record.Meta):
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["pk"]


class SessionConclusion(Record):
    """What the chair concluded. Recorded once; the directives born from it are rows of their own."""

    reaches = NOBODY

    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        related_name="conclusions",
        verbose_name=_("working session"),
    )
    text_vi = models.TextField(_("text in Vietnamese"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("conclusion of a session")
        verbose_name_plural = _("conclusions of sessions")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_session_concluded_once",
                fields=["session"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)


class PublishedBrief(Tracked):
    """A brief as it was handed out. Never changed: a later publication is another row.

    It can be computed again from `on`, `known_at` and what it is compared with; `digest` is over
    the figures and names in `content`, not over their wording. `words` is the text as printed.
    """

    reaches = NOBODY

    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        related_name="briefs",
        verbose_name=_("working session"),
    )
    on = models.DateField(_("day"))
    known_at = models.DateTimeField(_("as known at"))
    compare = models.DateField(_("compared with"), null=True, blank=True)
    compare_known_at = models.DateTimeField(_("compared as known at"), null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    content = models.JSONField(_("content"))
    words = models.JSONField(_("words"))
    contradictions = models.JSONField(_("contradictions that stood open"), default=list, blank=True)
    contradicting = models.PositiveSmallIntegerField(_("number of contradictions"), default=0)
    override = models.CharField(_("why although contradicting"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("published brief")
        verbose_name_plural = _("published briefs")
        ordering = ["-published_at"]
        constraints = [
            models.CheckConstraint(
                name="rollout_brief_contradicting_only_with_reason",
                condition=Q(contradicting=0) | ~Q(override=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.digest[:12]}"
