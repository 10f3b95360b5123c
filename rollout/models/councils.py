"""Evaluation councils: when they are to meet, and what they ruled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Facility, Tracked, Yardstick


class Conclusion(models.TextChoices):
    PASS = "pass", _("Pass")
    CONDITIONS = "conditions", _("Pass with conditions")
    FAIL = "fail", _("Fail")
    POSTPONED = "postponed", _("Postponed")


PASSING = (Conclusion.PASS, Conclusion.CONDITIONS)


class CouncilMeeting(Tracked):
    """A meeting of a council on one facility. When it is to meet is dated, since meetings are moved."""

    class Level(models.TextChoices):
        FACILITY = "facility", _("Council of the facility")
        SECTOR = "sector", _("Council of the health sector")

    code = models.CharField(_("code"), max_length=40, unique=True)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        related_name="council_meetings",
        verbose_name=_("facility"),
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    criteria = models.CharField(
        _("criteria"), max_length=200, blank=True, help_text=_("Criteria set it examines by.")
    )

    class Meta:
        verbose_name = _("council meeting")
        verbose_name_plural = _("council meetings")
        ordering = ["code"]

    def __str__(self):
        return self.code


class CouncilDate(Yardstick):
    """The day a meeting is to be held, as fixed on `effective_from`; moving it is a new row."""

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.CASCADE,
        related_name="dates",
        verbose_name=_("council meeting"),
    )
    scheduled_on = models.DateField(_("scheduled on"))
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("date of a council meeting")
        verbose_name_plural = _("dates of council meetings")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_council_date_one_a_day",
                fields=["meeting", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class CouncilRuling(DatedFact):
    """What the council concluded, on the day it met. Only a ruling makes a facility evaluated."""

    meeting = models.ForeignKey(
        CouncilMeeting,
        on_delete=models.PROTECT,
        related_name="rulings",
        verbose_name=_("council meeting"),
    )
    conclusion = models.CharField(_("conclusion"), max_length=12, choices=Conclusion.choices)
    minutes_number = models.CharField(_("number of the minutes"), max_length=60, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("council ruling")
        verbose_name_plural = _("council rulings")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_one_ruling_per_meeting",
                fields=["meeting"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
