"""The checking queue: what officers reported, old and new side by side, to accept or to return."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from facilities.checking import judge, look_at_all, waiting
from facilities.models import ChangeSet, Document, Edit
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.desk.cells import ShownEdit, facility_names, shown_edits
from rollout.pages.desk.page import desk
from rollout.pages.desk.record import uuid_in
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS
from rollout.registers.keeping import kept_registers

CHANGE_SETS_A_PAGE, CELLS_A_PAGE = 50, 100


@desk()
def checking(request: SignedIn, day: Day, access: Access) -> Page:
    """Reports without a change first, to be seen in one go; then each change set with its cells."""
    change_sets = waiting(access.kept).select_related("by")
    if request.method == "POST":
        keys = [key for text in request.POST.getlist("change_set") if (key := uuid_in(text))]
        seen = look_at_all(change_sets=change_sets.filter(pk__in=keys), by=request.user)
        text = ngettext("%(count)s report looked at.", "%(count)s reports looked at.", seen)
        messages.success(request, text % {"count": seen})
        return HttpResponseRedirect(reverse("rollout:checking"))
    rows = Paginator(change_sets.filter(cells__gt=0), CHANGE_SETS_A_PAGE).get_page(
        request.GET.get("page")
    )
    quiet = list(change_sets.filter(cells=0)[: 2 * CHANGE_SETS_A_PAGE])
    names = facility_names([*rows, *quiet], day)
    context = {
        "place": "checking",
        "registers": kept_registers(access).values(),
        "rows": rows,
        "lines": [(change_set, names.get(change_set.facility_id, "")) for change_set in rows],
        "quiet": [(change_set, names.get(change_set.facility_id, "")) for change_set in quiet],
        "query": day.query,
    }
    return "desk/checking.html", context


@desk()
def checking_change_set(request: SignedIn, day: Day, access: Access, pk: UUID) -> Page:
    """One change set, paper by paper. `n` and `p` go to the next and the one before."""
    change_set = (
        ChangeSet.objects.filter(pk=pk, facility__isnull=False).select_related("by").first()
    )
    if change_set is None or not access.keeps_of(change_set.facility_id):
        raise Http404
    queue = list(waiting(access.kept).filter(cells__gt=0).values_list("pk", flat=True)[:500])
    place = queue.index(change_set.pk) if change_set.pk in queue else -1
    after = queue[place + 1] if place + 1 < len(queue) else None
    status = 200
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            decided(request, day, change_set)
        except ValidationError as error:
            status = 400
            problems = getattr(error, "message_dict", None) or {"": error.messages}
        else:
            messages.success(request, _("Noted."))
            to = after if after else None
            return HttpResponseRedirect(
                reverse("rollout:checking-change-set", args=[to])
                if to
                else reverse("rollout:checking")
            )
    edits = (
        Edit.objects.filter(change_set=change_set)
        .select_related("document", "reviewed_by")
        .order_by(F("document").asc(nulls_last=True), "pk")
    )
    page = Paginator(edits, CELLS_A_PAGE).get_page(request.GET.get("page"))
    shown = shown_edits(list(page), day)
    context = {
        "place": "checking",
        "registers": kept_registers(access).values(),
        "change_set": change_set,
        "facility": facility_names([change_set], day).get(change_set.facility_id, ""),
        "rows": page,
        "papers": [
            (paper, is_picture(paper), [_with_input(request, line, problems) for line in lines])
            for paper, lines in groupby(shown, key=lambda line: line.edit.document)
        ],
        "problems": problems.get("", []),
        "after": after,
        "before": queue[place - 1] if place > 0 else None,
        "query": day.query,
    }
    return "desk/checking_change_set.html", context, status


def is_picture(paper: Document | None) -> bool:
    """Whether a browser shows the paper beside what it proves; others are opened."""
    return bool(paper and paper.file and not str(paper.file.name).endswith(".pdf"))


def _with_input(request: SignedIn, line: ShownEdit, problems: dict[str, list[str]]) -> dict:
    key = line.edit.pk
    return {
        "line": line,
        "verdict": request.POST.get(f"verdict-{key}", "accept"),
        "because": request.POST.get(f"because-{key}", ""),
        "problem": " ".join(problems.get(f"because-{key}", [])),
    }


def decided(request: SignedIn, day: Day, change_set: ChangeSet) -> None:
    """The verdicts of the page; `rest=accept` accepts every other cell of the change set too."""
    returned, accepted = {}, []
    for edit in Edit.objects.filter(change_set=change_set, reviewed_at__isnull=True):
        verdict = request.POST.get(f"verdict-{edit.pk}", "")
        if verdict == "return":
            returned[edit.pk] = request.POST.get(f"because-{edit.pk}", "")
        elif verdict == "accept" or (not verdict and request.POST.get("rest") == "accept"):
            accepted.append(edit.pk)
    judge(
        change_set=change_set,
        returned=returned,
        accepted=accepted,
        registers=REGISTERS,
        by=request.user,
        on=day.today,
    )
