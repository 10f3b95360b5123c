"""Days off, and days worked instead: what the government announces year by year."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models.facts import Record
from facilities.models.places import NamedInTwoLanguages


class CalendarDay(NamedInTwoLanguages, Record):
    """A weekday on which nobody works, or a Saturday or Sunday worked instead. All others are usual."""

    class Kind(models.TextChoices):
        OFF = "off", _("Day off")
        WORKING = "working", _("Worked instead of another day")

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)

    class Meta(Record.Meta):
        verbose_name = _("day of the working calendar")
        verbose_name_plural = _("working calendar")
        ordering = ["day"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_calendar_day_once",
                fields=["day"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
