"""What other systems call a facility: the insurer, the ministry, the tax office."""

from typing import Any, cast

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SearchKeyField
from facilities.models.facts import NOBODY, Tracked, Yardstick
from facilities.models.places import Facility, NamedInTwoLanguages


class CodeSystem(NamedInTwoLanguages, Tracked):
    """Who gives codes of one kind, and how they are written. The national ones come with the product."""

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


# Decisions 384/QĐ-BYT and 1551/QĐ-BYT; the digits of tax and budget codes as the forms print them.
NATIONAL: tuple[dict[str, Any], ...] = (
    {
        "code": "insurance",
        "name_vi": "mã cơ sở khám chữa bệnh BHYT",
        "name_en": "insurance code",
        "pattern": "[0-9A-Z]{5}",
        "example": "24001",
        "digits": 5,
        "headings": "Mã CSKCB, MA_CSKCB, Mã BHYT, Mã KCB",
    },
    {
        "code": "national-id",
        "name_vi": "mã định danh cơ sở 13 số",
        "name_en": "13-digit national identifier",
        "pattern": "[0-9]{13}",
        "example": "8938500000017",
        "digits": 13,
        "headings": "Mã định danh, MA_GTIN_CSKCB, GLN",
    },
    {
        "code": "tax",
        "name_vi": "mã số thuế",
        "name_en": "tax code",
        "pattern": "[0-9]{10}(-[0-9]{3})?",
        "example": "2400123456",
        "digits": 10,
        "headings": "MST",
    },
    {
        "code": "budget",
        "name_vi": "mã đơn vị quan hệ ngân sách",
        "name_en": "budget-relation code",
        "pattern": "[0-9]{7}",
        "example": "1012345",
        "digits": 7,
        "headings": "Mã QHNS, Mã quan hệ ngân sách",
    },
    {
        "code": "licence",
        "name_vi": "số giấy phép hoạt động",
        "name_en": "licence number",
        "example": "00639/SYT-GPHĐ",
        "headings": "Giấy phép hoạt động, Số giấy phép, GPHĐ",
    },
)


def ship_national_systems(**_kwargs: object) -> None:
    """After every migration: the national systems that are not there yet. What was changed stays."""
    if CodeSystem._meta.db_table not in connection.introspection.table_names():
        return  # migrated back to before there were any
    known = set(CodeSystem.objects.values_list("code", flat=True))
    new = [
        CodeSystem(place=place, **told)
        for place, told in enumerate(NATIONAL)
        if told["code"] not in known
    ]
    # Not through the manager: names of columns are no fact that moves the ledger.
    rows = cast(models.QuerySet[CodeSystem], models.QuerySet(CodeSystem))
    rows.bulk_create(new)
