"""Orders of a leader, and what became of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from facilities.models import Agency, Ledger, Record, Yardstick
from facilities.models.facts import NOBODY
from facilities.models.places import NamedInTwoLanguages
from rollout.models.obstacles import Obstacle
from rollout.models.sessions import WorkingSession


class Directive(NamedInTwoLanguages, Record):
    """An order of a leader: who leads, who takes part, by when (empty: no day was set).

    Without a leading agency, those that take part carry it out together.
    """

    reaches = NOBODY

    name_vi = models.TextField(_("text in Vietnamese"))
    name_en = models.TextField(_("text in English"), blank=True)
    code = models.CharField(_("code"), max_length=40)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.CharField(_("issued by"), max_length=200)
    session = models.ForeignKey(
        WorkingSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="directives",
        verbose_name=_("working session"),
    )
    lead = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="directives_led",
        verbose_name=_("leading agency"),
        help_text=_("Empty: the agencies that take part carry it out together."),
    )
    coordinating = models.ManyToManyField(
        Agency,
        related_name="directives_coordinated",
        blank=True,
        verbose_name=_("agencies that take part"),
    )
    document_number = models.CharField(
        _("number of the document"),
        max_length=80,
        blank=True,
        help_text=_("Where it was born from a letter instead of a session."),
    )
    due_on = models.DateField(
        _("due on"),
        null=True,
        blank=True,
        help_text=_("The day first set; a later one is a row of its own."),
    )

    class Meta(Record.Meta):
        verbose_name = _("directive")
        verbose_name_plural = _("directives")
        ordering = ["issued_on", "code"]
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_directive_code",
                fields=["code"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="rollout_directive_due_after_issue",
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("issued_on")),
            ),
        ]


@receiver(m2m_changed, sender=Directive.coordinating.through)
def agencies_changed(action: str, **_kwargs: object) -> None:
    """Who takes part is kept in a table that is not `Tracked`."""
    if action in ("post_add", "post_remove", "post_clear"):
        Ledger.touch()


class DirectiveDue(Yardstick):
    """A directive's day was moved. The first day stays with the directive: promised is promised."""

    reaches = NOBODY

    directive = models.ForeignKey(
        Directive, on_delete=models.PROTECT, related_name="dues", verbose_name=_("directive")
    )
    due_on = models.DateField(_("due on"))
    because = models.CharField(_("reason"), max_length=300)

    class Meta(Yardstick.Meta):
        verbose_name = _("new day of a directive")
        verbose_name_plural = _("new days of directives")
        constraints = [
            *Yardstick.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_directive_due_one_a_day",
                fields=["directive", "effective_from"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]


class DirectiveEvent(Record):
    """What became of a directive. The evidence is the event's `document`."""

    reaches = NOBODY

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("Progress noted")
        ANSWERED = "answered", _("Answered")
        RETURNED = "returned", _("Answer returned")
        CLOSED = "closed", _("Closed")

    directive = models.ForeignKey(
        Directive, on_delete=models.CASCADE, related_name="events", verbose_name=_("directive")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    happened_on = models.DateField(_("happened on"))
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
        help_text=_("The agency that speaks."),
    )
    answer_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose answer was accepted"),
    )
    note = models.TextField(_("note"), max_length=2000, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("directive event")
        verbose_name_plural = _("directive events")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                name="rollout_directive_closed_once",
                fields=["directive"],
                condition=Q(withdrawn_at__isnull=True, kind="closed"),
            ),
            models.CheckConstraint(
                name="rollout_directive_closed_with_evidence",
                condition=~Q(kind="closed") | Q(document__isnull=False),
            ),
            models.CheckConstraint(
                name="rollout_directive_closed_by_another",
                condition=Q(answer_by__isnull=True) | ~Q(answer_by=F("recorded_by")),
            ),
        ]


class Urging(Record):
    """Somebody was chased: about a directive or an obstacle, when, and by which letter."""

    reaches = NOBODY

    directive = models.ForeignKey(
        Directive,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="urgings",
        verbose_name=_("directive"),
    )
    obstacle = models.ForeignKey(
        Obstacle,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="urgings",
        verbose_name=_("obstacle"),
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="urgings",
        verbose_name=_("agency"),
    )
    whom = models.CharField(
        _("whom"), max_length=200, blank=True, help_text=_("A person, a supplier, a facility.")
    )
    happened_on = models.DateField(_("followed up on"))
    letter_number = models.CharField(_("number of the letter"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["happened_on", "pk"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="rollout_urging_about_one_thing",
                condition=Q(directive__isnull=False, obstacle__isnull=True)
                | Q(directive__isnull=True, obstacle__isnull=False),
            ),
            models.CheckConstraint(
                name="rollout_urging_names_whom",
                condition=Q(agency__isnull=False) | ~Q(whom=""),
            ),
        ]
