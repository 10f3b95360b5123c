"""Kinds of facilities and the bodies that manage them: open lists, which the Department extends.

A code stays for life; what it is called, and which deadlines bind it, is dated. What the law of the
country knows is shipped in rollout/data/vietnam/.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models.derived import SortKeyField
from facilities.models.facts import Tracked, Yardstick
from facilities.models.places import NamedInTwoLanguages


class DeadlineGroup(models.TextChoices):
    """Which deadlines of the law bind a facility. Source: Circular 13/2025/TT-BYT, article 4(2)."""

    HOSPITALS = "hospitals", _("With the hospitals")
    OTHERS = "others", _("With the other facilities that treat patients")
    NONE = "none", _("No deadline binds it")


class Kind(Tracked):
    """A kind of facility: general hospital, medical centre, commune health station."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("kind of facility")
        verbose_name_plural = _("kinds of facility")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class KindTerm(NamedInTwoLanguages, Yardstick):
    """What a kind is called from a day on, with whom it stands before the law, and who signs there.

    `group_without_beds`: where the facility has no beds, and that changes the group; else empty.
    `asks_committee`: whether certificates of the Government Cipher Committee are expected; None: nobody
    has said. Whatever it says, a private facility never has them.
    """

    sort_key = SortKeyField(of=("name_vi",))
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, related_name="terms", verbose_name=_("kind")
    )
    deadline_group = models.CharField(
        _("deadlines"), max_length=10, choices=DeadlineGroup.choices, default=DeadlineGroup.OTHERS
    )
    group_without_beds = models.CharField(
        _("deadlines without beds"), max_length=10, choices=DeadlineGroup.choices, blank=True
    )

    asks_committee = models.BooleanField(
        _("certificates of the Government Cipher Committee"), null=True, blank=True
    )
    signers_vi = models.CharField(_("who signs, in Vietnamese"), max_length=300, blank=True)
    signers_en = models.CharField(_("who signs, in English"), max_length=300, blank=True)

    class Meta(Yardstick.Meta):
        verbose_name = _("name of a kind")
        verbose_name_plural = _("names of kinds")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_kindterm_one_a_day",
                fields=["kind", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class ManagingBody(Tracked):
    """Who manages facilities: the province, a commune, a ministry, an owner."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("managing body")
        verbose_name_plural = _("managing bodies")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ManagingBodyTerm(NamedInTwoLanguages, Yardstick):
    """What a managing body is called from a day on, and whether it belongs to the province.

    Reports say "public" of what the province and its communes manage, and print ministries apart.
    """

    sort_key = SortKeyField(of=("name_vi",))
    body = models.ForeignKey(
        ManagingBody,
        on_delete=models.PROTECT,
        related_name="terms",
        verbose_name=_("managing body"),
    )
    is_local = models.BooleanField(_("of the province"), default=False)

    class Meta(Yardstick.Meta):
        verbose_name = _("name of a managing body")
        verbose_name_plural = _("names of managing bodies")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="facilities_managingbodyterm_one_a_day",
                fields=["body", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
