"""What the records are called in which a value was returned, as far as the reader may know."""

from collections import defaultdict
from collections.abc import Iterable

from facilities.models import LogEntry
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import SignedIn
from rollout.registers.catalogue import REGISTERS
from rollout.registers.todo import TodoItem
from signatures.names import WATCHED, note_rows


def names_of_returned(
    request: SignedIn, lines: Iterable[TodoItem], day: Day, access: Access
) -> dict[str, str]:
    """By thing; nothing where the record is the facility itself.

    A fixed number of queries for each register. Whose names of people are told is noted.
    """
    asked: dict[tuple[str, bool], dict[str, int]] = defaultdict(dict)
    for line in lines:
        if line.kind != "returned" or not line.row or line.facility_id is None:
            continue
        if REGISTERS[line.register].facility_path:
            with_names = access.sees_names_in(line.facility_id)
            asked[line.register, with_names][line.thing] = line.row
    found: dict[str, str] = {}
    for (code, with_names), rows in asked.items():
        register, keys = REGISTERS[code], sorted(set(rows.values()))
        if with_names and code in WATCHED:
            note_rows(register=register, keys=keys, by=request.user, how=LogEntry.Kind.PAGE)
        values, columns = register.values(keys, day.today), register.bound()
        found |= {
            thing: register.named(values[row], columns, with_names=with_names)
            for thing, row in rows.items()
            if row in values
        }
    return found
