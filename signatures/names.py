"""Who read the names of a facility's people: written into the access log, and shown to its head."""

from collections import Counter
from collections.abc import Iterable, Sequence

from facilities import access_log
from facilities.exchange.columns import Column
from facilities.models import LogEntry, User
from facilities.registers.register import Register
from facilities.registers.writers import chunks

WATCHED = frozenset({"staff", "certificates", "certificate-events"})  # registers of people's names


def shows_names(register: Register, columns: Iterable[Column]) -> bool:
    """Whether what is shown holds names that are watched."""
    return register.code in WATCHED and any(column.personal for column in columns)


def note_rows(
    *, register: Register, keys: Sequence[int], by: User, how: str, because: str = ""
) -> None:
    """Write down that the names in these rows were read: a line for each facility."""
    counted: Counter[int] = Counter()
    for some in chunks(list(keys)):
        rows = register.model._default_manager.filter(pk__in=some)
        counted.update(rows.order_by().values_list(register.facility_id_path, flat=True))
    note(counts=counted, register=register.code, by=by, how=how, because=because)


def note(*, counts: Counter[int], register: str, by: User, how: str, because: str = "") -> None:
    """The same for names that were counted: by facility."""
    access_log.write(
        [
            LogEntry(
                by=by,
                facility_id=facility,
                kind=how,
                subject=register,
                count=count,
                because=because.strip()[:300],
            )
            for facility, count in sorted(counts.items())
        ]
    )
