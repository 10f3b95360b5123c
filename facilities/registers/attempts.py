"""Facts that can happen again: a request made anew after its return, a connection after its end."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from facilities import bulk
from facilities.models import DatedFact
from facilities.registers.register import Problems
from facilities.registers.writers import Facts, RowEntry, Writing, chunks, withdraw_all


class Happening(NamedTuple):
    """One attempt as it stands: its day, and the first day on which what it gave no longer holds."""

    happened_on: date
    valid_until: date | None = None


Attempts = Mapping[int, Happening]

Story = Mapping[tuple[str, int], Happening]
"""All that stands about one row: (what, attempt) -> happening."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one attempt. `field`: of the fact. `odd`: it may be so after all."""

    what: str
    attempt: int
    field: str
    text: str
    odd: bool = False


def brought(faults: Callable[[Story], Iterable[Fault]], before: Story, after: Story) -> list[Fault]:
    """What a change has brought, the impossible first. With an old fault a row can be mended elsewhere."""
    known = set(faults(before))
    changed = {event for event in {*before, *after} if before.get(event) != after.get(event)}
    found = [
        fault
        for fault in faults(after)
        if fault not in known or (fault.what, fault.attempt) in changed
    ]
    return sorted(found, key=lambda fault: fault.odd)


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


def mended(day: date | None, own: Attempts, _others: Attempts) -> Placed:
    """What happens once: another day is a correction."""
    return corrected(day, own)


@dataclass
class Repeated(Facts):
    """Facts counted by their `attempt`; the cells show the latest.

    `place(day, own, others)`: what a new day means, told of these facts and of `other` ones.
    `what`: the field that says what happened, one of `kind`. `make(row, before, attempt=, **fields)`.
    """

    what: str = "kind"
    other: str = ""
    place: Callable[[date | None, Attempts, Attempts], Placed] = mended
    order: tuple[str, ...] = ("-attempt", "-happened_on", "-pk")

    @property
    def name(self) -> str:
        """What these facts say has happened."""
        return str(self.kind[self.what])

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        known, others = self.known(entries), self._others(entries)
        gone, made = [], []
        for entry in entries:
            key = entry.stored.pk
            facts = known[key]
            latest = facts[0] if facts else None
            self.refuse_moved(entry, latest)
            own = {attempt_of(fact): happening(fact) for fact in facts}
            attempt, taken_back = self.place(entry.day(self.day), own, others.get(key, {}))
            gone += [fact for fact in facts if attempt_of(fact) in taken_back]
            if attempt is not None:
                before = latest if attempt in taken_back else None
                made.append(self.made(entry, before, writing, attempt=attempt))
        withdraw_all(self.model, gone, writing)
        bulk.insert(made)

    def _others(self, entries: list[RowEntry]) -> dict[int, Attempts]:
        if not self.other:
            return {}
        told = stories(self, [entry.stored.pk for entry in entries])
        return {key: attempts(story, self.other) for key, story in told.items()}


def attempt_of(fact: DatedFact) -> int:
    """Every model of repeated facts has this field."""
    return fact.serializable_value("attempt")


def happening(fact: DatedFact) -> Happening:
    return Happening(fact.happened_on, getattr(fact, "valid_until", None))


def attempts(story: Story, what: str) -> Attempts:
    return {attempt: given for (of, attempt), given in story.items() if of == what}


def stories(writer: Repeated, keys: list[int]) -> Mapping[int, Story]:
    """Everything of the writer's kind of facts that stands about rows, whatever it says happened."""
    kind = {name: value for name, value in writer.kind.items() if name != writer.what}
    fields = {field.name for field in writer.model._meta.concrete_fields}
    days = [name for name in Happening._fields if name in fields]
    facts = writer.model.objects.known().filter(**kind).order_by()
    found: dict[int, dict[tuple[str, int], Happening]] = defaultdict(dict)
    for some in chunks(keys):
        told = facts.filter(**{f"{writer.link}__in": some})
        for key, what, attempt, *when in told.values_list(
            writer.link, writer.what, "attempt", *days
        ):
            found[key][what, attempt] = Happening(*when)
    return found


def planned(writers: Iterable[Repeated], story: Story, entry: RowEntry) -> Story:
    """What would stand once the row is written."""
    after, changed = dict(story), set(entry.changed)
    for writer in writers:
        if changed.isdisjoint(writer.columns):
            continue
        day = entry.day(writer.day)
        own, others = attempts(after, writer.name), attempts(after, writer.other)
        attempt, gone = writer.place(day, own, others)
        for number in gone:
            del after[writer.name, number]
        if attempt is not None and day is not None:
            end = next((c for c, name in writer.columns.items() if name == "valid_until"), "")
            after[writer.name, attempt] = Happening(day, entry.day(end))
    return after


def check(
    writers: Iterable[Repeated],
    faults: Callable[[Story], Iterable[Fault]],
    entry: RowEntry,
    story: Story,
    problems: Problems,
) -> None:
    """Judge the cells of repeated facts: each by itself, then what they would make together."""
    changed = set(entry.changed)
    for writer in writers:
        _check_cells(writer, entry, len(attempts(story, writer.name)), changed, problems)
    if problems.errors:
        return  # what follows would say the same once more
    column_of = {(w.name, name): code for w in writers for code, name in w.columns.items()}
    day_of = {writer.name: writer.day for writer in writers}
    for fault in brought(faults, story, planned(writers, story, entry)):
        say = problems.warn if fault.odd else problems.refuse
        say(column_of.get((fault.what, fault.field), day_of.get(fault.what, "")), fault.text)


def _check_cells(
    writer: Repeated, entry: RowEntry, times: int, changed: set[str], problems: Problems
) -> None:
    """Nothing hangs on a day that is not given; of several attempts only the latest is taken back."""
    if entry.new.get(writer.day):
        return
    if any(entry.new.get(code) for code in writer.columns):
        problems.refuse(writer.day, _("Give the date as well."))
    elif writer.day in changed and times > 1:
        text = _(
            "This has happened %(count)s times. To take the last time back, give the date of "
            "the time before."
        )
        problems.refuse(writer.day, text % {"count": times})
