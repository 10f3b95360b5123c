"""Writing a decision down: its paper, its rows, and one change set that names every facility it changed."""

from collections.abc import Iterator

from django.db import transaction

from facilities.as_of import AsOf
from facilities.models import Area, ChangeSet, Edit, Scope, User
from facilities.registers.entering import begin
from rollout.registers.reorganisation.asking import Decision
from rollout.registers.reorganisation.preview import Difference, differences


@transaction.atomic
def write(form: Decision, *, by: User) -> tuple[ChangeSet, list[Difference]]:
    """Returns the change set and what it changed. Raises ValidationError; AlreadySent for a form sent twice."""
    on, because = form.cleaned_data["on"], form.cleaned_data["because"]
    change_set = begin(
        kind=ChangeSet.Kind.REORGANISATION,
        by=by,
        change_set_id=form.cleaned_data["change_set"],
        because=f"{form.label}: {because}",
    )
    before = AsOf(on)
    document = form.paper(by)
    form.carry_out({"on": on, "because": because, "by": by, "document": document})
    found = differences(before, AsOf(on), on)
    areas: dict[int | None, str] = dict(Area.objects.values_list("pk", "code"))
    Edit.objects.bulk_create(
        Edit(
            change_set=change_set,
            register="facilities",
            row=difference.facility.id,
            facility_id=difference.facility.id,
            column=column,
            old=old,
            new=new,
            because=because,
            document=document,
        )
        for difference in found
        for column, old, new in _cells(difference, areas)
    )
    return change_set, found


def _cells(difference: Difference, areas: dict[int | None, str]) -> Iterator[tuple[str, str, str]]:
    """The cells of the register of facilities that changed: column, old, new. "": the row was made."""
    before, after = difference.before, difference.after
    if before is None:
        yield "", "", difference.facility.name_vi
        return
    if after is None:
        yield "scope", before.scope, Scope.CLOSED.value
        return
    for column, name in (("name-vi", "name_vi"), ("name-en", "name_en"), ("scope", "scope")):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield column, old, new
    if before.area_id != after.area_id:
        yield "area", areas.get(before.area_id, ""), areas.get(after.area_id, "")
