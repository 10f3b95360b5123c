"""Other systems that are called when an alert is raised or cleared, and each call."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rollout.models.delivery import WAITING, Delivery


class Webhook(models.Model):
    """An address of another system."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=300)
    # The signing key is made from this and the secret key of the installation: a copy of the
    # database alone cannot sign.
    salt = models.CharField(max_length=64, editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rollout_webhook_ended_pair",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookCall(Delivery):
    """One call of a webhook: what it says, how often it was tried, what came back.

    Unlike mail, a call in doubt is made again: it carries the same identifier, by which the
    receiver knows what it has had.
    """

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="calls", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=40)
    body = models.TextField(_("body"))
    answer = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="rollout_webhook_call_once", fields=["webhook", "key"]),
        ]
        indexes = [
            models.Index(name="rollout_call_waiting", fields=["not_before"], condition=WAITING),
        ]
