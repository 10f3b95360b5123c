"""What is sent out: messages to people, calls to other systems. Rows wait here until they are through."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PostBox(models.Model):
    """How one person wants to be written to. Without a row the defaults hold."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="post_box",
        verbose_name=_("person"),
    )
    by_mail = models.BooleanField(_("also by e-mail"), default=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily summary"), default=7, validators=[MaxValueValidator(23)]
    )
    quiet_from = models.PositiveSmallIntegerField(
        _("quiet from"), default=20, validators=[MaxValueValidator(23)]
    )
    quiet_until = models.PositiveSmallIntegerField(
        _("quiet until"), default=6, validators=[MaxValueValidator(23)]
    )
    ceiling = models.PositiveSmallIntegerField(
        _("most messages a day"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )

    class Meta:
        verbose_name = _("post box")
        verbose_name_plural = _("post boxes")
        constraints = [
            models.CheckConstraint(
                name="rollout_post_box_hours",
                condition=Q(digest_hour__lte=23, quiet_from__lte=23, quiet_until__lte=23),
            ),
        ]

    def __str__(self):
        return str(self.person)


class Sending(models.Model):
    """A row of an outbox. Its state is read from its moments; none of them is ever taken back.

    made -> claimed (a worker took it) -> begun (the far end was called) -> sent. Who dies after
    `claimed` did no harm: it is claimed again. Who dies after `begun` leaves it in doubt: it is
    shown as undelivered, and only a person sends it again, so nothing goes out twice unseen.
    """

    key = models.CharField(_("key"), max_length=120)
    made_at = models.DateTimeField(_("made at"))
    not_before = models.DateTimeField(_("not before"))
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    claim = models.UUIDField(_("claim"), null=True, blank=True)
    begun_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.key


WAITING = Q(sent_at__isnull=True, given_up_at__isnull=True, cancelled_at__isnull=True)


class Message(Sending):
    """An e-mail to one person: the summary of a day, or one thing at once."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Summary of the day")
        AT_ONCE = "at_once", _("At once")
        TEST = "test", _("Test")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("person"),
    )
    on = models.DateField(_("day"))
    to = models.EmailField(_("to"))
    language = models.CharField(_("language"), max_length=5)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("page"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="rollout_message_once", fields=["key"]),
        ]
        indexes = [
            models.Index(name="rollout_message_waiting", fields=["not_before"], condition=WAITING),
            models.Index(name="rollout_message_of_day", fields=["person", "on"]),
        ]


class Webhook(models.Model):
    """An address of another system that is called when alerts are raised or cleared."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=300)
    rules = models.CharField(
        _("rules"),
        max_length=300,
        blank=True,
        help_text=_("Codes of rules with a space between; empty: all."),
    )
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

    def __str__(self):
        return self.name


class WebhookCall(Sending):
    """One call to a webhook: its body, how often it was tried, what came back."""

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, related_name="calls", verbose_name=_("webhook")
    )
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


class FeedAddress(models.Model):
    """A secret address under which one person's calendar or news is read without signing in."""

    class Kind(models.TextChoices):
        CALENDAR = "calendar", _("Calendar")
        NEWS = "news", _("News feed")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="feed_addresses",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    whole_role = models.BooleanField(
        _("everything of the role"),
        default=False,
        help_text=_("Otherwise only what concerns the person's own facility or agency."),
    )
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="vi"
    )
    digest = models.CharField(_("digest of the secret"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("feed address")
        verbose_name_plural = _("feed addresses")
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"
