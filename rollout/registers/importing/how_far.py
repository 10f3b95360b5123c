"""How far a job has come with a file: kept outside the transaction it works in, for pages to show."""

import time
from dataclasses import dataclass

import structlog
from django.core.cache import cache

from rollout.models import ImportFile

KEEP_SECONDS = 60 * 60
SILENT_SECONDS = 60  # without a word for so long, a job counts as stopped

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows done out of rows to do. `is_silent`: nothing has been heard of the job for a while."""

    done: int
    of: int
    is_silent: bool


def _place(import_file: ImportFile) -> str:
    return f"import-progress:{import_file.pk}"


def note(import_file: ImportFile, *, done: int, of: int) -> None:
    """Say how far it is. A cache that is away stops no import."""
    try:
        cache.set(_place(import_file), (done, max(done, of), time.time()), KEEP_SECONDS)
    except Exception as error:
        log.warning("cache_away", error=type(error).__name__)


def progress(import_file: ImportFile) -> Progress:
    """How far the job is that was sent last."""
    done, of, at = cache.get(_place(import_file)) or (0, import_file.rows_expected, 0.0)
    return Progress(done, of, is_silent=time.time() - at > SILENT_SECONDS)
