"""What was foreseen on a day, kept so that it can be held against what happened."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Facility


class Forecast(models.Model):
    """When a facility (empty: the province) will be in official use, as foreseen on a day.

    Written by the nightly job, once a day, and never changed; its score is computed when read.
    """

    on = models.DateField(_("day"))
    facility = models.ForeignKey(
        Facility,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    likely_on = models.DateField(_("likely day"), null=True, blank=True)
    safe_on = models.DateField(_("latest date (90%)"), null=True, blank=True)
    law_on = models.DateField(_("legal deadline"), null=True, blank=True)
    chance = models.FloatField(_("chance to make the deadline"), null=True, blank=True)
    sample = models.PositiveIntegerField(_("durations it rests on"))
    rule = models.CharField(_("version of the rule"), max_length=20)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ["-on", "facility"]
        constraints = [
            models.UniqueConstraint(
                name="rollout_forecast_facility",
                fields=["on", "facility"],
                condition=Q(facility__isnull=False),
            ),
            models.UniqueConstraint(
                name="rollout_forecast_province",
                fields=["on"],
                condition=Q(facility__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_forecast_chance",
                condition=Q(chance__isnull=True) | Q(chance__range=(0, 1)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.facility_id or ''}"
