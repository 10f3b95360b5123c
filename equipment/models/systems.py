"""How far a facility's IT has come by the ministry's levels, and where its systems run."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact

ONE_A_DAY = models.UniqueConstraint(
    name="%(app_label)s_%(class)s_one_a_day",
    fields=["facility", "happened_on"],
    condition=Q(withdrawn_at__isnull=True),
)


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
        SHARED = "shared", _("Shared with other facilities")

    mode = models.CharField(_("mode"), max_length=15, choices=Mode.choices)

    class Meta(DatedFact.Meta):
        verbose_name = _("hosting")
        verbose_name_plural = _("hosting")
        constraints = [*DatedFact.Meta.constraints, ONE_A_DAY]
