"""Opening, renaming, closing, merging, splitting, moving: looked at first, then written down."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext

from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent
from rollout.day import Day, parse_date
from rollout.pages.desk.page import desk
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS
from rollout.registers.reorganisation.asking import Decision
from rollout.registers.reorganisation.decisions import DECISIONS
from rollout.registers.reorganisation.preview import preview
from rollout.registers.reorganisation.writing import write

LATEST = 10


@desk(of_province=True)
def reorganise(request: SignedIn, day: Day, access: Access) -> Page:
    """Without a choice: which decisions there are. With one, its form; sent, what it would change."""
    kind = request.GET.get("act", "")
    common = {"registers": REGISTERS.values(), "place": "reorganise"}
    if not kind:
        change_sets = ChangeSet.objects.filter(kind=ChangeSet.Kind.REORGANISATION).select_related(
            "by"
        )
        choices = [(code, form.label, form.explained) for code, form in DECISIONS.items()]
        return "desk/reorganise.html", common | {
            "choices": choices,
            "change_sets": change_sets[:LATEST],
        }
    if kind not in DECISIONS:
        raise Http404
    form = DECISIONS[kind](
        request.POST or None, request.FILES or None, day=_day_asked(request, day)
    )
    found, status = None, 200
    if request.method == "POST":
        try:
            if form.is_valid() and "yes" in request.POST:
                return _written(request, form)
            found = preview(form, by=request.user) if form.is_valid() else None
        except AlreadySent as error:
            messages.info(request, " ".join(error.messages))
            return HttpResponseRedirect(reverse("rollout:reorganise"))
        except ValidationError as error:
            form.refuse(error)
        status = 200 if found else 400
    return "desk/reorganise_form.html", common | {"form": form, "preview": found}, status


def _day_asked(request: SignedIn, day: Day) -> date:
    """The day on which the facilities to choose from stand: the decision's own, once it is given."""
    try:
        return parse_date(request.POST.get("on", "").strip())
    except ValueError:
        return day.on


def _written(request: SignedIn, form: Decision) -> HttpResponseRedirect:
    change_set, found = write(form, by=request.user)
    text = ngettext(
        "Written down: %(count)s facility changes.",
        "Written down: %(count)s facilities change.",
        len(found),
    )
    messages.success(request, text % {"count": len(found)})
    return HttpResponseRedirect(reverse("rollout:change-set", args=[change_set.pk]))
