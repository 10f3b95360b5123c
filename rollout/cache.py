"""Computed progress, kept until a fact changes.

The key holds the ledger's version: a write moves it inside its own transaction, so a reader who
sees the new facts asks for a new key. What is cached speaks no language; labels are read later.
"""

from datetime import date, datetime

from django.core.cache import cache

from facilities.models import Ledger
from rollout.measures import MEASURES
from rollout.progress import progress
from rollout.results import Progress

KEEP_SECONDS = 24 * 3600
# A changed rule must not be answered from figures of the old one.
RULES = ".".join(str(measure.version) for measure in MEASURES)


def key(kind: str, version: int, *parts) -> str:
    """A cache key for something that follows from the facts of a ledger version."""
    text = ":".join("" if part is None else _text(part) for part in parts)
    return f"{kind}:{RULES}:{version}:{text}"


def _text(part) -> str:
    return part.isoformat() if isinstance(part, date | datetime) else str(part)


def cached_progress(
    on: date, *, known_at: datetime | None = None, compare: date | None = None
) -> Progress:
    """The same as `progress`, computed once per state of the facts."""
    place = key("progress", Ledger.current(), on, known_at, compare)
    found = cache.get(place)
    if found is None:
        found = progress(on, known_at=known_at, compare=compare)
        cache.set(place, found, KEEP_SECONDS)
    return found
