"""Who changed what in one go, and what others said about it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models.facts import Ledger, WithPaper, together


class ChangeSet(models.Model):
    """What one person did in one go: a form, a change of many rows, an import, a reorganisation.

    Its id travels with the form, so that sending the same form twice writes once.
    """

    class Kind(models.TextChoices):
        FORM = "form", _("Form")
        REPORT = "report", _("Status report")
        BULK = "bulk", _("Change of several rows")
        IMPORT = "import", _("Import")
        STOCKTAKE = "stocktake", _("Stocktake")
        REORGANISATION = "reorganisation", _("Reorganisation")
        UNDO = "undo", _("Undone")
        BLANKING = "blanking", _("Names blanked after their time")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="change_sets", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    facility = models.ForeignKey(
        "facilities.Facility",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change_sets",
        verbose_name=_("facility"),
        help_text=_("The facility whose officer did it; empty for the Department."),
    )
    because = models.CharField(_("reason"), max_length=500, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("takes back"),
    )
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                name="facilities_act_looked_pair",
                condition=Q(looked_at__isnull=True, looked_by__isnull=True)
                | Q(looked_at__isnull=False, looked_by__isnull=False),
            ),
        ]
        indexes = [
            # The queue of what officers reported and nobody has looked at.
            models.Index(
                name="facilities_act_waiting",
                fields=["at"],
                condition=Q(looked_at__isnull=True, facility__isnull=False),
            ),
            models.Index(name="facilities_act_of_facility", fields=["facility", "-at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @together
    def save(self, *args: Any, **kwargs: Any) -> None:
        """An officer who is heard from makes the facility fresh, whatever is written."""
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new and self.facility_id:
            Ledger.touch({self.facility_id})


class Edit(WithPaper):
    """One cell of a register that was changed; an empty `column` says that the row was made or withdrawn.

    The log of describing attributes, and what the Department looks through. A fact has its own
    history besides. Values are in the written form of `Column.text`.
    """

    change_set = models.ForeignKey(
        ChangeSet, models.PROTECT, related_name="edits", verbose_name=_("change set")
    )
    register = models.SlugField(_("register"), max_length=40)
    row = models.BigIntegerField(_("row"))
    row_before = models.BigIntegerField(
        _("row before"),
        null=True,
        editable=False,
        help_text=_("Under which the row stood before, where it goes on under a new key."),
    )
    column = models.SlugField(_("column"), max_length=60, blank=True)
    facility = models.ForeignKey(
        "facilities.Facility",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    old = models.TextField(_("old value"), blank=True)
    new = models.TextField(_("new value"), blank=True)
    because = models.CharField(_("reason"), max_length=500, blank=True)
    reviewed_at = models.DateTimeField(_("judged at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("judged by"),
    )
    returned_because = models.CharField(
        _("returned because"),
        max_length=500,
        blank=True,
        help_text=_("Empty: accepted."),
    )

    class Meta:
        verbose_name = _("changed cell")
        verbose_name_plural = _("changed cells")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="facilities_edit_judged_together",
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, returned_because="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="facilities_edit_of_row", fields=["register", "row"]),
            models.Index(
                name="facilities_edit_returned",
                fields=["facility", "register"],
                condition=Q(reviewed_at__isnull=False) & ~Q(returned_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register}:{self.row}:{self.column}"

    @property
    def made_the_row(self) -> bool:
        return self.column == "" and self.old == ""

    @property
    def withdrew_the_row(self) -> bool:
        return self.column == "" and self.old != ""


class Note(models.Model):
    """A remark in the journal of a row. It proves nothing and changes no figure."""

    register = models.SlugField(_("register"), max_length=40)
    row = models.BigIntegerField(_("row"))
    text = models.TextField(_("note"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at"]
        indexes = [models.Index(name="facilities_note_of_row", fields=["register", "row"])]

    def __str__(self) -> str:
        return self.text[:60]


class Draft(models.Model):
    """What somebody has typed into a form and not sent. It is nobody's fact and is dropped when sent."""

    LONGEST_NAME = 120  # of its form

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", verbose_name=_("user")
    )
    form = models.CharField(_("form"), max_length=LONGEST_NAME)
    fields = models.JSONField(_("fields"), default=dict)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(name="facilities_draft_once", fields=["user", "form"])
        ]

    def __str__(self) -> str:
        return self.form
