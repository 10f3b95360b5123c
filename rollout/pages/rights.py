"""Who may what, since when, and when they were last seen: gone through by an administrator every half-year."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities import accounts, clock
from facilities.models import ApiToken, FacilityName, RoleAssignment, User
from facilities.permissions import Access
from rollout.day import Day
from rollout.notices import quiet
from rollout.pages.page import Page, SignedIn, page

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from facilities.accounts import UsedUser

ROWS_A_PAGE = 50
LONG_UNSEEN = timedelta(days=30)
SHOWN: "Mapping[str, StrOrPromise]" = {
    "": pgettext_lazy("accounts", "all that are open"),
    "unseen": pgettext_lazy("accounts", "not seen for 30 days"),
    "without": pgettext_lazy("accounts", "without a role"),
    "closed": pgettext_lazy("accounts", "closed"),
}


@page(lambda access: access.manages_users, stored=False)
def rights(request: SignedIn, day: Day, access: Access) -> Page:
    """The list, `?show=` a part of it; confirming all of it, and opening a closed account again."""
    now, state = timezone.now(), _state(day)
    problem = ""
    if request.method == "POST":
        if "open" in request.POST:
            _opened_again(request)
            return redirect(request.get_full_path())
        if request.POST.get("state") == state:
            quiet.reviewed(
                request.user,
                User.objects.filter(is_active=True).count(),
                request.POST.get("because", ""),
            )
            messages.success(request, _("The review is on record."))
            return redirect("rollout:rights")
        problem = _("Roles or keys have changed since this page was opened. Look again.")
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    rows = Paginator(_shown(show, day, now), ROWS_A_PAGE).get_page(request.GET.get("page"))
    last = quiet.last_review()
    due_on = quiet.review_due_on(last)
    context = {
        "show": show,
        "choices": SHOWN,
        "rows": rows,
        "lines": _lines(list(rows), day, now),
        "keys": _keys(),
        "last": last,
        "due_on": due_on,
        "is_due": due_on is None or due_on <= clock.real_day(),
        "state": state,
        "problem": problem,
        "unused_days": settings.UNUSED_DAYS,
    }
    return "access_log/rights.html", context, 409 if problem else 200


def _shown(show: str, day: Day, now: datetime) -> "QuerySet[UsedUser]":
    users = accounts.with_use(User.objects.filter(is_active=show != "closed"))
    held = RoleAssignment.objects.on(day.today)
    if show == "unseen":
        users = users.filter(used_at__lt=now - LONG_UNSEEN)
    elif show == "without":
        users = users.exclude(Exists(held.filter(user=OuterRef("pk"))))
    roles = held.select_related("agency", "area").order_by("valid_from", "pk")
    return (
        users.select_related("second_factor")
        .prefetch_related(Prefetch("assignments", roles, to_attr="held"))
        .order_by("used_at", "pk")
    )


def _lines(users: list[Any], day: Day, now: datetime) -> list[dict[str, Any]]:
    """What the page says of each: `held` is there by the prefetch."""
    places = {role.facility_id for user in users for role in user.held if role.facility_id}
    names = {
        name.facility_id: name.name
        for name in FacilityName.objects.in_force(day.today).filter(facility__in=places)
    }
    closing = {
        row.user.pk: row.closes_at for row in accounts.unused(now, settings.UNUSED_DAYS, day.today)
    }
    return [
        {
            "user": user,
            "roles": [
                (role, names.get(role.facility_id) or role.agency or role.area or "")
                for role in user.held
            ],
            "seen_at": user.last_login,
            "has_second": bool(
                getattr(user, "second_factor", None) and user.second_factor.confirmed_at
            ),
            "closes_at": closing.get(user.pk),
        }
        for user in users
    ]


def _keys() -> list[tuple[ApiToken, str]]:
    """Keys that open something, or will, and what in words."""
    labels = dict(ApiToken.Scope.choices)
    found = ApiToken.objects.filter(revoked_at=None, expires_on__gt=clock.real_day())
    return [
        (key, "; ".join(str(labels.get(code, code)) for code in key.scope.split()))
        for key in found.select_related("user").order_by("expires_on", "pk")
    ]


def _state(day: Day) -> str:
    """Changes with every role, key and account: what is confirmed is what was seen."""
    roles = RoleAssignment.objects.order_by("pk").values_list("pk", "valid_until")
    keys = ApiToken.objects.filter(revoked_at=None).order_by("pk").values_list("pk", flat=True)
    users = User.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True)
    said = repr((list(roles), list(keys), list(users)))
    return hashlib.sha256(said.encode()).hexdigest()


def _opened_again(request: SignedIn) -> None:
    which = request.POST["open"]
    if not (which.isascii() and which.isdigit() and len(which) < 18):
        raise Http404
    if accounts.open_again(User.objects.filter(pk=int(which)), by=request.user):
        messages.success(request, _("The account is open again; that you did it is on record."))
