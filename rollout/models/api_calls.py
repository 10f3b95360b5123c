"""Calls that programs may repeat: the first answer is kept and given again."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ApiCall(models.Model):
    """What was answered to a call with an `Idempotency-Key`. Stored with what the call wrote, or not at all.

    It holds no fact: dropping it means only that the same call would be carried out again.
    """

    LONGEST_KEY = 100
    KEPT_FOR = timedelta(days=7)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    key = models.CharField(_("key"), max_length=LONGEST_KEY)
    digest = models.CharField(max_length=64)  # of address and body
    code = models.PositiveSmallIntegerField(_("code"), default=0)  # of HTTP
    answer = models.JSONField(_("answer"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("call of the API")
        verbose_name_plural = _("calls of the API")
        constraints = [
            models.UniqueConstraint(name="rollout_api_call_once", fields=["user", "key"])
        ]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def forget(cls, now: datetime) -> int:
        """Drop those whose time is over: what is sent then is another call. Returns how many."""
        return cls.objects.filter(at__lt=now - cls.KEPT_FOR).delete()[0]
