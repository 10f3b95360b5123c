"""What was proposed against obstacles, by whom, and what became of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Agency, Facility, Record
from facilities.models.facts import NOBODY
from facilities.models.places import in_language
from rollout.models.directives import Directive
from rollout.models.obstacles import Obstacle
from rollout.models.sessions import WorkingSession


class Solution(Record):
    """A way out of an obstacle that somebody proposed.

    Without an obstacle it is about those raised at its session: a source may name no single one.
    """

    reaches = NOBODY

    class Proposer(models.TextChoices):
        PARTICIPANTS = "participants", _("the participants of the session")
        FACILITY = "facility", _("a facility")
        AGENCY = "agency", _("an agency")
        UNKNOWN = "unknown", _("not recorded")

    code = models.CharField(_("code"), max_length=40)
    obstacle = models.ForeignKey(
        Obstacle,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="solutions",
        verbose_name=_("obstacle"),
    )
    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="solutions",
        verbose_name=_("working session"),
    )
    text_vi = models.TextField(_("text in Vietnamese"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    proposed_on = models.DateField(_("proposed on"))
    proposer = models.CharField(_("proposed by"), max_length=12, choices=Proposer.choices)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility that proposed it"),
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency that proposed it"),
    )

    class Meta(Record.Meta):
        verbose_name = _("proposed solution")
        verbose_name_plural = _("proposed solutions")
        ordering = ["proposed_on", "code"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_solution_code",
                fields=["code"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_solution_is_about_something",
                condition=Q(obstacle__isnull=False) | Q(session__isnull=False),
            ),
            models.CheckConstraint(
                name="rollout_solution_proposer_is_named",
                condition=Q(proposer="facility", facility__isnull=False, agency__isnull=True)
                | Q(proposer="agency", facility__isnull=True, agency__isnull=False)
                | Q(
                    proposer__in=("participants", "unknown"),
                    facility__isnull=True,
                    agency__isnull=True,
                ),
            ),
        ]

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)

    def __str__(self) -> str:
        return self.code


class SolutionOutcome(Record):
    """What became of a solution: a directive took it up, or it was dropped because of something."""

    reaches = NOBODY

    solution = models.ForeignKey(
        Solution,
        on_delete=models.CASCADE,
        related_name="outcomes",
        verbose_name=_("proposed solution"),
    )
    happened_on = models.DateField(_("happened on"))
    directive = models.ForeignKey(
        Directive,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("directive that takes it up"),
    )
    because = models.CharField(_("why it was discarded"), max_length=500, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("outcome of a solution")
        verbose_name_plural = _("outcomes of solutions")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_solution_settled_once",
                fields=["solution"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_solution_taken_up_or_dropped",
                condition=Q(directive__isnull=False, because="")
                | Q(directive__isnull=True) & ~Q(because=""),
            ),
        ]
