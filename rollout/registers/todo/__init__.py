"""What is to be done: one line for each thing, the same for whoever reads it."""

from rollout.registers.todo.facilities import (
    WAITING_FOR,
    of_facilities,
    of_own,
    todo,
    waiting_for,
)
from rollout.registers.todo.lines import (
    AGENCY,
    COMING,
    DEPARTMENT,
    FACILITY,
    KINDS,
    LATE,
    NOBODY,
    ORDER,
    OTHERS,
    SOON,
    UNDATED,
    WHEN,
    TodoItem,
    in_order,
)
from rollout.registers.todo.programme import (
    Steering,
    of_alerts,
    of_the_programme,
    standing_alerts,
)

__all__ = [
    "AGENCY",
    "COMING",
    "DEPARTMENT",
    "FACILITY",
    "KINDS",
    "LATE",
    "NOBODY",
    "ORDER",
    "OTHERS",
    "SOON",
    "UNDATED",
    "WAITING_FOR",
    "WHEN",
    "Steering",
    "TodoItem",
    "in_order",
    "of_alerts",
    "of_facilities",
    "of_own",
    "of_the_programme",
    "standing_alerts",
    "todo",
    "waiting_for",
]
