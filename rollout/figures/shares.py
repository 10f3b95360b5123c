"""Work over very many facilities, shared out by province among the workers that are free.

One worker has the job. It cuts the facilities into shares, asks the others to help, and works itself.
Whoever is free takes a share that nobody has, leaves what it found in the cache, and takes the next. The
one with the job puts everything together and alone writes it down: whoever dies, and when, nothing is
written twice. What a helper that died had taken is free again after a while; a job that is delivered
anew finds what was read before. No helper, no cache that others see: then it does all of it itself.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

import structlog
from django.core.cache import cache

from facilities.areas import Areas
from facilities.models import Facility, FacilityArea
from facilities.reading_once import reading_once
from rollout.figures.cached import key
from rollout.programme.provinces import provinces_on
from rollout.schedule import HELP
from rollout.sending import send

log = structlog.get_logger(__name__)

Found = TypeVar("Found")
Share = frozenset[int]  # facilities

SMALL = 3_000  # facilities: so many are read by one worker as quickly
MOST = 500  # facilities of one share
MOST_HELPERS = 16
TAKEN_SECONDS = 60  # after which whoever took a share is thought dead; then two may read the same
KEEP_SECONDS = 900
LOOK_SECONDS = 0.05


def cut(on: date) -> list[Share]:
    """All facilities, those of one province together, none with more than MOST; none where they are few."""
    everybody = Facility.objects.order_by("pk").values_list("pk", flat=True)
    if len(everybody) <= SMALL:
        return []
    lies_in = dict(FacilityArea.objects.in_force(on).values_list("facility_id", "area_id"))
    tree = Areas(on).on(on)
    province_of = {
        pk: one.code
        for one in provinces_on(on)
        for begun_in in (*one.begun_in, one.area_id)
        if (area := tree.areas.get(begun_in))
        for pk in tree.within(area)
    }
    by_province: dict[str, list[int]] = defaultdict(list)
    for pk in everybody:
        by_province[province_of.get(lies_in.get(pk, 0), "")].append(pk)
    found = []
    for places in by_province.values():
        parts = -(-len(places) // MOST)
        found += [frozenset(places[n::parts]) for n in range(parts)]
    # The largest first: the end is reached together.
    return sorted(found, key=lambda share: (-len(share), min(share)))


Asked = TypeVar("Asked")
Read = Callable[[Asked, Share], Found]


@dataclass(frozen=True)
class SharedOut(Generic[Asked, Found]):
    """One round of a job: at a version of the ledger, of a day."""

    job: str
    on: date
    version: int
    read: Read[Asked, Found]

    def gathered(self, asked: Asked, shares: list[Share]) -> Iterator[Found]:
        """What was found for each share, read here or by helpers; each is let go when it is taken."""
        cache.set(self._place("open"), (asked, shares), KEEP_SECONDS)
        for _helper in range(min(len(shares) - 1, MOST_HELPERS)):
            try:
                send(HELP, self.job, self.on.isoformat(), self.version)
            except Exception as error:
                log.warning("no_helper", error=type(error).__name__)
                break
        try:
            mine = dict(self._read_free(asked, shares))
            for number, share in enumerate(shares):
                yield mine.pop(number) if number in mine else self._of_others(number, asked, share)
        finally:
            cache.delete(self._place("open"))
            numbers = range(len(shares))
            cache.delete_many([self._place(n) for n in numbers])
            cache.delete_many([self._place("taken", n) for n in numbers])

    def help(self) -> int:
        """Read what nobody has taken, for whoever has the job. Returns how many shares it read."""
        round_: tuple[Asked, list[Share]] | None = cache.get(self._place("open"))
        count = 0
        for number, found in self._read_free(*round_) if round_ else ():
            cache.set(self._place(number), found, KEEP_SECONDS)
            count += 1
        return count

    def _read_free(self, asked: Asked, shares: list[Share]) -> Iterator[tuple[int, Found]]:
        for number, share in enumerate(shares):
            if not self._is_taken(number):
                yield number, self._read(asked, share)

    def _is_taken(self, number: int) -> bool:
        """By somebody else; or else it is mine from now on."""
        if cache.has_key(self._place(number)):
            return True
        return not cache.add(self._place("taken", number), os.getpid(), TAKEN_SECONDS)

    def _read(self, asked: Asked, share: Share) -> Found:
        with reading_once():
            return self.read(asked, share)

    def _of_others(self, number: int, asked: Asked, share: Share) -> Found:
        """Wait for whoever has taken it; if they died, read it here."""
        while True:
            found: Found | None = cache.get(self._place(number))
            if found is not None:
                return found
            if not self._is_taken(number):
                return self._read(asked, share)
            time.sleep(LOOK_SECONDS)

    def _place(self, *which: object) -> str:
        return key("share", self.version, self.job, self.on, *which)
