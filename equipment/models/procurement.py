"""Procurement files: what they buy for whom, their stages and targets, and what set them back."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.bidding import Selection
from equipment.models.devices import DeviceType
from equipment.stages import ROUTES, Path, Stage
from facilities.models import DatedFact, Entry, Facility, Record, Yardstick
from facilities.models.derived import SearchKeyField
from facilities.models.facts import NOBODY


class Procurement(Entry):
    """One procurement file, bought by one facility, perhaps for several (see its lots)."""

    reaches = "facility_id"

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=300)
    path = models.CharField(_("path"), max_length=10, choices=Path.choices)
    selection = models.CharField(
        _("way of selection"),
        max_length=20,
        choices=Selection.choices,
        default=Selection.OPEN_DOMESTIC,
        help_text=_("It decides how long bidders must be given."),
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="procurements", verbose_name=_("facility")
    )
    search_key = SearchKeyField(of=("code", "title"))

    class Meta(Entry.Meta):
        verbose_name = _("procurement")
        verbose_name_plural = _("procurements")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ProcurementLot(Record):
    """What a file buys for whom."""

    reaches = "facility_id"

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
    estimated_value = models.PositiveBigIntegerField(
        _("estimated value in dong"), null=True, blank=True
    )

    class Meta(Record.Meta):
        verbose_name = _("item")
        verbose_name_plural = _("items")
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

    reaches = "procurement__facility_id"

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

    def clean(self) -> None:
        super().clean()
        # A form that refused the file asks this too.
        if self.procurement_id and self.stage not in ROUTES[Path(self.procurement.path)].stages:
            raise ValidationError(
                {
                    "stage": _("The path “%(path)s” has no stage “%(stage)s”.")
                    % {
                        "path": self.procurement.get_path_display(),
                        "stage": self.get_stage_display(),
                    }
                }
            )


class Funds(models.TextChoices):
    """Whose money pays for a file."""

    CENTRAL = "central", _("Central budget")
    PROVINCE = "province", _("Provincial budget")
    COMMUNE = "commune", _("District or commune budget")
    OWN = "own", _("Own revenue of the facility")
    LOAN = "loan", _("ODA, loans and aid")
    SOCIAL = "social", _("Contributions of society")


class FundingSource(Yardstick):
    """Whose money pays for a file, from a day on; the latest row holds."""

    reaches = NOBODY

    procurement = models.ForeignKey(
        Procurement,
        on_delete=models.PROTECT,
        related_name="funding",
        verbose_name=_("procurement"),
    )
    funds = models.CharField(_("source of funds"), max_length=10, choices=Funds.choices)

    class Meta(Yardstick.Meta):
        verbose_name = _("source of funds")
        verbose_name_plural = _("sources of funds")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_funding_one_a_day",
                fields=["procurement", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class Setback(DatedFact):
    """What keeps a file from going straight through its stages. `facility` is the buyer's.

    When a stage is gone through once more, its first day is withdrawn and the new one recorded; the
    setback says why.
    """

    class Kind(models.TextChoices):
        ESTIMATE_RETURNED = "estimate_returned", _("Estimate returned")
        CLOSING_EXTENDED = "closing_extended", _("Invitation changed or closing postponed")
        NO_BIDDER = "no_bidder", _("No bidder")
        CANCELLED = "cancelled", _("Bidding cancelled")
        RETENDERED = "retendered", _("Put out to tender again")
        COMPLAINT = "complaint", _("Complaint of a bidder")
        CONTRACT_AMENDED = "contract_amended", _("Contract amended")

    procurement = models.ForeignKey(
        Procurement,
        on_delete=models.CASCADE,
        related_name="setbacks",
        verbose_name=_("procurement"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(DatedFact.Meta):
        verbose_name = _("problem of a procurement")
        verbose_name_plural = _("problems of procurements")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="equipment_setback_once_a_day",
                fields=["procurement", "kind", "happened_on"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
