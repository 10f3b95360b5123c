"""How these tests fill in the officer's forms: as they were drawn, with changes."""

import uuid

from connectivity.models import ConnectionStep
from facilities.models import ChangeSet, Role, RoleAssignment
from facilities.registers.entering import begin, enter
from rollout.registers.catalogue import REGISTERS
from tests import factories
from tests.rollout.pages.my.conftest import NOW

ON = NOW.date()


def address(register: str, row, *cells: str) -> str:
    return f"/my/{register}/{row.pk}/?cells={','.join(cells)}"


def drawn(client, path: str) -> dict[str, str]:
    """What the form on the page holds."""
    form = client.get(path).context["form"]
    texts = {name: form[name].value() or "" for name in form.fields if name != "file"}
    return texts | {"change_set": str(uuid.uuid4())}


def sent(client, path: str, **changes):
    """The form of the page, sent with changes."""
    return client.post(path, drawn(client, path) | changes)


def days(place) -> dict[str, str]:
    """The days of the connection that stand."""
    steps = ConnectionStep.objects.known().filter(facility=place)
    return {step.step: step.happened_on.isoformat() for step in steps}


def enter_as(by, place, register: str, row, **values) -> ChangeSet:
    """Somebody else writes the same. Without a facility of theirs: the Department."""
    change_set = begin(kind=ChangeSet.Kind.FORM, by=by, facility=place, because="Theo văn bản")
    enter(register=REGISTERS[register], row=row, values=values, change_set=change_set, on=ON)
    return change_set


def department():
    return factories.user_with(Role.DEPARTMENT)


def also_officer_of(user, place) -> None:
    RoleAssignment.objects.create(
        user=user, role=Role.OFFICER, facility=place, valid_from=factories.START
    )
