"""/admin/: reference tables, facts, users, and how the programme and its jobs are doing.

Whoever may enter is decided by roles (facilities/permissions.py), not by Django's staff flag.
Signing in happens on the page that everybody uses.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from facilities import clock, second_factor
from facilities.administration import access_to, signed_in
from facilities.models import LogEntry
from facilities.permissions import Places
from rollout.figures.cached import cached_progress
from rollout.models import Alert
from rollout.notices import alerts
from rollout.notices.jobs import statuses

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEVEREST_FIRST = (Alert.Severity.LATE, Alert.Severity.WARNING, Alert.Severity.NOTICE)


class AdministrationSite(admin.AdminSite):
    site_title = _("EMR rollout")
    site_header = _("EMR rollout: administration")
    index_title = _("Progress, alerts and jobs")
    index_template = "admin/dashboard.html"
    enable_nav_sidebar = False  # some forty tables: the index groups them better

    def has_permission(self, request: HttpRequest) -> bool:
        access = access_to(request)
        return access.sees_admin and not second_factor.is_missing(access, request.session)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To the common sign-in; 403 for somebody who is signed in and may not enter."""
        if self.has_permission(request):
            return HttpResponseRedirect(self._wanted(request))
        if request.user.is_authenticated:
            if not second_factor.is_missing(access_to(request), request.session):
                raise PermissionDenied
            logout(request)
        return redirect_to_login(self._wanted(request), settings.LOGIN_URL)

    # The stubs promise a page, but Django itself answers with a redirect once it is changed.
    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """On the page that everybody uses."""
        return redirect("password_change")

    def _wanted(self, request: HttpRequest) -> str:
        asked = request.GET.get(REDIRECT_FIELD_NAME, "")
        safe = url_has_allowed_host_and_scheme(
            asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return asked if safe else reverse("admin:index", current_app=self.name)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        access = access_to(request)
        today, now = clock.today(), timezone.now()
        return super().index(
            request,
            {
                "today": today,
                "brings_people": access.manages_users,
                "progress": cached_progress(today),
                "alerts": open_alerts(clock.today()),
                "alerts_open": access.sees_programme,  # whether their list opens for this reader
                "jobs": statuses(now),
                # Of others: whoever did it knows.
                "own_roles": LogEntry.objects.filter(
                    kind=LogEntry.Kind.ROLE_TO_ONESELF, at__gte=now - timedelta(days=30)
                )
                .exclude(by=signed_in(request))
                .count()
                if access.manages_users
                else 0,
                **(extra_context or {}),
            },
        )


class OpenAlerts(TypedDict):
    severity: Alert.Severity
    label: "StrOrPromise"
    count: int


def open_alerts(
    on: date, places: Places = None, known_at: datetime | None = None
) -> list[OpenAlerts]:
    """How many alerts stood open on a day in these places, severest first."""
    standing = alerts.standing(on, known_at)
    if places is not None:
        standing = standing.filter(facility__in=places)
    counts = dict(standing.values_list("severity").annotate(Count("pk")).order_by())
    return [
        {"severity": severity, "label": severity.label, "count": counts.get(severity.value, 0)}
        for severity in SEVEREST_FIRST
    ]
