"""Partners to exchange data with, and how far each facility's connection has come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import DatedFact, Tracked
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
