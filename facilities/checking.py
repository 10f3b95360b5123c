"""What officers reported and the Department has not looked at; accepting and returning, field by field."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.models import ChangeSet, Edit, User
from facilities.registers.register import Register
from facilities.services import check


def waiting(facility_ids: Collection[int] | None = None) -> QuerySet:
    """Change sets of officers that nobody has looked at, oldest first, with how many cells each changed.

    `facility_ids`: only those of these facilities; None: of all.
    """
    found = (
        ChangeSet.objects.filter(looked_at__isnull=True, facility__isnull=False)
        .exclude(kind=ChangeSet.Kind.UNDO)
        .filter(undone_by__isnull=True)
        .annotate(
            cells=Count("edits"), open_cells=Count("edits", filter=Q(edits__reviewed_at=None))
        )
        .order_by("at", "pk")
    )
    return found if facility_ids is None else found.filter(facility__in=facility_ids)


@transaction.atomic
def judge(
    *,
    change_set: ChangeSet,
    returned: Mapping[int, str],
    accepted: Iterable[int],
    registers: Mapping[str, Register],
    by: User,
    on: date,
) -> None:
    """Accept some cells of a change set and return others, each with its reason (by key of the `Edit`).

    An accepted cell whose fact has a paper counts as checked from now on. When no cell is left,
    the change set has been looked at. Raises ValidationError for a return without a reason, or when the
    act is the checker's own.
    """
    if change_set.by_id == by.pk:
        raise ValidationError(_("You cannot verify data you entered. Ask a colleague."))
    if missing := [key for key, reason in returned.items() if not reason.strip()]:
        raise ValidationError(
            {f"because-{key}": _("Say what is to be corrected.") for key in missing}
        )
    at = timezone.now()
    open_cells = Edit.objects.filter(change_set=change_set, reviewed_at__isnull=True)
    for key, reason in returned.items():
        open_cells.filter(pk=key).update(
            reviewed_at=at, reviewed_by=by, returned_because=reason.strip()[:500]
        )
    found = list(open_cells.filter(pk__in=list(accepted)).select_related("change_set"))
    open_cells.filter(pk__in=[edit.pk for edit in found]).update(reviewed_at=at, reviewed_by=by)
    _check_facts(found, registers, by, on)
    if not Edit.objects.filter(change_set=change_set, reviewed_at__isnull=True).exists():
        ChangeSet.objects.filter(pk=change_set.pk, looked_at__isnull=True).update(
            looked_at=at, looked_by=by
        )


def _check_facts(edits: list[Edit], registers: Mapping[str, Register], by: User, on: date) -> None:
    """The facts that still stand as they were reported, if a paper proves them.

    A fact is checked as a whole: one of its cells returned, or not judged yet, leaves it unchecked.
    """
    cells: dict[tuple[str, str], list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit.column and edit.document_id and edit.register in registers:
            cells[edit.register, edit.column].append(edit)
    for (code, column), same in cells.items():
        register, writer = registers[code], registers[code].writer_of(column)
        if writer is None or not writer.is_fact:
            continue
        keys = {edit.row for edit in same}
        standing = writer.standing(list(register.model._default_manager.filter(pk__in=keys)), on)
        values = register.values(list(keys), on, codes=[column])
        unsettled = set(
            Edit.objects.filter(change_set=same[0].change_set_id, register=code, row__in=keys)
            .filter(column__in=list(writer.columns))
            .filter(Q(reviewed_at__isnull=True) | ~Q(returned_because=""))
            .values_list("row", flat=True)
        )
        for edit in same:
            fact = standing.get(edit.row)
            if fact is None or fact.checked_at or edit.row in unsettled:
                continue
            is_as_reported = (
                fact.document_id == edit.document_id
                and fact.recorded_by_id == edit.change_set.by_id
                and register.column(column).text(values[edit.row][column]) == edit.new
            )
            if is_as_reported:
                check(fact=fact, by=by)


@transaction.atomic
def look_at_all(*, change_sets: QuerySet, by: User) -> int:
    """Reports in which nothing changed, seen in one go. Change sets that changed a cell are left alone."""
    keys = [
        change_set.pk
        for change_set in change_sets
        if change_set.cells == 0 and change_set.by_id != by.pk
    ]
    return ChangeSet.objects.filter(pk__in=keys, looked_at__isnull=True).update(
        looked_at=timezone.now(), looked_by=by
    )


def remarks_of(facility_ids: Collection[int]) -> list[Edit]:
    """Cells of these facilities that were returned and not written anew since, oldest first.

    Nothing is owed about a row that was withdrawn.
    """
    latest: dict[tuple[str, int, str], Edit] = {}
    edits = Edit.objects.filter(facility__in=facility_ids).order_by("pk")
    touched = edits.filter(reviewed_at__isnull=False).exclude(returned_because="").values("row")
    gone = set()
    for edit in edits.filter(row__in=touched).select_related("change_set", "reviewed_by"):
        latest[edit.register, edit.row, edit.column] = edit
        if edit.withdrew_the_row:
            gone.add((edit.register, edit.row))
    return [
        edit
        for (register, row, _column), edit in latest.items()
        if edit.returned_because and (register, row) not in gone
    ]
