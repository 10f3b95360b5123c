"""Connections as they live: which gateways give signs of life, and their addresses."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from connectivity import gateways
from connectivity.models import Gateway, Partner
from connectivity.pulse import runs, told
from facilities.areas import lying_in
from facilities.as_of import AsOf
from facilities.exchange.columns import Column
from facilities.exchange.writing_csv import write_csv
from facilities.folding import fold
from facilities.grouping import grouped
from facilities.models import ChangeSet, Facility
from facilities.permissions import Access, is_in
from rollout.day import Day
from rollout.pages.actions import Action, Sent
from rollout.pages.forms.connections import IssueAllForm, IssueForm, RevokeForm
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, page
from rollout.programme.connections import (
    LABELS,
    WORST_FIRST,
    Connection,
    Strip,
    connections,
    count_by_state,
    strips,
)

SHOW = {"": pgettext_lazy("gateways", "all")} | {state: LABELS[state] for state in WORST_FIRST}

Secrets = dict[tuple[int, int], str]  # of new addresses, by facility and partner


@page(lambda access: access.opens_programme, section="connections", stored=False, by_area=True)
def connection_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Every facility that is to be connected, private ones too; as it is now, whatever day is asked."""
    now = timezone.now()
    everything = [one for one in connections(now) if is_in(one.facility.id, access.programme)]
    sent = Sent(request)
    made: dict[str, Secrets] = {}
    actions = _actions_of_all(request, access, everything, sent, made)
    status = 200
    if request.method == "POST":
        done = sent.carry_out(actions, here=reverse("rollout:connection-list"))
        if done and made:
            return _handed_out(request, everything, made["secrets"])
        if done:
            return done
        status = 400
    lines = _in_the_area(everything, day)
    counts = count_by_state(lines)
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    wanted = fold(request.GET.get("q", "")[:100])
    lines = [
        line
        for line in lines
        if (not show or line.state == show) and (not wanted or wanted in _words_of(line))
    ]
    lines.sort(
        key=lambda line: (WORST_FIRST.index(line.state), line.facility.code, line.partner.code)
    )
    found = paged(request, lines)
    return (
        "programme/connection_list.html",
        {
            "rows": found,
            "lines": _with_strips(list(found), now),
            "show": show,
            "anything": any(counts.values()),
            "choices": [(state, label, counts.get(state)) for state, label in SHOW.items()],
            "q": request.GET.get("q", "")[:100],
            "actions": actions,
        },
        status,
    )


def _words_of(line: Connection) -> str:
    """What a search looks through."""
    return fold(f"{line.facility.name_vi} {line.facility.name_en} {line.facility.code}")


def _in_the_area(found: list[Connection], day: Day) -> list[Connection]:
    """Where a facility lies is asked of today, as everything on the page."""
    if not day.area:
        return found
    inside = lying_in(AsOf(day.today), day.area.code)
    return [one for one in found if one.facility.id in inside]


ADDRESSES = (
    Column("facility", gettext_lazy("Code"), aliases=("code",)),
    Column("name", gettext_lazy("Facility")),
    Column("partner", gettext_lazy("Partner")),
    Column("address", gettext_lazy("Address")),
)


def _actions_of_all(
    request: SignedIn,
    access: Access,
    everything: list[Connection],
    sent: Sent,
    made: dict[str, Secrets],
) -> dict[str, Action]:
    """One file of addresses for a province, instead of fourteen hundred pages."""
    without = [one for one in everything if one.pulse is None and access.keeps_of(one.facility.id)]
    if not without:
        return {}

    def issue(given: dict[str, Any], change_set: ChangeSet) -> None:
        made["secrets"] = gateways.issue_first(
            places=[(one.facility.id, one.partner.pk) for one in without],
            by=request.user,
            interval_minutes=given["interval_minutes"],
            grace_minutes=given["grace_minutes"],
        )

    form = sent.form(
        "issue-all", IssueAllForm, initial={"interval_minutes": 60, "grace_minutes": 30}
    )
    title = ngettext(
        "Issue an address to %(count)s connection that has none",
        "Issue addresses to all %(count)s connections that have none",
        len(without),
    ) % {"count": grouped(len(without))}
    return {"issue-all": Action(form, issue, title)}


def _handed_out(request: SignedIn, everything: list[Connection], made: Secrets) -> HttpResponse:
    """The addresses as a table, this once. Nothing keeps their secrets."""
    rows = [
        [
            one.facility.code,
            one.facility.name,
            one.partner.name,
            request.build_absolute_uri(reverse("beat", args=[secret])),
        ]
        for one in sorted(everything, key=lambda one: (one.facility.code, one.partner.code))
        if (secret := made.get((one.facility.id, one.partner.pk)))
    ]
    return HttpResponse(
        b"".join(write_csv(ADDRESSES, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="addresses.csv"'},
    )


def _with_strips(lines: list[Connection], now: datetime) -> list[dict]:
    found = strips([line.pulse.gateway for line in lines if line.pulse], now)
    return [
        line._asdict() | _drawn(found.get((line.facility.id, line.partner.pk))) for line in lines
    ]


def _drawn(found: Strip | None) -> dict:
    if found is None:
        return {}
    return {"runs": runs(found.cells), "told": told(found.cells), "days": found.days}


@page(lambda access: access.sees_summary, section="connections", stored=False)
def connection(request: SignedIn, day: Day, access: Access, code: str, partner: str) -> Page:
    """One connection: how it is now, its last ninety days, its address for those who keep it."""
    facility = get_object_or_404(Facility, code=code)
    described = next(iter(day.as_of(frozenset({facility.pk})).on(day.today)), None)
    if described is None:
        raise Http404
    if not access.sees_rows_of(facility.pk):
        raise PermissionDenied
    other = get_object_or_404(Partner, code=partner)
    standing = Gateway.objects.filter(
        facility=facility, partner=other, revoked_at__isnull=True
    ).first()
    made: dict[str, str] = {}
    sent = Sent(request)
    actions = _actions(request, access, facility, other, standing, sent, made)
    here = reverse("rollout:connection", args=[code, partner])
    status = 200
    if request.method == "POST":
        done = sent.carry_out(actions, here=here)
        if done and made:
            address = request.build_absolute_uri(reverse("beat", args=[made["secret"]]))
            shown = {"facility": described, "partner": other, "address": address}
            return "programme/connection_secret.html", shown
        if done:
            return done
        status = 400
    now = timezone.now()
    pulse = next((p for p in gateways.pulses(now, [facility.pk]) if p.gateway == standing), None)
    context: dict[str, Any] = {
        "facility": described,
        "partner": other,
        "pulse": pulse,
        "actions": actions,
        "change_set": uuid.uuid4(),
        "earlier": Gateway.objects.filter(
            facility=facility, partner=other, revoked_at__isnull=False
        )
        .select_related("issued_by", "revoked_by")
        .order_by("-revoked_at")[:20],
    }
    if pulse and standing:
        (found,) = strips([standing], now).values()
        days = sorted(found.days.values(), key=lambda one: one.day, reverse=True)
        context |= _drawn(found) | {"days": days}
    return "programme/connection.html", context, status


def _actions(
    request: SignedIn,
    access: Access,
    facility: Facility,
    partner: Partner,
    standing: Gateway | None,
    sent: Sent,
    made: dict[str, str],
) -> dict[str, Action]:
    if not access.records_for(facility.pk):
        return {}

    def issue(given: dict[str, Any], change_set: ChangeSet) -> None:
        _gateway, made["secret"] = gateways.issue(
            facility=facility,
            partner=partner,
            by=request.user,
            interval_minutes=given["interval_minutes"],
            grace_minutes=given["grace_minutes"],
            because=given["because"],
        )

    actions = {
        "issue": Action(
            sent.form(
                "issue",
                IssueForm,
                replaces=standing is not None,
                initial={
                    "interval_minutes": standing.interval_minutes if standing else 60,
                    "grace_minutes": standing.grace_minutes if standing else 30,
                },
            ),
            issue,
            gettext_lazy("Replace the address") if standing else gettext_lazy("Issue an address"),
        ),
    }
    if standing:
        actions["revoke"] = Action(
            sent.form("revoke", RevokeForm),
            lambda given, change_set: gateways.revoke(
                gateway=standing, because=given["because"], by=request.user
            ),
            gettext_lazy("Revoke the address"),
        )
    return actions
