"""Who came in, read names, was given what: to read, for the administrator and each facility's own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import pgettext_lazy

from facilities import access_log, accounts
from facilities.models import FacilityName, LogEnd, LogEntry, Role
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.page import Page, SignedIn, page
from rollout.pages.registers import held
from signatures.registers import Certificates
from signatures.staff import Staff

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS_A_PAGE = 50

SHOWN: "Mapping[str, StrOrPromise]" = {
    "": pgettext_lazy("access log", "access"),
    "names": pgettext_lazy("access log", "names read"),
    "accounts": pgettext_lazy("access log", "sign-ins and accounts"),
    "roles": pgettext_lazy("access log", "roles"),
    "keys": pgettext_lazy("access log", "API keys"),
    "changes": pgettext_lazy("access log", "change sets"),
}
KINDS = {
    "names": access_log.OF_NAMES,
    "accounts": access_log.OF_ACCOUNTS,
    "roles": access_log.OF_ROLES,
    "keys": access_log.OF_KEYS,
    "changes": (LogEntry.Kind.CHANGES,),
}
SUBJECTS: "Mapping[str, StrOrPromise]" = {
    held.SUBJECT: pgettext_lazy("access log", "all that is held on a person"),
    accounts.UNUSED: pgettext_lazy("access log", "not used for too long"),
    "staff": Staff.label,
    "certificates": Certificates.label,
    **{role.value: role.label for role in Role},
}


@page(lambda access: access.manages_users, stored=False)
def whole_log(request: SignedIn, day: Day, access: Access) -> Page:
    """Everything but changes, newest first; `?show=` one kind, `?who=` of one person."""
    who = request.GET.get("who", "").strip()[:150]
    rows = LogEntry.objects.all()
    if who:
        person = Q(by__username__icontains=who) | Q(about__username__icontains=who)
        rows = rows.filter(
            person | Q(by__full_name__icontains=who) | Q(about__full_name__icontains=who)
        )
    context = _shown(request, day, rows, SHOWN)
    return "access_log/whole.html", context | {
        "who": who,
        "end": LogEnd.objects.filter(pk=1).first(),
    }


@page(lambda access: access.sees_summary, stored=False)
def of_facility(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Who read names of the facility's people, and what befell the accounts of its officers."""
    name = FacilityName.objects.in_force(day.today).filter(facility__code=code).last()
    if name is None:
        raise Http404
    if not access.sees_names_in(name.facility_id):
        raise PermissionDenied
    rows = LogEntry.objects.filter(access_log.of_facility(name.facility_id))
    choices = {key: label for key, label in SHOWN.items() if key not in ("keys", "changes")}
    context = _shown(request, day, rows, choices)
    return "access_log/of_facility.html", context | {"name": name.name, "code": code}


def _shown(
    request: SignedIn,
    day: Day,
    rows: QuerySet[LogEntry],
    choices: "Mapping[str, StrOrPromise]",
) -> dict[str, Any]:
    show = request.GET.get("show", "")
    show = show if show in choices else ""
    # What was changed has pages of its own: it is in the log so that the chain holds it.
    rows = rows.filter(kind__in=KINDS[show]) if show else rows.exclude(kind=LogEntry.Kind.CHANGES)
    found = Paginator(rows.select_related("by", "about", "change_set"), ROWS_A_PAGE).get_page(
        request.GET.get("page")
    )
    places = {row.facility_id for row in found if row.facility_id}
    names = {
        name.facility_id: name.name
        for name in FacilityName.objects.in_force(day.today).filter(facility__in=places)
    }
    return {
        "show": show,
        "choices": choices,
        "rows": found,
        "lines": [
            (row, names.get(row.facility_id or 0, ""), SUBJECTS.get(row.subject, row.subject))
            for row in found
        ],
    }
