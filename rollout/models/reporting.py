"""When facilities report, and that they did."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, DatedFact, Facility, Record, Yardstick


class ReportingCalendar(Yardstick):
    """From a day on, facilities of the rollout report once a week, by an hour of a weekday.

    Every one of them, or those of an area; of several that hold for a facility, that of the nearest
    area above it goes first, and one for everybody comes last.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    hour = models.PositiveSmallIntegerField(
        _("hour"),
        validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text=_("The cut-off, in local time: 16 is four in the afternoon."),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        help_text=_("Whose facilities report by it. Empty: those of every area without its own."),
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("reporting calendar")
        verbose_name_plural = _("reporting calendars")
        constraints = [
            *Yardstick.Meta.constraints,
            models.CheckConstraint(
                name="rollout_reporting_weekday", condition=Q(weekday__range=(1, 7))
            ),
            models.CheckConstraint(name="rollout_reporting_hour", condition=Q(hour__range=(1, 24))),
            models.UniqueConstraint(
                name="rollout_reporting_calendar_one_a_day",
                fields=["effective_from"],
                condition=Q(withdrawn_at__isnull=True, area__isnull=True),
            ),
            models.UniqueConstraint(
                name="rollout_reporting_calendar_of_an_area",
                fields=["area", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, area__isnull=False),
            ),
        ]


class ReportingException(Record):
    """No report is asked for the week in which `due_on` lies: of all facilities, of an area's, or of one."""

    due_on = models.DateField(_("due on"))
    facility = models.ForeignKey(
        Facility,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
        help_text=_("Empty: all facilities."),
    )
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        help_text=_("All facilities that lie in it on that day."),
    )
    because = models.CharField(_("reason"), max_length=300)

    class Meta(Record.Meta):
        verbose_name = _("exception from reporting")
        verbose_name_plural = _("exceptions from reporting")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="rollout_reporting_exception_of_an_area_or_a_facility",
                condition=Q(area__isnull=True) | Q(facility__isnull=True),
                violation_error_message=_("Give an area or a facility, not both."),
            ),
        ]


class StatusReport(DatedFact):
    """A facility has reported for the week that ends on `due_on`. Late or not follows from when."""

    due_on = models.DateField(_("due on"))
    nothing_changed = models.BooleanField(_("nothing changed"), default=False)

    class Meta(DatedFact.Meta):
        verbose_name = _("status report")
        verbose_name_plural = _("status reports")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_one_report_a_week",
                fields=["facility", "due_on"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
