"""What keeps facilities from their milestones."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Agency, DatedFact, Record
from facilities.models.places import NamedInTwoLanguages
from rollout.models.milestones import Milestone
from rollout.models.sessions import WorkingSession


class Obstacle(NamedInTwoLanguages, Record):
    """Something that keeps facilities from their milestones, until it is cleared."""

    class Kind(models.TextChoices):
        BUDGET = "budget", _("Budget and estimates")
        SIGNATURE = "signature", _("Digital signatures")
        INSURANCE = "insurance", _("Health insurance payment")
        STANDARDS = "standards", _("Standards and norms")
        PROCUREMENT = "procurement", _("Procurement")
        TECHNICAL = "technical", _("Technical")
        OTHER = "other", _("Other")

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    raised_on = models.DateField(_("raised on"))
    raised_by = models.CharField(_("raised by"), max_length=200)
    raised_by_en = models.CharField(_("raised by, in English"), max_length=200, blank=True)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obstacles",
        verbose_name=_("agency that can clear it"),
    )
    supplier = models.CharField(_("supplier that can clear it"), max_length=200, blank=True)
    legal_reference = models.CharField(_("legal reference"), max_length=300, blank=True)
    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obstacles",
        verbose_name=_("working session"),
    )

    class Meta(Record.Meta):
        verbose_name = _("obstacle")
        verbose_name_plural = _("obstacles")
        ordering = ["raised_on", "code"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_obstacle_code",
                fields=["code"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class ObstacleCleared(Record):
    obstacle = models.ForeignKey(
        Obstacle, on_delete=models.CASCADE, related_name="clearings", verbose_name=_("obstacle")
    )
    cleared_on = models.DateField(_("cleared on"))

    class Meta(Record.Meta):
        verbose_name = _("obstacle resolved")
        verbose_name_plural = _("obstacles resolved")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_obstacle_cleared_once",
                fields=["obstacle"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class ObstacleHold(DatedFact):
    """An obstacle holds a milestone of a facility: from `happened_on` until it is cleared, or until
    `ends_on`, the first day on which this facility is free of it."""

    obstacle = models.ForeignKey(
        Obstacle, on_delete=models.CASCADE, related_name="holds", verbose_name=_("obstacle")
    )
    milestone = models.CharField(_("milestone"), max_length=20, choices=Milestone.choices)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_obstacle_holds_once",
                fields=["obstacle", "facility", "milestone", "happened_on"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_hold_ends_after_it_began",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("happened_on")),
            ),
        ]
