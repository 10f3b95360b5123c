"""How these tests write into registers: through the same verbs as forms and imports."""

from datetime import date

from facilities.models import ChangeSet
from facilities.registers.entering import Refused, begin, enter
from facilities.registers.register import Register
from tests import factories

TODAY = date(2025, 5, 21)


def entered(register: Register, values: dict, *, row=None, on: date = TODAY, because=None, **more):
    change_set = begin(kind=ChangeSet.Kind.FORM, by=factories.recorder(), because="Theo văn bản")
    return enter(
        register=register,
        row=row,
        values=values,
        change_set=change_set,
        on=on,
        because=because,
        **more,
    )


def refusals(register: Register, values: dict, **more) -> tuple[set[str], set[str]]:
    """The columns refused, and of these the ones for which a reason would do."""
    try:
        entered(register, values, **more)
    except Refused as error:
        return set(error.message_dict), error.odd
    return set(), set()


def values_of(register: Register, row, on: date = TODAY) -> dict:
    return register.values([row.pk], on)[row.pk]
