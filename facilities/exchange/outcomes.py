"""What became of a row of a table when it was held against its register."""

from dataclasses import dataclass, field
from enum import StrEnum

from facilities.exchange.columns import Value
from facilities.exchange.tables import Cell
from facilities.registers.writers import RowEntry


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong or odd in a row. `place`: the column of the table, None for the row as a whole.

    `offer`: what was probably meant, "" where nobody can say.
    """

    column: str
    place: int | None
    value: str
    text: str
    offer: str = ""


@dataclass(slots=True)
class Compared:
    """A row of the table beside the row of the register that it means.

    `entry`: what would be written; None where nothing can be said of the row. `warnings` ask for a
    reason, `problems` refuse the row.
    """

    number: int
    cells: tuple[Cell, ...]
    values: dict[str, Value] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)
    entry: RowEntry | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    is_repeated: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.problems or self.entry is None:
            return Outcome.WRONG
        if self.entry.row is None:
            return Outcome.NEW
        return Outcome.CHANGED if self.entry.changed else Outcome.UNCHANGED
