"""What a council judges by: sets of criteria as the circulars give them, each with its own dates.

A set that is replaced stays as it is; the next circular is another set.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from facilities.models import Tracked
from facilities.models.places import NamedInTwoLanguages


class CriteriaSet(NamedInTwoLanguages, Tracked):
    """One version of the criteria. In force from `in_force_from` up to, not including, `lapses_on`."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    basis = models.CharField(_("basis"), max_length=300)
    signed_on = models.DateField(_("signed on"))
    in_force_from = models.DateField(_("in force from"))
    lapses_on = models.DateField(_("lapses on"), null=True, blank=True)

    class Meta:
        verbose_name = _("criteria set")
        verbose_name_plural = _("criteria sets")
        ordering = ["in_force_from", "code"]
        constraints = [
            models.CheckConstraint(
                name="rollout_criteria_set_days",
                condition=models.Q(in_force_from__gte=models.F("signed_on"))
                & (
                    models.Q(lapses_on__isnull=True)
                    | models.Q(lapses_on__gt=models.F("in_force_from"))
                ),
            )
        ]


class CriteriaGroup(NamedInTwoLanguages, Tracked):
    code = models.SlugField(_("code"), max_length=60, unique=True)
    criteria_set = models.ForeignKey(
        CriteriaSet, on_delete=models.PROTECT, related_name="groups", verbose_name=_("set")
    )
    number = models.CharField(_("number"), max_length=10)
    place = models.PositiveSmallIntegerField(_("place"))

    class Meta:
        verbose_name = _("group of criteria")
        verbose_name_plural = _("groups of criteria")
        ordering = ["criteria_set", "place"]
        constraints = [
            models.UniqueConstraint(
                name="rollout_criteria_group_place", fields=["criteria_set", "place"]
            )
        ]


class Criterion(NamedInTwoLanguages, Tracked):
    class Grade(models.TextChoices):
        BASIC = "basic", _("Basic")
        ADVANCED = "advanced", _("Advanced")

    name_vi = models.CharField(_("text in Vietnamese"), max_length=500)
    name_en = models.CharField(_("text in English"), max_length=500, blank=True)
    code = models.SlugField(_("code"), max_length=60, unique=True)
    group = models.ForeignKey(
        CriteriaGroup, on_delete=models.PROTECT, related_name="criteria", verbose_name=_("group")
    )
    number = models.CharField(_("number"), max_length=10)
    place = models.PositiveSmallIntegerField(_("place"))
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    assumed = models.BooleanField(
        _("wording assumed"),
        default=False,
        help_text=_("No source gives the wording; it is ours."),
    )

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["group", "place"]
        constraints = [
            models.UniqueConstraint(name="rollout_criterion_place", fields=["group", "place"])
        ]
