"""Doing what is to be done next with a file: at once when it is small, else by a job."""

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import override
from kombu.exceptions import OperationalError

from rollout.models import ImportFile
from rollout.registers.importing.how_far import note, progress
from rollout.registers.importing.previewing import preview
from rollout.registers.importing.receiving import SMALL
from rollout.registers.importing.states import State, state_of
from rollout.registers.importing.storing import store
from rollout.schedule import IMPORT_FILE
from rollout.sending import send

__all__ = ["progress", "run", "send_on"]

log = structlog.get_logger(__name__)


def send_on(import_file: ImportFile) -> None:
    """See to it that the next step is done: the preview, or storing what was confirmed.

    Small files are done when this returns. Without a broker there is no worker: then all are.
    """
    if import_file.rows_expected <= SMALL or not settings.REDIS_URL:
        step(import_file)
        return
    note(import_file, done=0, of=import_file.rows_expected)
    transaction.on_commit(lambda: _deliver(import_file.pk))


def _deliver(pk: int) -> None:
    try:
        send(IMPORT_FILE, pk)
    except OperationalError as error:
        # The page offers to begin again once nothing has been heard for a while.
        log.warning("broker_away", error=type(error).__name__)


def run(pk: int) -> int:
    """The next step of a file, in the language of its sender. Returns its number of rows."""
    import_file = ImportFile.objects.select_related("by").get(pk=pk)
    with override(import_file.by.language):
        step(import_file)
    return import_file.rows_read


def step(import_file: ImportFile) -> None:
    """Whatever is to be done next; nothing if the file waits for its sender or is done with."""
    state = state_of(import_file)
    if state == State.READING:
        preview(import_file)
    elif state == State.STORING:
        store(import_file)
