"""A new person in one step: account, role, place, and the link that lets the person choose a password."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from facilities.models import ChangeSet, Edit, Role, RoleAssignment
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin, enter
from facilities.registers.forms import CellForm
from facilities.registers.register import Register
from rollout.day import Day
from rollout.notices.welcome import link_of, waits
from rollout.pages.desk.record import uuid_in
from rollout.pages.page import Page, SignedIn, page
from rollout.registers.catalogue import PEOPLE

ASKED = ("name", "email", "role", "place")


@page(lambda access: access.manages_users or access.keeps_registers, section="people", stored=False)
def person_new(request: SignedIn, day: Day, access: Access) -> Page:
    """The administrator gives every role, the Department those of facilities and agencies.

    `?made=`: the change set that was just written by the same reader, with its link to hand out.
    """
    register = PEOPLE["all-people" if access.manages_users else "people"]
    columns = {column.code: column for column in register.bound(on=day.today)}
    form = CellForm(
        register,
        [columns[code] for code in ASKED],
        {},
        request.POST or None,
        asks_reason=False,
        initial={"role": Role.OFFICER.value, "place": request.GET.get("place", "")},
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                change_set = _store(request, day, register, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return HttpResponseRedirect(request.path)
            except ValidationError as error:
                form.refuse(error)
            else:
                return HttpResponseRedirect(f"{request.path}?made={change_set.pk}")
    made = _made(request, uuid_in(request.GET.get("made", "")), register)
    context = {
        "form": form,
        "made": made,
        "link": link_of(made.user) if made and waits(made.user) and not settings.MAILS else "",
        "is_mailed": bool(made and waits(made.user) and settings.MAILS),
        "by_file": reverse("rollout:import-new", args=[register.code]),
    }
    return "registers/person_new.html", context, status


@transaction.atomic
def _store(request: SignedIn, day: Day, register: Register, form: CellForm) -> ChangeSet:
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        because=_("New person"),
    )
    enter(
        register=register,
        row=None,
        values=form.written | {"email": str(form.written["email"]).lower()},
        change_set=change_set,
        on=day.today,
        because=form.reasons,
    )
    return change_set


def _made(request: SignedIn, pk: UUID | None, register: Register) -> RoleAssignment | None:
    """What the reader has written with that change set; None for anybody else's."""
    if pk is None:
        return None
    rows = Edit.objects.filter(
        change_set=pk, change_set__by=request.user, register=register.code, column=""
    )
    found = RoleAssignment.objects.filter(pk__in=rows.values("row"))
    return found.select_related("user", "facility", "agency", "area").first()
