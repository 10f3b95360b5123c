"""The last records that somebody opened, offered where a search begins.

Kept in the session: which record, never what it is called. What is shown is read anew, and only
what the reader may still open; people's names are left out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from facilities.models import FacilityName
from facilities.permissions import Access
from facilities.registers.register import Register
from rollout.day import Day
from rollout.pages.page import SignedIn
from rollout.registers.keeping import kept_registers

MOST = 10
KEY = "opened-lately"  # in the session: [register or "", key or code], the latest first
PLACE = ""  # instead of a register: the page of a facility


@dataclass(frozen=True, slots=True)
class Seen:
    """`url` without the day; the page adds it."""

    label: str
    url: str
    what: str


def remember(request: SignedIn, register: str, key: int | str) -> None:
    """A page was opened. Written only where it was not the last one."""
    kept = request.session.get(KEY, [])
    if kept[:1] != [[register, key]]:
        others = [one for one in kept if one != [register, key]]
        request.session[KEY] = [[register, key], *others][:MOST]


def seen(request: SignedIn, day: Day, access: Access) -> list[Seen]:
    """The latest first. A query for each register among them, and one for facilities."""
    kept = [(register, key) for register, key in request.session.get(KEY, [])]
    by_register: dict[str, list[int | str]] = defaultdict(list)
    for register, key in kept:
        by_register[register].append(key)
    found: dict[tuple[str, int | str], Seen] = {}
    codes = by_register.pop(PLACE, [])
    names = FacilityName.objects.in_force(day.on, day.known_at).filter(facility__code__in=codes)
    for name in names.select_related("facility") if codes else ():
        address = reverse("rollout:facility", args=[name.facility.code])
        found[PLACE, name.facility.code] = Seen(name.name, address, "")
    registers = kept_registers(access) if access.keeps_somewhere else {}
    for code, keys in by_register.items():
        if code in registers:
            rows = _rows(registers[code], keys, day, access)
            found |= {(code, key): line for key, line in rows}
    return [found[one] for one in kept if one in found]


def _rows(
    register: Register, keys: list[int | str], day: Day, access: Access
) -> Iterator[tuple[int, Seen]]:
    rows = register.of_facilities(register.base(day.on, day.known_at), access.kept)
    still = list(rows.filter(pk__in=keys).values_list("pk", flat=True))
    columns = register.bound(on=day.on)
    for key, values in register.values(still, day.on, day.known_at, register.naming).items():
        yield (
            key,
            Seen(
                register.named(values, columns, with_names=False),
                reverse("rollout:record", args=[register.code, key]),
                str(register.row_label),
            ),
        )
