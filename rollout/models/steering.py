"""What a working session hears and orders: obstacles and directives."""

from django.db import models
from django.db.models import F, Q
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from facilities.models import Agency, DatedFact, Ledger, Record
from facilities.models.places import NamedInTwoLanguages
from rollout.models.milestones import Milestone


class WorkingSession(NamedInTwoLanguages, Record):
    held_on = models.DateField(_("held on"))
    chair = models.CharField(_("chair"), max_length=200)

    class Meta(Record.Meta):
        verbose_name = _("working session")
        verbose_name_plural = _("working sessions")
        ordering = ["-held_on"]


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
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obstacles",
        verbose_name=_("agency that can clear it"),
    )
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
        verbose_name = _("obstacle cleared")
        verbose_name_plural = _("obstacles cleared")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_obstacle_cleared_once",
                fields=["obstacle"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class ObstacleHold(DatedFact):
    """An obstacle holds a milestone of a facility, from `happened_on` until it is cleared."""

    obstacle = models.ForeignKey(
        Obstacle, on_delete=models.CASCADE, related_name="holds", verbose_name=_("obstacle")
    )
    milestone = models.CharField(_("milestone"), max_length=20, choices=Milestone.choices)

    class Meta(DatedFact.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_obstacle_holds_once",
                fields=["obstacle", "facility", "milestone"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class Directive(NamedInTwoLanguages, Record):
    """An order of a leader: who leads, who takes part, by when (empty: no day was set)."""

    name_vi = models.TextField(_("text in Vietnamese"))
    name_en = models.TextField(_("text in English"), blank=True)
    code = models.CharField(_("code"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.CharField(_("issued by"), max_length=200)
    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="directives",
        verbose_name=_("working session"),
    )
    lead = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        related_name="directives_led",
        verbose_name=_("leading agency"),
    )
    coordinating = models.ManyToManyField(
        Agency,
        related_name="directives_coordinated",
        blank=True,
        verbose_name=_("agencies that take part"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        ordering = ["issued_on", "code"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_directive_code",
                fields=["code"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_directive_due_after_issue",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("issued_on")),
            ),
        ]


@receiver(m2m_changed, sender=Directive.coordinating.through)
def agencies_changed(action: str, **_kwargs: object) -> None:
    """Who takes part is kept in a table that is not `Tracked`."""
    if action in ("post_add", "post_remove", "post_clear"):
        Ledger.touch()


class DirectiveEvent(Record):
    class Kind(models.TextChoices):
        PROGRESS = "progress", _("Progress noted")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed")

    directive = models.ForeignKey(
        Directive, on_delete=models.CASCADE, related_name="events", verbose_name=_("directive")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    happened_on = models.DateField(_("happened on"))
    note = models.TextField(_("note"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("directive event")
        verbose_name_plural = _("directive events")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_directive_closed_once",
                fields=["directive"],
                condition=Q(withdrawn_at__isnull=True, kind="closed"),
            ),
        ]
