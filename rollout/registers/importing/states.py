"""How far an imported file has come. It follows from what has happened to it; nobody types it."""

from enum import StrEnum
from typing import TYPE_CHECKING

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
