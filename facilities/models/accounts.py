"""What opens an account besides its password, and where it is signed in."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SecondFactor(models.Model):
    """The authenticator of a person: shows a new code every half minute, from a secret of both.

    Not `confirmed_at`: offered, and opens nothing yet. `last_step`: of the last code that opened;
    one code opens once.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="second_factor",
        verbose_name=_("user"),
    )
    secret = models.CharField(max_length=40, editable=False)  # hexadecimal
    made_at = models.DateTimeField(_("at"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return f"#{self.user_id}"


class RecoveryCode(models.Model):
    """Opens once in place of the authenticator. Only its digest is stored; it is shown once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="recovery_codes",
        verbose_name=_("user"),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return f"#{self.pk}"


class PastPassword(models.Model):
    """A password that the person has, or had: its slow hash, and since when.

    `by_another`: an administrator typed it, so it opens the form for a new one and nothing else.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="past_passwords",
        verbose_name=_("user"),
    )
    encoded = models.CharField(max_length=200, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by_another = models.BooleanField(_("by another"), default=False)

    class Meta:
        verbose_name = _("past password")
        verbose_name_plural = _("past passwords")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class SignedInSession(models.Model):
    """Where somebody is signed in. It is gone with the session."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="sessions",
        verbose_name=_("user"),
    )
    key = models.CharField(max_length=40, unique=True, editable=False)
    address = models.CharField(_("from"), max_length=45, blank=True)
    program = models.CharField(_("browser"), max_length=200, blank=True)
    began_at = models.DateTimeField(_("signed in at"), default=timezone.now)
    with_second = models.BooleanField(_("with the second factor"), default=False)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-began_at", "-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"
