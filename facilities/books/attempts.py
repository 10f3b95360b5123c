"""Facts that can happen again: a request made anew after its return, a connection after its end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from facilities.books.writers import Facts, withdraw_all
from facilities.models import DatedFact


class Happening(NamedTuple):
    """One attempt as it stands: its day, and the first day on which what it gave no longer holds."""

    happened_on: date
    valid_until: date | None = None


Attempts = Mapping[int, Happening]


class Placed(NamedTuple):
    """What a new day in the cell means: recorded as which attempt (None: as none), taking back which."""

    attempt: int | None
    gone: tuple[int, ...] = ()


def corrected(day: date | None, own: Attempts) -> Placed:
    """The latest attempt was on another day. Given the day of the attempt before it, it never was."""
    if day is None:
        return Placed(None, tuple(own))
    if not own:
        return Placed(1)
    *_earlier, before, latest = [None, *sorted(own)]
    if before is not None and own[latest].happened_on != day == own[before].happened_on:
        return Placed(None, (latest,))
    return Placed(latest, (latest,))


def begun(day: date | None, own: Attempts, ends: Attempts) -> Placed:
    """A beginning: once the latest attempt has ended, a day after its end begins the next."""
    latest = max(own, default=0)
    if day is not None and latest in ends and day >= ends[latest].happened_on:
        return Placed(latest + 1)
    return corrected(day, own)


def ended(day: date | None, own: Attempts, beginnings: Attempts) -> Placed:
    """An end: of the latest beginning, unless its day lies before it."""
    latest = max(beginnings, default=1)
    is_open = latest > max(own, default=0)
    if day is not None and is_open and (not own or day >= beginnings[latest].happened_on):
        return Placed(latest)
    return corrected(day, own)


@dataclass
class Repeated(Facts):
    """Facts counted by their `attempt`; the cells show the latest.

    `place(day, own, others)`: what a new day means, told of these facts and of those that
    `others` filters. `make(row, before, attempt=..., **fields)`.
    """

    place: Callable[[date | None, Attempts, Attempts], Placed] = lambda day, own, _: corrected(
        day, own
    )
    others: Mapping[str, object] | None = None
    order: tuple[str, ...] = ("-attempt", "-happened_on", "-pk")

    def write(self, entries, writing):
        known = self.known(entries)
        others = self._others(entries)
        gone, made = [], []
        for entry in entries:
            facts = known[entry.row.pk]
            latest = facts[0] if facts else None
            self.refuse_moved(entry, latest)
            own = {fact.attempt: happening(fact) for fact in facts}
            attempt, taken_back = self.place(
                entry.new.get(self.day), own, others.get(entry.row.pk, {})
            )
            gone += [fact for fact in facts if fact.attempt in taken_back]
            if attempt is not None:
                before = latest if attempt in taken_back else None
                made.append(self.made(entry, before, writing, attempt=attempt))
        withdraw_all(self.model, gone, writing)
        self.model.objects.bulk_create(made, batch_size=1000)

    def _others(self, entries) -> dict[int, Attempts]:
        if self.others is None:
            return {}
        other = Facts(self.model, self.link, {}, self.day, self.make, self.others)
        return {
            key: {fact.attempt: happening(fact) for fact in facts}
            for key, facts in other.known(entries).items()
        }


def happening(fact: DatedFact) -> Happening:
    return Happening(fact.happened_on, getattr(fact, "valid_until", None))
