"""What makes silence a "no": a register that is tracked, or a record that there is none.

Without either, and with nothing recorded, a measure of a facility is not known (see
rollout/figures/measures.py).
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, DatedFact, Kind, Yardstick
from rollout.models.measure_codes import MeasureCode

SAID_FOR_THAT_DAY = _(
    "For this day it has been said already. Withdraw that first, or take another day."
)


class Tracking(Yardstick):
    """From a day on, the records of a measure are complete, or are not any more.

    For every facility, for those of an area (and all that lies in it), or for those of a kind.
    """

    measure = models.CharField(_("indicator"), max_length=40, choices=MeasureCode.choices)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    kind = models.ForeignKey(
        Kind,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        to_field="code",
        db_column="kind",
        related_name="+",
        verbose_name=_("kind"),
    )
    is_tracked = models.BooleanField(_("tracked"), default=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("tracking of an indicator")
        verbose_name_plural = _("tracking of indicators")
        constraints = [
            *Yardstick.Meta.constraints,
            models.CheckConstraint(
                name="rollout_tracking_of_an_area_or_a_kind",
                condition=Q(area__isnull=True) | Q(kind__isnull=True),
                violation_error_message=_("Give an area or a kind, not both."),
            ),
            models.UniqueConstraint(
                name="rollout_tracking_one_a_day",
                fields=["measure", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, area__isnull=True, kind__isnull=True),
                violation_error_message=SAID_FOR_THAT_DAY,
            ),
            models.UniqueConstraint(
                name="rollout_tracking_of_a_kind_one_a_day",
                fields=["measure", "kind", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, kind__isnull=False),
                violation_error_message=SAID_FOR_THAT_DAY,
            ),
            models.UniqueConstraint(
                name="rollout_tracking_of_an_area_one_a_day",
                fields=["measure", "area", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, area__isnull=False),
                violation_error_message=SAID_FOR_THAT_DAY,
            ),
        ]


class Absence(DatedFact):
    """The facility has said that it has none: no server, no certificate requested, no connection."""

    measure = models.CharField(_("indicator"), max_length=40, choices=MeasureCode.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("record that there is none")
        verbose_name_plural = _("records that there is none")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_absence_once",
                fields=["facility", "measure"],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("That there is none has been recorded here already."),
            ),
        ]


class StepNotNeeded(DatedFact):
    """A step that was passed over is not needed at this facility, and why. `happened_on`: decided on.

    It closes the gap and changes no figure.
    """

    gap = models.CharField(_("step passed over"), max_length=120)
    because = models.CharField(_("reason"), max_length=500)

    class Meta(DatedFact.Meta):
        verbose_name = _("step that is not needed")
        verbose_name_plural = _("steps that are not needed")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_step_not_needed_once",
                fields=["gap"],
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message=_("Somebody has answered for this step already."),
            ),
        ]
