"""What is late: the one place that says so, for every page, list, paper, message and program.

Late is what is not done and whose day has passed by at least one working day (`days_late`). The day is
the one that holds now; what falls due on a day off is due on the next working day, so that nothing
becomes late on a day off. A thing without a day is never late.

A *latest day* (`AHEAD`) is a warning: if a step is not taken by then, the day of the law or of the plan
can hardly be kept. Nobody promised it, so nobody is late by it.

What is late is counted in *things* (`thing_of`): a file whose eight stages are planned is one thing, and
so is the way of a facility through its milestones.
"""

from collections.abc import Iterable
from datetime import date

from facilities.timeline import Deadline
from facilities.working_days import WorkingDays
from rollout.programme import must_start

AHEAD = frozenset({must_start.FILE, must_start.MILESTONE, must_start.REQUEST})

# What a subject is a step of, by its first word.
_THING = {
    "procurement": "file",
    must_start.FILE: "file",
    "milestone": "way",
    must_start.MILESTONE: "way",
    must_start.REQUEST: "request",
}


def days_late(
    rule: str, due_on: date | None, on: date, working: WorkingDays, done_on: date | None = None
) -> int:
    """Working days past its day on day `on`; 0 once it is done, without a day, and for a latest day."""
    return 0 if rule in AHEAD else working.days_late(due_on, on, done_on)


def thing_of(subject: str) -> str:
    """The thing that a deadline or an alert is about, by its subject.

    "procurement:17:award" and "must_start:17" are the file 17: "file:17".
    """
    rule, _colon, rest = subject.partition(":")
    return f"{_THING[rule]}:{rest.partition(':')[0]}" if rule in _THING else subject


def things(owed: Iterable[Deadline]) -> dict[str, list[Deadline]]:
    """By thing, what is still owed of it, the nearest day first."""
    found: dict[str, list[Deadline]] = {}
    for one in owed:
        if one.done_on is None:
            found.setdefault(thing_of(one.subject), []).append(one)
    for some in found.values():
        some.sort(key=lambda one: (one.due_on, one.subject))
    return found


def trouble(late: int, due_on: date | None, rank: int = 0) -> tuple[int, bool, date, int]:
    """The order of every list of what is to be done: longest late, then the nearest day, then the rest.

    `rank`: the order of what has no day, or the same one.
    """
    return -late, due_on is None, due_on or date.max, rank
