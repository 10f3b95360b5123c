"""Rows of a long list, put in order once per state of the facts and kept by the page.

What makes such a list costs a reading of the whole province; what a reader sees of it is one page. So
each page of rows lies in the cache by itself, beside the few numbers that the page says of all of them.
Like everything kept it speaks no language unless its key does, and nothing decides from it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, overload

from django.core.cache import cache

from facilities.models import Ledger
from rollout.day import Day
from rollout.figures.cached import keep_seconds, key

Row = TypeVar("Row")
CHUNK = 50  # rows that lie together


class Whole(NamedTuple):
    """All rows in their order, and what else the page says of them."""

    rows: Sequence[Any]
    told: dict[str, Any]


class KeptRows(Sequence[Row], Generic[Row]):
    """The rows as a paginator takes them: only the pages asked for are read.

    `told`: what else `compute` found.
    """

    def __init__(self, kind: str, day: Day, *parts: object, compute: Callable[[], Whole]) -> None:
        """Kept for the day and moment looked at, its area and map; `parts`: what else they depend on."""
        self._compute = compute
        self._seconds = keep_seconds(day.known_at)
        self._kind, self._version = f"rows:{kind}", Ledger.current()
        self._parts = (day.on, day.known_at, day.map_on, day.area_code, *parts)
        self._whole: Whole | None = None
        head = cache.get(self._place("head"))
        if head is None:
            whole = self._find()
            head = len(whole.rows), whole.told
        self._count, self.told = head

    def _place(self, which: str | int) -> str:
        return key(self._kind, self._version, *self._parts, which)

    def _find(self) -> Whole:
        if self._whole is None:
            self._whole = whole = self._compute()
            chunks = {
                self._place(n): list(whole.rows[n * CHUNK : (n + 1) * CHUNK])
                for n in range(-(-len(whole.rows) // CHUNK))
            }
            cache.set_many(chunks, self._seconds)
            cache.set(self._place("head"), (len(whole.rows), whole.told), self._seconds)
        return self._whole

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        start, stop, _step = place.indices(self._count)
        if start >= stop:
            return []
        if self._whole is None:
            numbers = range(start // CHUNK, -(-stop // CHUNK))
            found = cache.get_many([self._place(n) for n in numbers])
            if len(found) == len(numbers):
                rows = [row for n in numbers for row in found[self._place(n)]]
                return rows[start - numbers.start * CHUNK : stop - numbers.start * CHUNK]
        return self._find().rows[start:stop]  # also where some were dropped meanwhile
