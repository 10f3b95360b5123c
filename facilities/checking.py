"""What officers reported and the Department has not looked at; accepting and returning, field by field."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.books.book import Book
from facilities.models import Act, Edit, User
from facilities.services import check


def waiting() -> QuerySet:
    """Acts of officers that nobody has looked at, oldest first, with how many cells each changed."""
    return (
        Act.objects.filter(looked_at__isnull=True, facility__isnull=False)
        .exclude(kind=Act.Kind.UNDO)
        .filter(undone_by__isnull=True)
        .annotate(cells=Count("edits"), open_cells=Count("edits", filter=Q(edits__judged_at=None)))
        .order_by("at", "pk")
    )


@transaction.atomic
def judge(
    *,
    act: Act,
    returned: Mapping[int, str],
    accepted: Iterable[int],
    books: Mapping[str, Book],
    by: User,
    on,
) -> None:
    """Accept some cells of an act and return others, each with its reason (by key of the `Edit`).

    An accepted cell whose fact has a paper counts as checked from now on. When no cell is left,
    the act has been looked at. Raises ValidationError for a return without a reason, or when the
    act is the checker's own.
    """
    if act.by_id == by.pk:
        raise ValidationError(_("Whoever entered a fact cannot check it. Ask a colleague."))
    if missing := [key for key, reason in returned.items() if not reason.strip()]:
        raise ValidationError({f"because-{key}": _("Say what is to be mended.") for key in missing})
    at = timezone.now()
    open_cells = Edit.objects.filter(act=act, judged_at__isnull=True)
    for key, reason in returned.items():
        open_cells.filter(pk=key).update(
            judged_at=at, judged_by=by, returned_because=reason.strip()[:500]
        )
    found = list(open_cells.filter(pk__in=list(accepted)))
    open_cells.filter(pk__in=[edit.pk for edit in found]).update(judged_at=at, judged_by=by)
    _check_facts(found, books, by, on)
    if not Edit.objects.filter(act=act, judged_at__isnull=True).exists():
        Act.objects.filter(pk=act.pk, looked_at__isnull=True).update(looked_at=at, looked_by=by)


def _check_facts(edits: list[Edit], books: Mapping[str, Book], by: User, on) -> None:
    """The facts that still stand as they were reported, if a paper proves them."""
    for edit in edits:
        book = books.get(edit.book)
        writer = book.writer_of(edit.column) if book and edit.column and edit.document_id else None
        if writer is None or not writer.is_fact:
            continue
        row = book.model.objects.filter(pk=edit.row).first()
        fact = writer.standing([row], on).get(row.pk) if row else None
        if fact is not None and fact.document_id == edit.document_id and not fact.checked_at:
            check(fact=fact, by=by)


@transaction.atomic
def look_at_all(*, acts: QuerySet, by: User) -> int:
    """Reports in which nothing changed, seen in one go. Acts that changed a cell are left alone."""
    keys = [act.pk for act in acts if act.cells == 0 and act.by_id != by.pk]
    return Act.objects.filter(pk__in=keys, looked_at__isnull=True).update(
        looked_at=timezone.now(), looked_by=by
    )


def remarks(facility_id: int) -> list[Edit]:
    """Cells of a facility that were returned and not written anew since, oldest first."""
    latest: dict[tuple, Edit] = {}
    edits = Edit.objects.filter(facility=facility_id).order_by("pk")
    touched = edits.filter(judged_at__isnull=False).exclude(returned_because="").values("row")
    for edit in edits.filter(row__in=touched).select_related("act", "judged_by"):
        latest[edit.book, edit.row, edit.column] = edit
    return [edit for edit in latest.values() if edit.returned_because]
