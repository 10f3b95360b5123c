"""Who is told of what is due, what people did about it, and the messages that wait to go out."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from facilities.models import Record, Role
from rollout.models.computed import Alert
from rollout.models.delivery import WAITING, Delivery

FARTHEST = 250  # working days: a year


class Audience(models.TextChoices):
    """Who is told, from the nearest to the highest."""

    OFFICER = "officer", _("IT officer of the facility")
    HEAD = "head", _("Head of the facility")
    AGENCY = "agency", _("Officer of the agency")
    DEPARTMENT = "department", _("Department of Health")
    LEADER = "leader", _("Leader of the province")


class EscalationStep(Record):
    """One rung of a rule: so many working days before or after the due day, these people are told."""

    rule = models.CharField(_("rule"), max_length=40)
    offset = models.SmallIntegerField(
        _("working days from the due date"),
        validators=[MinValueValidator(-FARTHEST), MaxValueValidator(FARTHEST)],
        help_text=_("Minus: before it. 0: on the day. Plus: after it."),
    )
    audience = models.CharField(_("who is told"), max_length=12, choices=Audience.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Alert.Severity.choices)

    class Meta(Record.Meta):
        verbose_name = _("step of the reminder schedule")
        verbose_name_plural = _("steps of the reminder schedule")
        ordering = ["rule", "offset", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="rollout_ladder_offset",
                condition=Q(offset__range=(-FARTHEST, FARTHEST)),
            ),
            models.UniqueConstraint(
                name="rollout_ladder_step_once",
                fields=["rule", "offset", "audience"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class AlertResponse(models.Model):
    """What somebody did about an alert: saw to it, or put it off until a day, for a reason."""

    class Kind(models.TextChoices):
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Remind me later")

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="responses", verbose_name=_("alert")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("First day on which it is told again.")
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    on = models.DateField(_("on"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("handling of an alert")
        verbose_name_plural = _("handlings of alerts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="rollout_snoozed_until_with_reason",
                condition=Q(kind="acknowledged", until__isnull=True)
                | (Q(kind="snoozed", until__isnull=False) & ~Q(because="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.alert_id}"


class Notice(models.Model):
    """One person was told one thing about one alert. It stands in the inbox, and in one message."""

    class Kind(models.TextChoices):
        DUE = "due", _("Due")
        CLEAR = "clear", _("Resolved")

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="notices", verbose_name=_("alert")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notices",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    # Why this person got it, as the ladder stood: later changes of the ladder do not reword it.
    offset = models.SmallIntegerField(_("working days from the due date"), default=0)
    audience = models.CharField(_("told as"), max_length=12, choices=Audience.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Alert.Severity.choices)
    on = models.DateField(_("day"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    message = models.ForeignKey(
        "rollout.Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("message"),
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                # The same cause that comes back opens the same alert: nobody is told twice.
                name="rollout_told_once",
                fields=["alert", "person", "kind", "offset", "audience"],
            ),
        ]
        indexes = [
            models.Index(
                name="rollout_notice_unread", fields=["person"], condition=Q(read_at__isnull=True)
            ),
            models.Index(
                name="rollout_notice_unsent",
                fields=["person", "on"],
                condition=Q(message__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.alert_id}"

    @property
    def why(self) -> str:
        """Why this person got it, in the reader's language."""
        days = abs(self.offset)
        given = {"audience": self.get_audience_display(), "days": days}
        if self.kind == self.Kind.CLEAR:
            return gettext("You had been told of it as: %(audience)s.") % given
        if self.offset == 0:
            return gettext("You get this as %(audience)s, on the due date.") % given
        if self.offset < 0:
            text = ngettext(
                "You get this as %(audience)s, %(days)s working day before the due date.",
                "You get this as %(audience)s, %(days)s working days before the due date.",
                days,
            )
        else:
            text = ngettext(
                "You get this as %(audience)s, %(days)s working day after the due date.",
                "You get this as %(audience)s, %(days)s working days after the due date.",
                days,
            )
        return text % given


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

    def __str__(self) -> str:
        return str(self.person)


class Message(Delivery):
    """An e-mail to one person: the summary of a day, or one thing at once."""

    class Kind(models.TextChoices):
        DIGEST = "digest", _("Summary of the day")
        AT_ONCE = "at_once", _("At once")
        TEST = "test", _("Test")
        WELCOME = "welcome", _("New account")
        SECURITY = "security", _("About accounts")
        RESET = "reset", _("Forgotten password")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="messages",
        verbose_name=_("person"),
    )
    on = models.DateField(_("day"))
    # Written when it goes out: what was solved meanwhile is no longer in it.
    to = models.EmailField(_("to"), blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)

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


class HolderMessage(Delivery):
    """An e-mail to the holder of a certificate that ends soon. Who that is stands in the staff list."""

    certificate = models.ForeignKey(
        "signatures.Certificate",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("certificate"),
    )
    valid_until = models.DateField(_("valid until"))
    days_before = models.PositiveSmallIntegerField(_("days before"))

    class Meta:
        verbose_name = _("message to a holder")
        verbose_name_plural = _("messages to holders")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="rollout_holder_told_once", fields=["key"]),
        ]
        indexes = [
            models.Index(name="rollout_holder_waiting", fields=["not_before"], condition=WAITING),
        ]


class FeedAddress(models.Model):
    """A secret address under which a calendar or news is read without signing in.

    Of one person; or, with `role`, the calendar that everybody in that role shares, whoever made it.
    """

    class Kind(models.TextChoices):
        CALENDAR = "calendar", pgettext_lazy("feed", "Calendar")
        NEWS = "news", _("News of reminders")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="feed_addresses",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    language = models.CharField(
        _("language"), max_length=5, choices=settings.LANGUAGES, default="vi"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    facility = models.ForeignKey(
        "facilities.Facility",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    agency = models.ForeignKey(
        "facilities.Agency",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
    )
    area = models.ForeignKey(
        "facilities.Area",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
    )
    # Of the secret in the address; the secret itself is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("feed address")
        verbose_name_plural = _("feed addresses")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(  # what a person was told is theirs alone
                name="rollout_feed_of_a_role_is_a_calendar",
                condition=Q(role="") | Q(kind="calendar"),
            ),
            models.CheckConstraint(
                name="rollout_feed_place_only_with_role",
                condition=~Q(role="") | Q(facility__isnull=True, agency__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
