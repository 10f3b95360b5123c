"""Computed progress, kept until a fact changes.

The key holds the ledger's version: a write moves it inside its own transaction, so a reader who
sees the new facts asks for a new key. What is cached speaks no language; labels are read later.
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple
from datetime import date, datetime
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils.translation import get_language

from facilities.models import Ledger
from facilities.permissions import Places
from facilities.registers.register import Register
from rollout.figures import spliced
from rollout.figures.progress import Asked, Part, Reading
from rollout.figures.results import Progress

Found = TypeVar("Found")

KEEP_SECONDS = 24 * 3600
KEEP_LOOKED_BACK_SECONDS = 300  # each moment looked back to is a key of its own


def _release() -> str:
    """The newest of the sources that computing and drawing follow."""
    apps = ("facilities", "equipment", "signatures", "connectivity", "rollout")
    folders = [settings.BASE_DIR / app for app in apps]
    folders += [*settings.TEMPLATES[0]["DIRS"], *settings.LOCALE_PATHS]
    files = (path for folder in folders for path in folder.rglob("*.*"))
    read = (path for path in files if path.suffix in (".html", ".py", ".mo"))
    return str(max((path.stat().st_mtime_ns for path in read), default=0))


# A new release must not be answered with what the one before has computed or drawn.
RELEASE = _release()


def key(kind: str, version: int | str, *parts: object) -> str:
    """A cache key for something that follows from the facts of a ledger version.

    `version`: "kept" for what is kept with its version, see `rollout.figures.spliced`.
    """
    text = ":".join("" if part is None else _text(part) for part in parts)
    return f"{kind}:{RELEASE}:{version}:{text}"


def _text(part: object) -> str:
    return part.isoformat() if isinstance(part, date | datetime) else str(part)


def mark_of(places: Places) -> str:
    """These facilities as a part of such a key; empty: all of them."""
    return "" if places is None else sha256(repr(sorted(places)).encode()).hexdigest()


def keep_seconds(known_at: datetime | None) -> int:
    """How long an answer is kept. Every door asks here, or one would keep what another has let go."""
    return KEEP_LOOKED_BACK_SECONDS if known_at else KEEP_SECONDS


def remembered(
    kind: str, on: date, known_at: datetime | None, *parts: object, compute: Callable[[], Found]
) -> Found:
    """What `compute` finds, found once per state of the facts. None is found anew each time."""
    place = key(kind, Ledger.current(), on, known_at, *parts)
    found = cache.get(place)
    if found is None:
        found = compute()
        cache.set(place, found, keep_seconds(known_at))
    return found


def cached_progress(
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
    area: str = "",
) -> Progress:
    """The same as `progress`, read again for those facilities alone whose facts have moved."""
    return _reading(Asked(on, known_at, compare, map_on, area)).whole


def cached_reading(
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
) -> Reading:
    """What `cached_progress` is put together from, of all facilities."""
    return _reading(Asked(on, known_at, compare, map_on))


def cached_parts(
    on: date,
    *,
    known_at: datetime | None = None,
    compare: date | None = None,
    map_on: date | None = None,
    area: str = "",
) -> Mapping[int, Part]:
    """By facility, what `cached_progress` is put together from: the rows behind its figures."""
    return _reading(Asked(on, known_at, compare, map_on, area)).parts


def _reading(asked: Asked) -> Reading:
    return spliced.current(
        place_of(asked), lambda: Reading.begin(asked), keep_seconds(asked.known_at)
    )


def place_of(asked: Asked) -> str:
    """Where a progress is kept."""
    return key("progress", "kept", *astuple(asked))


def cached_sums(
    register: Register, rows: QuerySet, on: date, known_at: datetime | None = None
) -> tuple[int, list[tuple[str, int]]]:
    """How many rows a list has, and its totals: once per state of the facts, filter and language."""
    rows = rows.order_by()
    try:
        asked = sha256(str(rows.query).encode()).hexdigest()
    except EmptyResultSet:
        return 0, []
    return remembered(
        f"sums:{register.code}",
        on,
        known_at,
        get_language(),
        asked,
        compute=lambda: (rows.count(), register.totals(rows, on, known_at)),
    )
