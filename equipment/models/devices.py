"""Device types, how many there must be, single devices, and how devices come and go."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Entry, Facility, Kind, Tracked, Yardstick
from facilities.models.derived import SearchKeyField
from facilities.models.facts import NOBODY
from facilities.models.places import NamedInTwoLanguages


class DeviceType(NamedInTwoLanguages, Tracked):
    class Group(models.TextChoices):
        EMR_SERVER = "emr_server", _("Server for EMR")
        OTHER_SERVER = "other_server", _("Server for HIS, LIS, PACS")
        WORKPLACE = "workplace", _("Workplace equipment")
        BEDSIDE = "bedside", _("EMR device system")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    group = models.CharField(_("group"), max_length=20, choices=Group.choices)

    class Meta:
        verbose_name = _("device type")
        verbose_name_plural = _("device types")
        ordering = ["group", "code"]


class DeviceNorm(Yardstick):
    """How many of a device type a facility must have, from a day on.

    A row for one facility goes before a row for its kind, and that before a row for all.
    """

    reaches = "facility_id"

    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="norms", verbose_name=_("device type")
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
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    basis = models.CharField(_("basis"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("device norm")
        verbose_name_plural = _("device norms")
        constraints = [
            *Yardstick.Meta.constraints,
            models.CheckConstraint(
                name="equipment_norm_for_kind_or_facility",
                condition=Q(kind__isnull=True) | Q(facility__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_norm_one_a_day",
                fields=["device_type", "effective_from"],
                condition=Q(facility__isnull=True, kind__isnull=True, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_norm_of_kind_one_a_day",
                fields=["device_type", "kind", "effective_from"],
                condition=Q(kind__isnull=False, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_norm_of_facility_one_a_day",
                fields=["device_type", "facility", "effective_from"],
                condition=Q(facility__isnull=False, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_type}: {self.quantity}"


class Asset(Entry):
    """One device with a number of its own. Where it stands is in its movements."""

    reaches = NOBODY

    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="assets", verbose_name=_("device type")
    )
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    tag = models.CharField(_("inventory number"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    search_key = SearchKeyField(of=("tag", "serial", "model"))

    place_key: int | None  # where it stands, on a row of which the register has asked

    class Meta(Entry.Meta):
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_asset_serial",
                fields=["device_type", "serial"],
                condition=~Q(serial="") & Q(withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_asset_tag",
                fields=["tag"],
                condition=~Q(tag="") & Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.tag or self.serial or str(self.pk)


class DeviceMovement(DatedFact):
    """Devices came to a facility (+) or left it (-). A single asset moves as one piece."""

    class Reason(models.TextChoices):
        OPENING = "opening", _("Opening stock")
        ACCEPTED = "accepted", _("Accepted from a procurement")
        DONATED = "donated", _("Donated")
        MOVED = "moved", _("Moved between facilities")
        RETIRED = "retired", _("Retired")
        STOCKTAKE = "stocktake", _("Difference found by stocktake")
        # A pair: out of those without a number, in as the asset. The count stays as it was.
        NUMBERED = "numbered", _("Was in the count, given a number")

    device_type = models.ForeignKey(
        DeviceType,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("device type"),
    )
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    procurement = models.ForeignKey(
        "equipment.Procurement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("procurement"),
    )
    asset = models.ForeignKey(
        Asset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("asset"),
    )

    class Meta(DatedFact.Meta):
        verbose_name = _("device movement")
        verbose_name_plural = _("device movements")
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                name="equipment_movement_moves_something", condition=~Q(quantity=0)
            ),
            models.CheckConstraint(
                name="equipment_movement_asset_is_one_piece",
                condition=Q(asset__isnull=True) | Q(quantity__in=(1, -1)),
            ),
        ]
