"""Partners to exchange data with, and how far each facility's connection has come."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Facility, Tracked
from facilities.models.places import NamedInTwoLanguages


class Partner(NamedInTwoLanguages, Tracked):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    counted = models.BooleanField(
        _("counted"),
        default=False,
        help_text=_("The one partner whose connections the province's progress counts."),
    )

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="connectivity_one_counted_partner",
                fields=["counted"],
                condition=Q(counted=True),
            )
        ]


class ConnectionStep(DatedFact):
    """A step towards exchanging data, or the end of a connection.

    Account, connection and message are told apart: an established connection is not yet data flowing.
    """

    class Step(models.TextChoices):
        ACCOUNT = "account", _("Account issued")
        CONNECTED = "connected", _("Connection established")
        FIRST_MESSAGE = "first_message", _("First successful message")
        DISCONNECTED = "disconnected", _("Disconnected")

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="steps", verbose_name=_("partner")
    )
    step = models.CharField(_("step"), max_length=15, choices=Step.choices)
    attempt = models.PositiveSmallIntegerField(
        _("attempt"), default=1, help_text=_("2 for a connection made again after it had ended.")
    )

    class Meta(DatedFact.Meta):
        verbose_name = _("connection step")
        verbose_name_plural = _("connection steps")
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                name="connectivity_step_once",
                fields=["facility", "partner", "step", "attempt"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class Gateway(models.Model):
    """The address a facility's gateway calls while data flows to a partner, and how often it ought to.

    Signs of life move no figure: an established connection is a dated fact, a beat is not.
    """

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="gateways", verbose_name=_("facility")
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="gateways", verbose_name=_("partner")
    )
    # Of the secret in the address; the secret itself is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    interval_minutes = models.PositiveIntegerField(
        _("expected every, in minutes"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)],
    )
    grace_minutes = models.PositiveIntegerField(
        _("grace, in minutes"),
        default=30,
        validators=[MaxValueValidator(7 * 24 * 60)],
        help_text=_("After it, a gateway that was delayed has no signal."),
    )
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("issued by"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("gateway")
        verbose_name_plural = _("gateways")
        ordering = ["facility", "partner", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="connectivity_one_gateway_stands",
                fields=["facility", "partner"],
                condition=Q(revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="connectivity_gateway_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facility} → {self.partner}"


class BeatDay(models.Model):
    """What one gateway sent on one day: kept by the beats themselves, one statement each."""

    gateway = models.ForeignKey(
        Gateway, on_delete=models.CASCADE, related_name="days", verbose_name=_("gateway")
    )
    day = models.DateField(_("day"))
    beats = models.PositiveIntegerField(_("signals"))
    sent = models.PositiveBigIntegerField(_("messages sent"))
    errors = models.PositiveBigIntegerField(_("errors"))
    first_at = models.DateTimeField(_("first at"))
    last_at = models.DateTimeField(_("last at"))

    class Meta:
        verbose_name = _("day of a gateway")
        verbose_name_plural = _("days of gateways")
        ordering = ["gateway", "-day"]
        constraints = [
            models.UniqueConstraint(name="connectivity_beats_of_a_day", fields=["gateway", "day"]),
        ]

    def __str__(self) -> str:
        return f"{self.gateway_id} {self.day}"
