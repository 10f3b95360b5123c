"""Which registers and rows a person keeps, and that what they write lies where they may write."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from facilities.models import ChangeSet, Edit
from facilities.permissions import Access
from facilities.registers.register import Register
from rollout.registers.catalogue import REGISTERS

OF_NO_FACILITY = frozenset(
    {
        *("agency-contacts", "documents", "kinds", "managing-bodies", "area-codes"),
        *("obstacles", "directives", "sessions"),
    }
)  # whose rows belong to no one facility
# What is taken back cell by cell. A reorganisation is taken back where it was made.
UNDONE = (ChangeSet.Kind.FORM, ChangeSet.Kind.BULK, ChangeSet.Kind.IMPORT)
MAKES_FACILITIES = "facilities"  # its new rows are facilities: an act of the province


def kept_registers(access: Access) -> dict[str, Register]:
    """Those with rows that this reader keeps."""
    if access.keeps_registers:
        return REGISTERS
    return {code: one for code, one in REGISTERS.items() if code not in OF_NO_FACILITY}


def adds_to(register: Register, access: Access) -> bool:
    """Whether this reader may enter new rows."""
    return register.makes_rows and (access.keeps_registers or register.code != MAKES_FACILITIES)


def elsewhere() -> str:
    """Why something of a facility is refused to whoever keeps an area's registers, and what to do."""
    return _(
        "This facility is outside your area. Choose one of your area, or ask the Department's "
        "staff for the whole province to enter it."
    )


def refuse_elsewhere(access: Access, register: Register, rows: Iterable[Any]) -> None:
    """After rows were written, inside the transaction: each lies where the writer keeps registers.

    Raises ValidationError at the field that says whose the row is.
    """
    if access.keeps_registers:
        return
    if any(not access.keeps_of(register.facility_of(row)) for row in rows):
        owner = "facility" if any(c.code == "facility" for c in register.columns) else "__all__"
        raise ValidationError(
            {owner: elsewhere()},
            code="elsewhere",
        )


def seen_change_sets(access: Access) -> QuerySet[ChangeSet]:
    """Those that wrote something where this reader keeps registers."""
    if access.kept is None:
        return ChangeSet.objects.all()
    written = Edit.objects.filter(change_set=OuterRef("pk"), facility__in=access.kept)
    return ChangeSet.objects.filter(Q(facility__in=access.kept) | Exists(written))


def takes_back(access: Access, change_set: ChangeSet) -> bool:
    """Whether everything that a change set wrote lies where this person keeps registers."""
    places = access.kept
    if places is None:
        return True
    edits = Edit.objects.filter(change_set=change_set)
    return not edits.exclude(facility__in=places).exists()
