"""What jobs compute. Kept for speed and for the record; nothing decides from it, all can be rebuilt."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from facilities.models import Facility
from facilities.models.places import in_language
from rollout.schedule import LABELS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Alert(models.Model):
    """Something is due soon or late. One row per rule, subject, due date and level, for ever."""

    class Severity(models.TextChoices):
        NOTICE = "notice", _("Notice")
        WARNING = "warning", _("Warning")
        LATE = "late", _("Late")

    MOST_LETTERS = 300  # of what is due

    rule = models.CharField(_("rule"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120)
    facility = models.ForeignKey(
        Facility,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    due_on = models.DateField(_("due on"))
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=0,
        help_text=_("0 before the day, 1 after it; escalation goes on from there."),
    )
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    what_vi = models.CharField(_("what, in Vietnamese"), max_length=MOST_LETTERS)
    what_en = models.CharField(_("what, in English"), max_length=MOST_LETTERS)
    url = models.CharField(_("page"), max_length=300, blank=True)
    raised_on = models.DateField(_("raised on"), help_text=_("The day the job ran for."))
    raised_at = models.DateTimeField(_("raised at"), auto_now_add=True)
    cleared_on = models.DateField(_("cleared on"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="rollout_alert_raised_once", fields=["rule", "subject", "due_on", "level"]
            )
        ]
        indexes = [
            models.Index(
                name="rollout_alert_open", fields=["due_on"], condition=Q(cleared_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        return in_language(self.what_vi, self.what_en)


class ProgressSnapshot(models.Model):
    """One measure on one day, of a facility or (facility empty) of the province."""

    on = models.DateField(_("day"))
    facility = models.ForeignKey(
        Facility,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    measure = models.CharField(_("indicator"), max_length=40)
    done = models.PositiveIntegerField(_("done"), null=True)
    total = models.PositiveIntegerField(_("total"), null=True)
    share = models.FloatField(_("share"), null=True)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("progress snapshot")
        verbose_name_plural = _("progress snapshots")
        ordering = ["-on", "facility", "measure"]
        constraints = [
            models.UniqueConstraint(
                name="rollout_snapshot_facility",
                fields=["on", "facility", "measure"],
                condition=Q(facility__isnull=False),
            ),
            models.UniqueConstraint(
                name="rollout_snapshot_province",
                fields=["on", "measure"],
                condition=Q(facility__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.on}"


class JobRun(models.Model):
    """One run of a periodic job: what it did, how long it took, whether it failed."""

    job = models.CharField(_("job"), max_length=40)
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at"]
        indexes = [models.Index(name="rollout_job_latest", fields=["job", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.label}, {date_format(localtime(self.started_at), 'SHORT_DATETIME_FORMAT')}"

    @property
    def label(self) -> "StrOrPromise":
        return LABELS.get(self.job, self.job)

    @property
    def duration(self) -> timedelta | None:
        """How long it ran; None while it runs or when it died without a word."""
        return self.ended_at - self.started_at if self.ended_at else None
