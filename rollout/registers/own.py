"""What a facility's officer writes about the own facility: which registers, and which of their cells."""

from datetime import date

from facilities.exchange.columns import Column
from facilities.registers.register import Register
from facilities.registers.writers import Dated

# Plans, names, norms and papers are the Department's.
WRITTEN = (
    "milestones",
    "procurements",
    "devices",
    "staff",
    "certificates",
    "certificate-events",
    "connections",
    "assets",
    "contacts",
)
# Those to which an officer adds rows one by one.
ADDED = frozenset({"staff", "certificate-events"})


def own_columns(
    register: Register, *, with_names: bool = True, on: date | None = None
) -> list[Column]:
    """What an officer may write: what happened, not what is planned, and not whose it is."""
    return [
        column
        for column in register.bound(with_names=with_names, on=on)
        if column.writable
        and column.code != "facility"
        and not isinstance(register.writer_of(column.code), Dated)
    ]
