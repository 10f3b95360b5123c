"""Milestones of a facility: different events on different days, never one yes or no."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Facility, Kind, Yardstick


class Milestone(models.TextChoices):
    """In the order of the way. `COUNCIL` is reached by a council's ruling, all others by an event."""

    PREPARING = "preparing", _("Preparing")
    PILOT = "pilot", _("Pilot")
    LAUNCH = "launch", _("Launch")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    COUNCIL = "council", _("Council held")
    DECISION = "decision", _("Decision signed")
    OFFICIAL = "official", _("Official use")
    PORTAL = "portal", _("Announced on the portal")


Way = frozenset[str]  # the codes of the milestones that a facility passes
WHOLE_WAY: Way = frozenset(milestone.value for milestone in Milestone)


class StepPaper(models.TextChoices):
    """The paper that proves a step."""

    DECISION = "decision", _("decision")
    PLAN = "plan", _("plan")
    MINUTES = "minutes", _("minutes")
    REPORT = "report", _("report")
    LETTER = "letter", _("letter")
    ANY = "any", _("any document")


class MilestoneTemplate(Yardstick):
    """Whether a kind of facility passes a milestone on its way, from a day on. It does unless a row says no.

    `paper`: which paper is asked for with the day of the step; empty: none.
    """

    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind")
    )
    milestone = models.CharField(_("milestone"), max_length=20, choices=Milestone.choices)
    is_needed = models.BooleanField(_("on its way"), default=True)
    paper = models.CharField(_("document"), max_length=10, choices=StepPaper.choices, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("milestone of a kind")
        verbose_name_plural = _("milestones of kinds")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_milestone_template_one_a_day",
                fields=["kind", "milestone", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class MilestoneEvent(DatedFact):
    milestone = models.CharField(_("milestone"), max_length=20, choices=Milestone.choices)

    class Meta(DatedFact.Meta):
        verbose_name = _("milestone reached")
        verbose_name_plural = _("milestones reached")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_milestone_reached_once",
                fields=["facility", "milestone"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_milestone_council_comes_from_ruling",
                condition=~Q(milestone=Milestone.COUNCIL),
            ),
        ]


class MilestoneTarget(Yardstick):
    """By when a milestone is to be reached, as set on `effective_from`.

    A postponement is a new row with its reason: the first row is the baseline, the distance is the slip.
    """

    reaches = "facility_id"

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="+", verbose_name=_("facility")
    )
    milestone = models.CharField(_("milestone"), max_length=20, choices=Milestone.choices)
    due_on = models.DateField(_("due on"))
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("target of a milestone")
        verbose_name_plural = _("targets of milestones")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_milestone_target_one_a_day",
                fields=["facility", "milestone", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_milestone_target_council_has_its_own_date",
                condition=~Q(milestone=Milestone.COUNCIL),
            ),
        ]
