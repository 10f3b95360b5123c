"""Going round and looking: stocktakes, and what was seen in them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models.devices import Asset, DeviceType
from facilities.models import Facility, Record
from facilities.models.facts import NOBODY


class StocktakeRound(Record):
    """A facility goes round and looks whether what is in the register is really there."""

    reaches = NOBODY

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="stocktakes", verbose_name=_("facility")
    )
    opened_on = models.DateField(_("opened on"))
    title = models.CharField(_("title"), max_length=200)

    class Meta(Record.Meta):
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")
        ordering = ["-opened_on", "-pk"]

    def __str__(self) -> str:
        return self.title


class StocktakeClosed(Record):
    """A stocktake has ended; what it found to be different has become facts."""

    reaches = NOBODY

    round = models.ForeignKey(
        StocktakeRound,
        on_delete=models.PROTECT,
        related_name="closings",
        verbose_name=_("stocktake"),
    )
    closed_on = models.DateField(_("closed on"))

    class Meta(Record.Meta):
        verbose_name = _("end of a stocktake")
        verbose_name_plural = _("ends of stocktakes")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_stocktake_closed_once",
                fields=["round"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class StocktakeSighting(Record):
    """In a stocktake an asset was seen, or the devices of a type that bear no number were counted."""

    reaches = NOBODY

    round = models.ForeignKey(
        StocktakeRound,
        on_delete=models.PROTECT,
        related_name="sightings",
        verbose_name=_("stocktake"),
    )
    asset = models.ForeignKey(
        Asset,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sightings",
        verbose_name=_("asset"),
    )
    device_type = models.ForeignKey(
        DeviceType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("device type"),
    )
    count = models.PositiveIntegerField(_("count"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("sighting in a stocktake")
        verbose_name_plural = _("sightings in stocktakes")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="equipment_sighting_of_asset_or_count",
                condition=Q(asset__isnull=False, device_type__isnull=True, count__isnull=True)
                | Q(asset__isnull=True, device_type__isnull=False, count__isnull=False),
            ),
            models.UniqueConstraint(
                name="equipment_sighting_of_asset_once",
                fields=["round", "asset"],
                condition=Q(asset__isnull=False, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="equipment_sighting_of_type_once",
                fields=["round", "device_type"],
                condition=Q(device_type__isnull=False, withdrawn_at__isnull=True),
            ),
        ]
