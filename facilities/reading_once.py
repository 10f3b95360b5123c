"""What one request reads, it reads once, whoever asks for it.

A page is put together by many who do not know of each other, and each of them asks who was called what
on the day. Within `reading_once` the second is handed what the first has read. Facts may move meanwhile:
whoever says at which version of the ledger an answer holds reads that version first, and what was read
at another one is let go (`at_version`). Outside, and wherever facts are written, nothing is handed on.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

Read = TypeVar("Read")

_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("read", default=None)
_VERSION = "version"


@contextmanager
def reading_once() -> Iterator[None]:
    """What is read inside is kept to the end of it, and no longer."""
    before = _read.set({})
    try:
        yield
    finally:
        _read.reset(before)


def once(place: Hashable, read: Callable[[], Read]) -> Read:
    """What was read at this place before, or else reads it."""
    kept = _read.get()
    if kept is None:
        return read()
    if place not in kept:
        kept[place] = read()
    return cast(Read, kept[place])


def at_version(version: int) -> None:
    """The ledger has this version now: what was read at another one is let go."""
    kept = _read.get()
    if kept is not None and kept.get(_VERSION) != version:
        kept.clear()
        kept[_VERSION] = version


def version_read() -> int | None:
    """The version at which everything inside was read, or a later one; None: nobody has asked."""
    return (_read.get() or {}).get(_VERSION)


def let_go() -> None:
    """Facts are being written."""
    kept = _read.get()
    if kept is not None:
        kept.clear()
