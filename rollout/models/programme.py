"""What the programme of a province measures itself against."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models import Area, Kind, Tracked, Yardstick
from facilities.models.places import NamedInTwoLanguages
from rollout.models.measure_codes import MeasureCode


class Programme(Tracked):
    """A province that this installation steers. What it steers on a day: `rollout.programme.provinces`."""

    area = models.OneToOneField(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programme")

    def __str__(self) -> str:
        return str(self.area)


class ProgrammeArea(Yardstick):
    """From a day on a programme steers another province: the one that its own has become part of."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("province that is steered")
        verbose_name_plural = _("provinces that are steered")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_programme_area_one_a_day",
                fields=["programme", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class LegalDeadline(NamedInTwoLanguages, Yardstick):
    """A deadline set by law from a day on. A later row with the same code replaces it.

    `due_on` is the last day in time; empty when the rule was repealed.
    """

    class AppliesTo(models.TextChoices):
        ALL = "all", _("All facilities")
        HOSPITALS = "hospitals", _("Facilities licensed as hospitals")
        OTHERS = "others", _("Other facilities that treat patients")

    class SetBy(models.TextChoices):
        """Who set it: only the law binds by itself; a plan and a province may set a nearer day."""

        LAW = "law", _("the law")
        PLAN = "plan", _("a plan of the ministry")
        PROVINCE = "province", _("the province")

    code = models.SlugField(_("code"), max_length=40)
    set_by = models.CharField(_("set by"), max_length=10, choices=SetBy.choices, default=SetBy.LAW)
    basis = models.CharField(_("basis"), max_length=300)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    applies_to = models.CharField(_("applies to"), max_length=10, choices=AppliesTo.choices)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        help_text=_("Whose facilities it binds. Empty: those of every province."),
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("legal deadline")
        verbose_name_plural = _("legal deadlines")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_legal_deadline_one_a_day",
                fields=["code", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            # The law knows no province: what is narrowed to an area was set by somebody in it.
            models.CheckConstraint(
                name="rollout_legal_deadline_of_an_area",
                condition=Q(area__isnull=True) | ~Q(set_by="law"),
                violation_error_message=_(
                    "The law binds in every province. Leave the area empty, or say who else set it."
                ),
            ),
        ]


class MeasureWeight(Yardstick):
    """How much a measure counts in the weighted progress, from a day on. Only proportions matter.

    A row for a kind of facility goes before a row for all.
    """

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
    measure = models.CharField(_("indicator"), max_length=40, choices=MeasureCode.choices)
    weight = models.DecimalField(
        _("weight"), max_digits=6, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("weight of an indicator")
        verbose_name_plural = _("weights of indicators")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_weight_one_a_day",
                fields=["measure", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, kind__isnull=True),
            ),
            models.UniqueConstraint(
                name="rollout_weight_of_a_kind_one_a_day",
                fields=["measure", "kind", "effective_from"],
                condition=Q(withdrawn_at__isnull=True, kind__isnull=False),
            ),
            models.CheckConstraint(name="rollout_weight_not_negative", condition=Q(weight__gte=0)),
        ]
