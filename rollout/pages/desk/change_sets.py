"""What was written in one go, and taking it back in one go."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from facilities.models import ChangeSet, Edit
from facilities.permissions import Access
from facilities.registers.entering import undo
from rollout.day import Day
from rollout.pages.desk.cells import facility_names, shown_edits, summed
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.registers.keeping import UNDONE, kept_registers, seen_change_sets, takes_back
from rollout.registers.loading import loaded_registers

CHANGE_SETS_A_PAGE, CELLS_A_PAGE = 50, 100


@desk()
def change_set_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Newest first: forms, changes of many rows, imports, what was taken back."""
    change_sets = seen_change_sets(access).select_related("by").order_by("-at", "pk")
    rows = Paginator(change_sets, CHANGE_SETS_A_PAGE).get_page(request.GET.get("page"))
    names, wrote = facility_names(rows, day), summed(rows, day, access.kept)
    context = {
        "place": "change_sets",
        "registers": kept_registers(access).values(),
        "rows": rows,
        "lines": [
            (change_set, names.get(change_set.facility_id, ""), wrote.get(change_set.pk))
            for change_set in rows
        ],
        "query": day.query,
    }
    return "desk/change_set_list.html", context


@desk()
def change_set(request: SignedIn, day: Day, access: Access, pk: UUID) -> Page:
    found = seen_change_sets(access).filter(pk=pk).select_related("by", "undoes").first()
    if found is None:
        raise Http404
    problems: list[str] = []
    edits = Edit.objects.filter(change_set=found).select_related("document").order_by("pk")
    if access.kept is not None:
        edits = edits.filter(facility__in=access.kept)
    rows = Paginator(edits, CELLS_A_PAGE).get_page(request.GET.get("page"))
    # What is no register has its own page, where each entry is withdrawn by itself.
    may_undo = (
        found.kind in UNDONE
        and rows.paginator.count > 0
        and all(edit.register in loaded_registers() for edit in rows)
        and takes_back(access, found)
    )
    if request.method == "POST" and not may_undo:
        problems = [_("There is nothing here to undo.")]
    elif request.method == "POST":
        try:
            back = undo(
                change_set=found,
                registers=loaded_registers(),
                by=request.user,
                because=request.POST.get("because", ""),
                on=day.today,
            )
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, _("Everything this act wrote has been undone."))
            return HttpResponseRedirect(reverse("rollout:change-set", args=[back.pk]))
    context = {
        "place": "change_sets",
        "registers": kept_registers(access).values(),
        "change_set": found,
        "facility": facility_names([found], day).get(found.facility_id, ""),
        "rows": rows,
        "lines": shown_edits(list(rows), day),
        "undone_by": ChangeSet.objects.filter(undoes=found).first(),
        "may_undo": may_undo,
        "problems": problems,
        "because": request.POST.get("because", ""),
        "query": day.query,
    }
    return "desk/change_set.html", context, 400 if problems else 200
