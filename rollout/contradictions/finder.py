"""The finder: asks every rule, gives what it found in one order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from facilities.register import Register


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One pair of facts that do not go together. `key` names it for ever: rule and what it is about."""

    rule: str
    subject: str
    facility_id: int | None
    said: object  # what stands against what, in words (lazy: for readers of every language)
    mend_url: str  # the page where it is put right
    facts: tuple[str, ...] = field(default=())  # addresses of the facts that disagree

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.subject}"


@dataclass(frozen=True)
class Rule:
    """`owner`: who puts it right. `find` reads in a fixed number of queries for all facilities."""

    code: str
    label: object
    example: object
    owner: object
    find: Callable[[Register], Iterable[Contradiction]]


RULES: tuple[Rule, ...] = ()


def contradictions(register: Register) -> list[Contradiction]:
    """Everything that contradicts on the register's day, as known at its moment, in a fixed order."""
    found = [one for rule in RULES for one in rule.find(register)]
    return sorted(found, key=lambda c: (c.facility_id or 0, c.rule, c.subject))
