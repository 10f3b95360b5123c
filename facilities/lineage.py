"""What passes on when facilities merge: from the day of the merger the successor has what they had.

Whatever was recorded for a predecessor stays recorded for the predecessor. That it counts for the
successor follows from the lineage each time figures are computed, so a fact found later, but dated
before the merger, passes on as well.

- What adds up (devices, certificates) passes on the day of the merger. What is recorded for the
  predecessor after it (a certificate expires, a delivery is accepted) counts for the successor from
  its own day.
- A number that somebody states for the whole facility (the need of signatures) adds up too, until
  the successor states its own.
- A yes or no (a milestone, a connection) or one of several values (a HIS level) belongs to one
  facility. A successor that was there before keeps its own. One that the merger made has reached
  what all of its predecessors had reached, and has the value on which they agree. Whatever is
  recorded for the successor itself replaces that.
- A norm stays: the successor has the norm of its own kind.

A split passes nothing on: which devices and people went where must be recorded as moves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import NamedTuple

from facilities.as_of import AsOf
from facilities.descent import Merger
from facilities.evidence import Rung
from facilities.timeline import Change, Tally, fold


class Passing(Enum):
    """How the amounts of a family of components pass on. A family is the part before the colon."""

    ADDS = "adds up"
    STATED = "adds up until the successor states its own"
    ALL = "yes when all predecessors had it"
    AGREED = "the value on which all predecessors agree"
    STAYS = "does not pass on"


Rules = Mapping[str, Passing]


def family(component: str) -> str:
    return component.partition(":")[0]


def inherit(changes: Iterable[Change], as_of: AsOf, rules: Rules) -> list[Change]:
    """The changes with what passes on by the register's lineage. Figures of earlier days stay as they are.

    By a map of later (`Register.map_on`) everything adds up under the successor from its own day.
    """
    mergers = as_of.mergers()
    if not mergers:
        return list(changes)
    apart: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        apart[change.facility_id].append(change)
    for merger in mergers:
        _pass_on(merger, apart, as_of, rules)
    return [change for kept in apart.values() for change in kept]


def _pass_on(merger: Merger, apart: dict[int, list[Change]], as_of: AsOf, rules: Rules) -> None:
    own = list(apart[merger.successor])
    taken: list[Change] = []
    if merger.successor_is_new:
        before = {
            pk: [change for change in apart[pk] if change.on < merger.on]
            for pk in merger.predecessors
        }
        taken += _shared(merger, before, own, as_of.descent.looking_back, rules)
    for pk in merger.predecessors:
        stays: list[Change] = []
        goes: list[Change] = []
        for change in apart[pk]:
            adds = rules[family(change.component)] in (Passing.ADDS, Passing.STATED)
            (goes if adds else stays).append(change)
        if not as_of.descent.looking_back:
            # On the day of the merger the successor is there already: what happens on it is its own.
            held = [change for change in goes if change.on < merger.on]
            goes = [change for change in goes if change.on >= merger.on]
            handed_over = list(_handed_over(merger, pk, held))
            stays += [*held, *(change for change in handed_over if change.facility_id == pk)]
            goes += [change for change in handed_over if change.facility_id != pk]
        apart[pk] = stays
        taken += [change._replace(facility_id=merger.successor) for change in goes]
    taken += list(_restated(merger, own, taken, rules))
    apart[merger.successor] += taken


def _handed_over(merger: Merger, pk: int, held: list[Change]) -> Iterator[Change]:
    """All that a predecessor had by the merger leaves it and comes to the successor on that day."""
    had: dict[str, Tally] = defaultdict(Tally)
    rungs: dict[str, set[int]] = defaultdict(set)
    for change in held:
        had[change.component].add(change)
        rungs[change.component].add(change.rung)
    for component, tally in had.items():
        for rung in rungs[component]:
            amount = tally.by_rung[rung]
            step = Change(pk, merger.on, component, -amount, rung, is_fact=False)
            yield step
            yield step._replace(
                facility_id=merger.successor, amount=amount, newest_on=tally.newest_on
            )


def _restated(
    merger: Merger, own: list[Change], taken: list[Change], rules: Rules
) -> Iterator[Change]:
    """What was taken over is taken back on the day the successor states its own number."""
    stated_on: dict[str, date] = {}
    for change in own:
        # A number stated on the very day of the merger is the successor's, not one it took over.
        if change.on >= merger.on and rules[family(change.component)] == Passing.STATED:
            first = stated_on.get(change.component, change.on)
            stated_on[change.component] = min(first, change.on)
    for change in taken:
        if change.component in stated_on:
            yield change._replace(
                # What is taken over after that is taken back as it comes, or it would count for a while.
                on=max(change.on, stated_on[change.component]),
                amount=-change.amount,
                is_fact=False,
                newest_on=None,
            )


class _Value(NamedTuple):
    rung: int
    newest_on: date | None


def _shared(
    merger: Merger,
    before: dict[int, list[Change]],
    own: list[Change],
    looking_back: bool,
    rules: Rules,
) -> Iterator[Change]:
    """The yes and the values that a new successor has from its predecessors, as changes of its own."""

    def chosen(changes: Iterable[Change]) -> list[Change]:
        found = (c for c in changes if rules[family(c.component)] in (Passing.ALL, Passing.AGREED))
        return list(found)

    theirs = [chosen(changes) for changes in before.values()]
    stated_on: dict[str, date] = {}
    for change in chosen(own):
        subject = _subject(change.component, rules)
        stated_on[subject] = min(change.on, stated_on.get(subject, change.on))
    days = {c.on for changes in theirs for c in changes} if looking_back else {merger.on}
    standing: dict[str, _Value] = {}
    for day in sorted(days | set(stated_on.values())):
        wanted = {
            component: value
            for component, value in _common(theirs, day, rules).items()
            # From the day on which the successor says it itself, only its own word counts.
            if stated_on.get(_subject(component, rules), date.max) > day
        }
        for component, value in standing.items():
            if wanted.get(component) != value:
                yield _change(merger.successor, day, component, -1, value._replace(newest_on=None))
        for component, value in wanted.items():
            if standing.get(component) != value:
                yield _change(merger.successor, day, component, 1, value)
        standing = wanted


def _subject(component: str, rules: Rules) -> str:
    """What the successor's own record replaces: the component, or all values of its family."""
    one_of_several = rules[family(component)] == Passing.AGREED
    return family(component) if one_of_several else component


def _common(theirs: list[list[Change]], day: date, rules: Rules) -> dict[str, _Value]:
    """What each of the predecessors has on the day, on the weakest of their rungs."""
    states = []
    for changes in theirs:
        state: dict[str, Tally] = {}
        for components in fold(changes, day).values():
            state |= components
        states.append({name: tally for name, tally in state.items() if tally.amount > 0})
    shared = set.intersection(*(set(state) for state in states))
    found = {}
    for component in sorted(shared):
        tallies = [state[component] for state in states]
        # A chain is as strong as its weakest link. (Each has a rung: all amounts are above zero.)
        rungs = [tally.rung_reaching(1) or Rung.ASSUMED for tally in tallies]
        newest = [tally.newest_on for tally in tallies if tally.newest_on]
        found[component] = _Value(min(rungs), max(newest, default=None))
    return found


def _change(pk: int, day: date, component: str, amount: int, value: _Value) -> Change:
    return Change(pk, day, component, amount, value.rung, is_fact=False, newest_on=value.newest_on)
