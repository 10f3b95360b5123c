"""What was written in one go, and taking it back in one go."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from facilities.books.entering import undo
from facilities.models import Act, Edit
from rollout.books import BOOKS
from rollout.views.desk.cells import facility_names, shown_edits
from rollout.views.desk.page import desk

ACTS_A_PAGE, CELLS_A_PAGE = 50, 100

# What is taken back cell by cell. A reorganisation is taken back where it was made.
UNDONE = (Act.Kind.FORM, Act.Kind.BULK, Act.Kind.IMPORT)


@desk()
def act_list(request, day, access):
    """Newest first: forms, changes of many rows, imports, what was taken back."""
    acts = Act.objects.select_related("by").order_by("-at", "pk")
    rows = Paginator(acts, ACTS_A_PAGE).get_page(request.GET.get("page"))
    names = facility_names(rows, day)
    context = {
        "place": "acts",
        "books": BOOKS.values(),
        "rows": rows,
        "lines": [(act, names.get(act.facility_id, "")) for act in rows],
        "query": day.query,
    }
    return "desk/act_list.html", context


@desk()
def act(request, day, access, pk):
    found = Act.objects.filter(pk=pk).select_related("by", "undoes").first()
    if found is None:
        raise Http404
    problems: list[str] = []
    edits = Edit.objects.filter(act=found).select_related("document").order_by("pk")
    rows = Paginator(edits, CELLS_A_PAGE).get_page(request.GET.get("page"))
    # What is no book has its own page, where each entry is withdrawn by itself.
    may_undo = (
        found.kind in UNDONE
        and rows.paginator.count > 0
        and all(edit.book in BOOKS for edit in rows)
    )
    if request.method == "POST" and not may_undo:
        problems = [_("There is nothing here to take back.")]
    elif request.method == "POST":
        try:
            back = undo(
                act=found,
                books=BOOKS,
                by=request.user,
                because=request.POST.get("because", ""),
                on=day.today,
            )
        except ValidationError as error:
            problems = error.messages
        else:
            messages.success(request, _("Everything this act wrote has been taken back."))
            return HttpResponseRedirect(reverse("rollout:act", args=[back.pk]))
    context = {
        "place": "acts",
        "books": BOOKS.values(),
        "act": found,
        "facility": facility_names([found], day).get(found.facility_id, ""),
        "rows": rows,
        "lines": shown_edits(list(rows), day),
        "undone_by": Act.objects.filter(undoes=found).first(),
        "may_undo": may_undo,
        "problems": problems,
        "because": request.POST.get("because", ""),
        "query": day.query,
    }
    return "desk/act.html", context, 400 if problems else 200
