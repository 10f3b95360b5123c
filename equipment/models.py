"""Procurement files, devices and their norms, and how a facility hosts its systems."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.stages import ROUTES, Path, Stage
from facilities.models import DatedFact, Entry, Facility, Kind, Record, Tracked, Yardstick
from facilities.models.derived import SearchKeyField
from facilities.models.places import NamedInTwoLanguages

ONE_A_DAY = models.UniqueConstraint(
    name="%(app_label)s_%(class)s_one_a_day",
    fields=["facility", "happened_on"],
    condition=Q(withdrawn_at__isnull=True),
)


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

    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="norms", verbose_name=_("device type")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices, blank=True)
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
                condition=Q(kind="") | Q(facility__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_norm_one_a_day",
                fields=["device_type", "kind", "effective_from"],
                condition=Q(facility__isnull=True, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_norm_of_facility_one_a_day",
                fields=["device_type", "facility", "effective_from"],
                condition=Q(facility__isnull=False, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"{self.device_type}: {self.quantity}"


class Procurement(Entry):
    """One procurement file, bought by one facility, perhaps for several (see its lots)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=300)
    path = models.CharField(_("path"), max_length=10, choices=Path.choices)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="procurements", verbose_name=_("facility")
    )
    search_key = SearchKeyField(of=("code", "title"))

    class Meta(Entry.Meta):
        verbose_name = _("procurement")
        verbose_name_plural = _("procurements")
        ordering = ["code"]

    def __str__(self):
        return self.code


class ProcurementLot(Record):
    """What a file buys for whom."""

    procurement = models.ForeignKey(
        Procurement, on_delete=models.CASCADE, related_name="lots", verbose_name=_("procurement")
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="+", verbose_name=_("facility")
    )
    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="+", verbose_name=_("device type")
    )
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])

    class Meta(Record.Meta):
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_lot_once",
                fields=["procurement", "facility", "device_type"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class StageTarget(Yardstick):
    """By when a stage is to be reached, as set on `effective_from`. The first row is the baseline."""

    procurement = models.ForeignKey(
        Procurement, on_delete=models.CASCADE, related_name="targets", verbose_name=_("procurement")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    due_on = models.DateField(_("due on"))
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("target of a stage")
        verbose_name_plural = _("targets of stages")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_stage_target_one_a_day",
                fields=["procurement", "stage", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class StageEvent(DatedFact):
    """A stage was reached. `facility` is the buyer's."""

    procurement = models.ForeignKey(
        Procurement, on_delete=models.CASCADE, related_name="events", verbose_name=_("procurement")
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    amount = models.PositiveBigIntegerField(_("amount in dong"), null=True, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("stage reached")
        verbose_name_plural = _("stages reached")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_stage_reached_once",
                fields=["procurement", "stage"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def clean(self):
        super().clean()
        # A form that refused the file asks this too.
        if self.procurement_id and self.stage not in ROUTES[self.procurement.path].stages:
            raise ValidationError(
                {
                    "stage": _("The path “%(path)s” has no stage “%(stage)s”.")
                    % {
                        "path": self.procurement.get_path_display(),
                        "stage": self.get_stage_display(),
                    }
                }
            )


class Asset(Entry):
    """One device with a number of its own. Where it stands is in its movements."""

    device_type = models.ForeignKey(
        DeviceType, on_delete=models.PROTECT, related_name="assets", verbose_name=_("device type")
    )
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    tag = models.CharField(_("inventory number"), max_length=60, blank=True)
    model = models.CharField(_("model"), max_length=120, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    search_key = SearchKeyField(of=("tag", "serial", "model"))

    class Meta(Entry.Meta):
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        constraints = [
            *Entry.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_asset_serial",
                fields=["device_type", "serial"],
                condition=~Q(serial=""),
            ),
            models.UniqueConstraint(
                name="equipment_asset_tag", fields=["tag"], condition=~Q(tag="")
            ),
        ]

    def __str__(self):
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

    device_type = models.ForeignKey(
        DeviceType,
        on_delete=models.PROTECT,
        related_name="movements",
        verbose_name=_("device type"),
    )
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    procurement = models.ForeignKey(
        Procurement,
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


class ItLevel(DatedFact):
    """Levels of IT use by Circular 54/2017: of the HIS alone, and overall. They are two things."""

    his_level = models.PositiveSmallIntegerField(
        _("HIS level"), validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    overall_level = models.PositiveSmallIntegerField(
        _("overall IT level"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )

    class Meta(DatedFact.Meta):
        verbose_name = _("IT level")
        verbose_name_plural = _("IT levels")
        constraints = [
            *DatedFact.Meta.constraints,
            ONE_A_DAY,
            models.CheckConstraint(
                name="equipment_his_level_1_to_7", condition=Q(his_level__range=(1, 7))
            ),
            models.CheckConstraint(
                name="equipment_overall_level_1_to_7",
                condition=Q(overall_level__isnull=True) | Q(overall_level__range=(1, 7)),
            ),
        ]


class Hosting(DatedFact):
    """Where a facility's systems run, from a day on."""

    class Mode(models.TextChoices):
        OWN_ROOM = "own_room", _("Own server room")
        RENTED_CLOUD = "rented_cloud", _("Rented cloud")

    mode = models.CharField(_("mode"), max_length=15, choices=Mode.choices)

    class Meta(DatedFact.Meta):
        verbose_name = _("hosting")
        verbose_name_plural = _("hosting")
        constraints = [*DatedFact.Meta.constraints, ONE_A_DAY]
