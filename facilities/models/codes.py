"""What other systems call a facility or an area: the insurer, the ministry, the statistics office."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SearchKeyField
from facilities.models.facts import NOBODY, Tracked, Yardstick
from facilities.models.places import Area, Facility, NamedInTwoLanguages


class CodeSystem(NamedInTwoLanguages, Tracked):
    """Who gives codes of one kind, to facilities or to areas, and how they are written.

    The national ones are shipped in rollout/data/vietnam/.
    """

    class Of(models.TextChoices):
        FACILITIES = "facilities", _("of facilities")
        AREAS = "areas", _("of areas")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    pattern = models.CharField(
        _("pattern"),
        max_length=100,
        blank=True,
        help_text=_("A regular expression that the whole code meets; empty: any text."),
    )
    example = models.CharField(_("example"), max_length=40, blank=True)
    digits = models.PositiveSmallIntegerField(
        _("digits"),
        null=True,
        blank=True,
        help_text=_("A number that lost its leading zeros in Excel gets them back up to so many."),
    )
    headings = models.CharField(
        _("headings"),
        max_length=300,
        blank=True,
        help_text=_("What spreadsheets call the column, separated by commas."),
    )
    place = models.PositiveSmallIntegerField(_("place"), default=100)
    of = models.CharField(_("borne by"), max_length=10, choices=Of.choices, default=Of.FACILITIES)

    class Meta:
        verbose_name = _("system of codes")
        verbose_name_plural = _("systems of codes")
        ordering = ["place", "code"]


class ExternalCode(Yardstick):
    """From a day on a facility bears this code in a system, until another row replaces it.

    A facility that has left the register keeps none: its code may be given to another one.
    """

    reaches = NOBODY

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="codes", verbose_name=_("facility")
    )
    system = models.ForeignKey(
        CodeSystem, on_delete=models.PROTECT, related_name="codes", verbose_name=_("system")
    )
    code = models.CharField(_("code"), max_length=40)
    search_key = SearchKeyField(of=("code",))

    class Meta(Yardstick.Meta):
        verbose_name = _("external code")
        verbose_name_plural = _("external codes")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_external_code_one_a_day",
                fields=["facility", "system", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="facilities_external_code_once_a_day",
                fields=["system", "code", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class AreaCode(Yardstick):
    """From a day on an area bears this code in a system, until another row replaces it.

    Codes are given anew: 24 was Bac Giang and is Bac Ninh. So it takes a day to say whose one is.
    """

    reaches = NOBODY

    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="codes", verbose_name=_("area")
    )
    system = models.ForeignKey(
        CodeSystem, on_delete=models.PROTECT, related_name="area_codes", verbose_name=_("system")
    )
    code = models.CharField(_("code"), max_length=40)
    search_key = SearchKeyField(of=("code",))

    class Meta(Yardstick.Meta):
        verbose_name = _("code of an area")
        verbose_name_plural = _("codes of areas")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_area_code_one_a_day",
                fields=["area", "system", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="facilities_area_code_once_a_day",
                fields=["system", "code", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
