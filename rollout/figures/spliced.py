"""Results that are put together from parts of facilities, kept, and mended where facts have moved.

Under a place without a version lies a result with the ledger's version it was computed at. A reader
who finds the ledger further on has those facilities read again that have moved since, and no other;
or everything, where a write meanwhile may have reached any (`Ledger.general`).

A result lies in the cache, for all processes, and unpacked in the memory of those that have used it
lately. Each process mends its own. What lies in memory counts only as long as the cache says that
it is the same one (its stamp), so that emptying the cache drops everything.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, Self, TypeVar
from uuid import uuid4

from django.core.cache import cache

from facilities.models import FacilityVersion, Ledger

IN_MEMORY = 6  # results, and more of them where they are small
MOST_PARTS = 100_000  # facilities of all results in memory: some 250 MB
MOST_MENDED = 250  # facilities; for more, everything is read again
MOST_UNSTORED = 100  # facilities mended in memory before the cache gets the result again
BUSY_SECONDS = 60
WAIT_SECONDS = 20  # for whoever computes the same; then everybody computes it alone
LOOK_SECONDS = 0.05


class Spliceable(Protocol):
    """A result that can be mended. It is never changed: others may be reading it."""

    @property
    def parts(self) -> Sized:
        """What it has of each facility."""

    def spliced(self, moved: Collection[int]) -> Self:
        """The same after facts of these facilities have moved, and nothing else has."""


Result = TypeVar("Result", bound=Spliceable)


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: str  # of the whole computation that this goes back to
    version: int  # of the ledger, read before the facts were
    result: Any
    unstored: int = 0  # facilities mended since it was put into the cache


class _Memory:
    """The results that this process used last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._turns: dict[str, Lock] = {}
        self._lock = Lock()

    def get(self, place: str) -> _Kept | None:
        with self._lock:
            found = self._kept.get(place)
            if found:
                self._kept.move_to_end(place)
            return found

    def put(self, place: str, kept: _Kept) -> None:
        with self._lock:
            self._kept[place] = kept
            self._kept.move_to_end(place)
            while len(self._kept) > IN_MEMORY and self._parts() > MOST_PARTS:
                self._kept.popitem(last=False)

    def _parts(self) -> int:
        return sum(len(kept.result.parts) for kept in self._kept.values())

    @contextmanager
    def turn(self, place: str) -> Iterator[bool]:
        """One thread at a time, but nobody waits forever. Whether there was somebody to wait for."""
        with self._lock:
            lock = self._turns.setdefault(place, Lock())
            if len(self._turns) > 20 * IN_MEMORY:
                self._turns = {place: lock}
        at_once = lock.acquire(blocking=False)
        mine = at_once or lock.acquire(timeout=WAIT_SECONDS)
        try:
            yield not at_once
        finally:
            if mine:
                lock.release()


_memory = _Memory()


def current(place: str, compute: Callable[[], Result], seconds: int) -> Result:
    """The result as the facts are now. `seconds`: how long the cache keeps it."""
    versions = Ledger.versions()
    kept = _in_memory(place)
    if kept and kept.version == versions[0]:
        return kept.result
    with _memory.turn(place) as waited:
        if waited:
            versions = Ledger.versions()
        found = _mended(place, versions, seconds)
        if found is None:
            with _busy(place) as is_mine:
                if not is_mine:
                    # Whoever was busy with it has left it in the cache.
                    versions = Ledger.versions()
                    found = _mended(place, versions, seconds)
                if found is None:
                    found = _computed(place, compute, versions[0], seconds)
        return found


def holds(place: str) -> bool:
    """Whether there is a result that needs no more than mending."""
    version, general = Ledger.versions()
    kept: _Kept | None = _in_memory(place) or cache.get(place)
    return (
        kept is not None
        and general <= kept.version <= version
        and len(FacilityVersion.since(kept.version)) <= MOST_MENDED
    )


def keep(place: str, result: Spliceable, version: int, seconds: int) -> None:
    """Keep what was found elsewhere. `version`: of the ledger, read before the facts were."""
    _memory.put(place, _stored(place, _Kept(uuid4().hex, version, result), seconds))


def _in_memory(place: str) -> _Kept | None:
    kept = _memory.get(place)
    return kept if kept and cache.get(f"{place}:stamp") == kept.stamp else None


def _mended(place: str, versions: tuple[int, int], seconds: int) -> Any:
    """What is kept, if the facts are still those or it can be mended; else None."""
    version, general = versions
    kept = _in_memory(place)
    if kept is None or kept.version < general:
        kept = cache.get(place)
    # A transaction that was undone may have left what is of no version that there was.
    if kept is None or not general <= kept.version <= version:
        return None
    if kept.version < version:
        moved = FacilityVersion.since(kept.version)
        if len(moved) > MOST_MENDED:
            return None
        result = kept.result.spliced(moved) if moved else kept.result
        kept = _Kept(kept.stamp, version, result, kept.unstored + len(moved))
        if kept.unstored > MOST_UNSTORED:
            kept = _stored(place, kept, seconds)
    _memory.put(place, kept)
    return kept.result


def _computed(place: str, compute: Callable[[], Result], version: int, seconds: int) -> Result:
    """`version`: of the ledger, read before."""
    result = compute()
    keep(place, result, version, seconds)
    return result


def _stored(place: str, kept: _Kept, seconds: int) -> _Kept:
    stored = _Kept(kept.stamp, kept.version, kept.result)
    cache.set(place, stored, seconds)
    cache.set(f"{place}:stamp", stored.stamp, seconds)
    return stored


@contextmanager
def _busy(place: str) -> Iterator[bool]:
    """Whether this process is the one to compute. If another one is, wait for it, within bounds."""
    busy = f"{place}:busy"
    is_mine = cache.add(busy, True, BUSY_SECONDS)
    if not is_mine:
        until = time.monotonic() + WAIT_SECONDS
        while cache.get(busy) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
    try:
        yield is_mine
    finally:
        if is_mine:
            cache.delete(busy)
