"""What the people at the desk keep for themselves: views of lists, files on their way in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from facilities.models import ChangeSet, Role


class SavedView(models.Model):
    """A list under a name: its filters, columns and order, as they stand in the address."""

    register = models.SlugField(_("register"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.TextField(_("query"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    shared = models.BooleanField(_("shared"), default=False)
    default_for = models.CharField(
        _("default for"), max_length=20, choices=Role.choices, blank=True
    )

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="rollout_saved_view_name", fields=["owner", "register", "name"]
            ),
            models.UniqueConstraint(
                name="rollout_saved_view_default",
                fields=["register", "default_for"],
                condition=~Q(default_for=""),
            ),
            models.CheckConstraint(
                name="rollout_saved_view_default_is_shared",
                condition=Q(default_for="") | Q(shared=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """From the page of its register."""
        return f"?{self.query}&view={self.pk}"


class ImportFile(models.Model):
    """A file on its way into a register: read, previewed, confirmed. The change set is what it became."""

    register = models.SlugField(_("register"), max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    on = models.DateField(_("day"), help_text=_("The day its values hold from."))
    facility = models.ForeignKey(
        "facilities.Facility",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
        help_text=_("The facility whose officer brought it; empty for the Department."),
    )
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(_("file"), upload_to="imports/%Y/%m/")
    sha256 = models.CharField(max_length=64)
    # Whose rows its sender keeps, by key: of an area. None: of the whole province, or of `facility`.
    places = models.JSONField(null=True, blank=True, editable=False)
    headings = models.JSONField(
        _("headings"), default=dict, help_text=_("Headings nobody knew, with the column chosen.")
    )
    sheet = models.CharField(
        _("sheet"), max_length=100, blank=True, help_text=_("The sheet of the file that is read.")
    )
    # What its sender mended in the preview: number of a row to {place of a cell: text}, or to null
    # where the row is left out; "all" to the kinds of cell whose proposals were taken everywhere.
    mended = models.JSONField(default=dict, blank=True, editable=False)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_written = models.PositiveIntegerField(_("rows written"), default=0)
    rows_expected = models.PositiveIntegerField(_("rows expected"), default=0)
    preview = models.JSONField(_("preview"), null=True, blank=True)
    previewed_at = models.DateTimeField(_("previewed at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("discarded at"), null=True, blank=True)
    refusal = models.TextField(_("refusal"), blank=True)
    because = models.CharField(_("reason"), max_length=500, blank=True)
    change_set = models.OneToOneField(
        ChangeSet,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="import_file",
        verbose_name=_("change set"),
    )

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-at"]
        indexes = [models.Index(name="rollout_import_of_person", fields=["by", "-at"])]

    def __str__(self) -> str:
        return self.name


class HeadingChoice(models.Model):
    """A heading of somebody's spreadsheet, and the column they said it is: asked once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    register = models.SlugField(_("register"), max_length=40)
    heading = models.CharField(_("heading"), max_length=200)
    column = models.SlugField(_("column"), max_length=60)

    class Meta:
        verbose_name = _("heading of a person")
        verbose_name_plural = _("headings of persons")
        constraints = [
            models.UniqueConstraint(
                name="rollout_heading_choice_once", fields=["user", "register", "heading"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.heading}: {self.column}"
