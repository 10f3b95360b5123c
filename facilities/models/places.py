"""Areas and facilities. A facility keeps one identity; what it is called and where it lies is dated."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SearchKeyField, SortKeyField
from facilities.models.facts import Tracked, Yardstick


class NamedInTwoLanguages(models.Model):
    """A name in Vietnamese, the official one, and in English, which may be missing."""

    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)


def in_language(vietnamese: str, english: str) -> str:
    """The text in the reader's language; Vietnamese where there is no English."""
    return english if english and (get_language() or "vi").startswith("en") else vietnamese


class Ownership(models.TextChoices):
    """The sector. Who manages the facility is told beside it."""

    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Private")


class Scope(models.TextChoices):
    """In which count a facility stands from a day on."""

    ROLLOUT = "rollout", _("EMR rollout: counted in every indicator")
    BEYOND = "beyond", _("EMR rollout without having to: counted, but not among those who must")
    CONNECTIVITY = "connectivity", _("Connectivity only")
    NONE = "none", _("Watched only: not counted")
    CLOSED = "closed", _("Closed: no longer in the register")


IN_ROLLOUT = (Scope.ROLLOUT, Scope.BEYOND)  # who takes part, having to or not
IN_CONNECTIVITY = (*IN_ROLLOUT, Scope.CONNECTIVITY)


class Lineage(models.TextChoices):
    MERGED = "merged", _("Merged into")
    SPLIT = "split", _("Split into")


class Area(Tracked):
    """An administrative unit: a province, a district, a ward."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        DISTRICT = "district", _("District, town or city")
        COMMUNE = "commune", _("Commune or ward")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


ONE_AREA_ROW_A_DAY = models.UniqueConstraint(
    name="%(app_label)s_%(class)s_one_a_day",
    fields=["area", "effective_from"],
    condition=Q(withdrawn_at__isnull=True),
)


class AreaName(NamedInTwoLanguages, Yardstick):
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="names", verbose_name=_("area")
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("name of an area")
        verbose_name_plural = _("names of areas")
        constraints = [*Yardstick.Meta.constraints, ONE_AREA_ROW_A_DAY]


class AreaParent(Yardstick):
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="parents", verbose_name=_("area")
    )
    parent = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("lies in")
    )

    class Meta(Yardstick.Meta):
        verbose_name = _("area an area lies in")
        verbose_name_plural = _("areas that areas lie in")
        constraints = [*Yardstick.Meta.constraints, ONE_AREA_ROW_A_DAY]


class Facility(Tracked):
    """A medical facility under one code for life. All that can change about it is a dated row below."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class FacilityYardstick(Yardstick):
    """A dated description of a facility; the latest row that has begun holds."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, verbose_name=_("facility"))

    class Meta(Yardstick.Meta):
        abstract = True
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="%(app_label)s_%(class)s_one_a_day",
                fields=["facility", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class FacilityName(NamedInTwoLanguages, FacilityYardstick):
    search_key = SearchKeyField(of=("name_vi", "name_en"))
    sort_key = SortKeyField(of=("name_vi",))

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("name of a facility")
        verbose_name_plural = _("names of facilities")


class FacilityArea(FacilityYardstick):
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("area of a facility")
        verbose_name_plural = _("areas of facilities")


class FacilityKind(FacilityYardstick):
    kind = models.ForeignKey(
        "facilities.Kind",
        on_delete=models.PROTECT,
        to_field="code",
        db_column="kind",
        related_name="+",
        verbose_name=_("kind"),
    )

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("kind of a facility")
        verbose_name_plural = _("kinds of facilities")


class FacilityOwnership(FacilityYardstick):
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership.choices)
    managed_by = models.ForeignKey(
        "facilities.ManagingBody",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        to_field="code",
        db_column="managed_by",
        related_name="+",
        verbose_name=_("managed by"),
    )

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("ownership of a facility")
        verbose_name_plural = _("ownership of facilities")


class FacilityBeds(FacilityYardstick):
    """Whether patients stay overnight, and in how many beds: a deadline may depend on it."""

    has_beds = models.BooleanField(_("has beds"))
    beds = models.PositiveIntegerField(_("beds"), null=True, blank=True)

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("beds of a facility")
        verbose_name_plural = _("beds of facilities")
        constraints = [
            *FacilityYardstick.Meta.constraints,
            models.CheckConstraint(
                name="facilities_no_beds_counted_without_beds",
                condition=Q(has_beds=True) | Q(beds__isnull=True) | Q(beds=0),
                violation_error_message=_("It says that there are no beds, and counts some."),
            ),
        ]


class TechnicalLevel(models.TextChoices):
    """Technical level since 1 January 2025. Source: Law 15/2023/QH15, article 104."""

    INITIAL = "initial", _("Initial")
    BASIC = "basic", _("Basic")
    SPECIALISED = "specialised", _("Specialised")


class FacilityClass(models.TextChoices):
    """Class of public units. Source: Circular 06/2024/TT-BYT."""

    SPECIAL = "special", _("Special class")
    FIRST = "i", _("Class I")
    SECOND = "ii", _("Class II")
    THIRD = "iii", _("Class III")
    FOURTH = "iv", _("Class IV")


class FacilityLevel(FacilityYardstick):
    """Technical level and class; either may be unknown."""

    level = models.CharField(
        _("technical level"), max_length=12, choices=TechnicalLevel.choices, blank=True
    )
    facility_class = models.CharField(
        _("class"), max_length=8, choices=FacilityClass.choices, blank=True
    )

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("level of a facility")
        verbose_name_plural = _("levels of facilities")


class FacilityScope(FacilityYardstick):
    scope = models.CharField(_("scope"), max_length=15, choices=Scope.choices)
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta(FacilityYardstick.Meta):
        verbose_name = _("scope of a facility")
        verbose_name_plural = _("scope of facilities")


class FacilityLineage(Yardstick):
    """From a day on, `successor` carries on for `predecessor`."""

    predecessor = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="successors", verbose_name=_("predecessor")
    )
    successor = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="predecessors", verbose_name=_("successor")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Lineage.choices)

    class Meta(Yardstick.Meta):
        verbose_name = _("lineage")
        verbose_name_plural = _("lineage")
        constraints = [
            *Yardstick.Meta.constraints,
            models.CheckConstraint(
                name="facilities_lineage_not_self",
                condition=~Q(predecessor=models.F("successor")),
            ),
        ]
