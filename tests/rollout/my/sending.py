"""How these tests fill in the officer's forms: as they were drawn, with changes."""

import uuid

from connectivity.models import ConnectionStep
from facilities.books.entering import begin, enter
from facilities.models import Act, Role, RoleAssignment
from rollout.books import BOOKS
from tests import factories
from tests.rollout.my.conftest import NOW

ON = NOW.date()


def address(book: str, row, *cells: str) -> str:
    return f"/my/{book}/{row.pk}/?cells={','.join(cells)}"


def drawn(client, path: str) -> dict[str, str]:
    """What the form on the page holds."""
    form = client.get(path).context["form"]
    texts = {name: form[name].value() or "" for name in form.fields if name != "file"}
    return texts | {"act": str(uuid.uuid4())}


def sent(client, path: str, **changes):
    """The form of the page, sent with changes."""
    return client.post(path, drawn(client, path) | changes)


def days(place) -> dict[str, str]:
    """The days of the connection that stand."""
    steps = ConnectionStep.objects.known().filter(facility=place)
    return {step.step: step.happened_on.isoformat() for step in steps}


def enter_as(by, place, book: str, row, **values) -> Act:
    """Somebody else writes the same. Without a facility of theirs: the Department."""
    act = begin(kind=Act.Kind.FORM, by=by, facility=place, because="Theo văn bản")
    enter(book=BOOKS[book], row=row, values=values, act=act, on=ON)
    return act


def department():
    return factories.user_with(Role.DEPARTMENT)


def also_officer_of(user, place) -> None:
    RoleAssignment.objects.create(
        user=user, role=Role.OFFICER, facility=place, valid_from=factories.START
    )
