"""How far an imported file has come. It follows from what has happened to it; nobody types it."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from rollout.models import ImportFile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class State(StrEnum):
    READING = "reading"  # a preview is to be made
    REFUSED = "refused"  # it cannot be read to its end
    READY = "ready"  # previewed, and waits for its owner
    STORING = "storing"  # confirmed, and is to be stored
    STORED = "stored"
    DROPPED = "dropped"

    @property
    def label(self) -> "StrOrPromise":
        return LABELS[self]

    @property
    def is_under_way(self) -> bool:
        return self in (State.READING, State.STORING)


LABELS = {
    State.READING: pgettext_lazy("import", "being read"),
    State.REFUSED: pgettext_lazy("import", "cannot be read"),
    State.READY: pgettext_lazy("import", "waiting for confirmation"),
    State.STORING: pgettext_lazy("import", "being saved"),
    State.STORED: pgettext_lazy("import", "saved"),
    State.DROPPED: pgettext_lazy("import", "discarded"),
}


def state_of(import_file: ImportFile) -> State:
    if import_file.change_set_id:
        return State.STORED
    if import_file.dropped_at:
        return State.DROPPED
    if import_file.confirmed_at:
        return State.STORING
    if import_file.refusal:
        return State.REFUSED
    return State.READY if import_file.previewed_at else State.READING


def answered() -> str:
    """Why an answer to a preview no longer holds: another tab, or another device, was first."""
    return _("The preview is out of date. Preview again.")


def unanswered(import_file: ImportFile) -> QuerySet[ImportFile]:
    """The file, as long as nobody has confirmed or dropped it."""
    return ImportFile.objects.filter(
        pk=import_file.pk, confirmed_at__isnull=True, dropped_at__isnull=True
    )


def read_anew(import_file: ImportFile, **changed: Any) -> None:
    """Change by what a file is read; its preview has to be made again.

    Raises ValidationError if it is no longer the file that was seen: mended, confirmed or dropped since.
    """
    seen = unanswered(import_file).filter(previewed_at=import_file.previewed_at)
    if not seen.update(previewed_at=None, refusal="", **changed):
        raise ValidationError(answered(), code="answered")
    import_file.refresh_from_db()
