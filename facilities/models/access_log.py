"""Who came in, who read names, who was given what: lines that nobody changes, each bound to the one before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LogEntry(models.Model):
    """One thing that somebody did with names, accounts or facts: who, what, how many, from where.

    Never which names. It is written by `facilities.access_log` alone; once it has its `digest`,
    which holds that of the entry before, nothing of it may change.
    """

    class Kind(models.TextChoices):
        PAGE = "page", pgettext_lazy("names read", "read on a page")
        EXPORT = "export", pgettext_lazy("names read", "taken as a file")
        SHEET = "sheet", pgettext_lazy("names read", "put into a sheet for the Committee")
        SIGNED_IN = "signed_in", pgettext_lazy("access log", "signed in")
        REFUSED = "refused", pgettext_lazy("access log", "sign-in refused")
        LOCKED = "locked", pgettext_lazy("access log", "sign-in locked")
        LOCK_LIFTED = "lock_lifted", pgettext_lazy("access log", "lock lifted")
        PASSWORD = "password", pgettext_lazy("access log", "password changed")
        LINK = "link", pgettext_lazy("access log", "one-time link made")
        FACTOR_ON = "factor_on", pgettext_lazy("access log", "second factor set up")
        FACTOR_OFF = "factor_off", pgettext_lazy("access log", "second factor removed")
        RECOVERY = "recovery", pgettext_lazy("access log", "recovery code used")
        SESSION_ENDED = "session_end", pgettext_lazy("access log", "session ended")
        ROLE_GIVEN = "role_given", pgettext_lazy("access log", "role given")
        ROLE_TO_ONESELF = "role_self", pgettext_lazy("access log", "role given to oneself")
        ROLE_ENDED = "role_ended", pgettext_lazy("access log", "end of a role set")
        ROLE_TAKEN_BACK = "role_back", pgettext_lazy("access log", "role withdrawn")
        ACCOUNT_OFF = "account_off", pgettext_lazy("access log", "account closed")
        ACCOUNT_ON = "account_on", pgettext_lazy("access log", "account opened again")
        REVIEWED = "reviewed", pgettext_lazy("access log", "rights gone through")
        BLANKED = "blanked", pgettext_lazy("access log", "names blanked")
        KEY_MADE = "key_made", pgettext_lazy("access log", "API key made")
        KEY_REVOKED = "key_revoked", pgettext_lazy("access log", "API key revoked")
        KEY_REFUSED = "key_refused", pgettext_lazy("access log", "API key refused")
        CHANGES = "changes", pgettext_lazy("access log", "change set written")

    at = models.DateTimeField(_("at"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=12, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty: a command, or somebody who is not known."),
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("whose account"),
    )
    facility = models.ForeignKey(
        "facilities.Facility",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    address = models.CharField(_("from"), max_length=45, blank=True)
    subject = models.SlugField(_("register or role"), max_length=40, blank=True)
    count = models.PositiveIntegerField(_("names"), null=True)
    because = models.CharField(_("reason"), max_length=300, blank=True)
    change_set = models.OneToOneField(
        "facilities.ChangeSet",
        models.PROTECT,
        null=True,
        related_name="log_entry",
        verbose_name=_("change set"),
    )
    # Given once, after the writer's transaction: the place in the chain, and what binds it there.
    number = models.BigIntegerField(_("number"), null=True, unique=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("entry of the access log")
        verbose_name_plural = _("entries of the access log")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="facilities_log_bound_together",
                condition=Q(number__isnull=True, digest="")
                | (Q(number__isnull=False) & ~Q(digest="")),
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="facilities_log_newest"),
            models.Index(fields=["facility", "-at"], name="facilities_log_of_facility"),
            models.Index(fields=["kind", "-at"], name="facilities_log_of_kind"),
            # How often somebody guessed: from an address, and at an account.
            models.Index(
                fields=["address", "-at"],
                name="facilities_log_refused",
                condition=Q(kind__in=["refused", "key_refused"]),
            ),
            models.Index(fields=["about", "-at"], name="facilities_log_about"),
            models.Index(
                fields=["id"], name="facilities_log_loose", condition=Q(number__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class LogEnd(models.Model):
    """The last entry that was bound: a single row, held by whoever binds the next."""

    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of the access log")
        verbose_name_plural = _("end of the access log")

    def __str__(self) -> str:
        return f"#{self.number}"
