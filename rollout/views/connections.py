"""Connections as they live: which gateways give signs of life, and their addresses."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy

from connectivity import gateways
from connectivity.models import Gateway, Partner
from connectivity.pulse import AWAITED, LATE, LIVE, SILENT, STATE_LABELS, Pulse, runs, strip, told
from facilities.folding import fold
from facilities.models import Facility
from facilities.register import Register
from rollout.forms.connections import IssueForm, RevokeForm
from rollout.views.listing import paged
from rollout.views.page import page
from rollout.views.verbs import Sent, Verb

NO_ADDRESS = "none"
WORST_FIRST = (SILENT, LATE, AWAITED, LIVE, NO_ADDRESS)
SHOW = {"": pgettext_lazy("gateways", "all")} | {
    state: STATE_LABELS.get(state, pgettext_lazy("gateway", "no address")) for state in WORST_FIRST
}


@page(lambda access: access.sees_programme, section="connections", stored=False)
def connection_list(request, day, access):
    """Every facility that is to be connected, private ones too; as it is now, whatever day is asked."""
    now = timezone.now()
    pulses = {(p.gateway.facility_id, p.gateway.partner_id): p for p in gateways.pulses(now)}
    partners = {partner.pk: partner for partner in Partner.objects.all()}
    counted = [pk for pk, partner in partners.items() if partner.counted]
    facilities = {f.id: f for f in Register(day.today).on(day.today)}
    places = {(pk, of) for pk, f in facilities.items() if f.in_connectivity for of in counted}
    lines = [
        (facilities[pk], partners[of], pulses.get((pk, of)))
        for pk, of in places | pulses.keys()
        if pk in facilities
    ]
    counts = dict.fromkeys(WORST_FIRST, 0)
    for _facility, _partner, pulse in lines:
        counts[_state(pulse)] += 1
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    wanted = fold(request.GET.get("q", "")[:100])
    lines = [
        line
        for line in lines
        if (not show or _state(line[2]) == show)
        and wanted in fold(f"{line[0].name_vi} {line[0].name_en} {line[0].code}")
    ]
    lines.sort(key=lambda line: (WORST_FIRST.index(_state(line[2])), line[0].code, line[1].code))
    found = paged(request, lines)
    return "rollout/connection_list.html", {
        "rows": found,
        "lines": _with_strips(list(found), day.today),
        "show": show,
        "choices": [(state, label, counts.get(state)) for state, label in SHOW.items()],
        "q": request.GET.get("q", "")[:100],
    }


def _state(pulse: Pulse | None) -> str:
    return pulse.state if pulse else NO_ADDRESS


def _with_strips(lines, until) -> list[dict]:
    standing = [pulse.gateway for _facility, _partner, pulse in lines if pulse]
    days = gateways.days_of(standing, until)
    since = gateways.first_issued({gateway.facility_id for gateway in standing})
    return [
        {"facility": facility, "partner": partner, "pulse": pulse}
        | (_strip(pulse.gateway, days, since, until) if pulse else {})
        for facility, partner, pulse in lines
    ]


def _strip(gateway: Gateway, days, since, until) -> dict:
    place = (gateway.facility_id, gateway.partner_id)
    issued_on = timezone.localdate(since.get(place, gateway.issued_at))
    cells = strip(gateway, days[place], issued_on, until)
    return {"runs": runs(cells), "told": told(cells), "days": days[place]}


@page(lambda access: access.sees_summary, section="connections", stored=False)
def connection(request, day, access, code, partner):
    """One connection: how it is now, its last ninety days, its address for those who keep it."""
    facility = get_object_or_404(Facility, code=code)
    described = next(iter(day.register(frozenset({facility.pk})).on(day.today)), None)
    if described is None:
        raise Http404
    if not access.sees_rows_of(facility.pk):
        raise PermissionDenied
    other = get_object_or_404(Partner, code=partner)
    standing = Gateway.objects.filter(
        facility=facility, partner=other, revoked_at__isnull=True
    ).first()
    made: dict = {}
    sent = Sent(request)
    verbs = _verbs(request, access, facility, other, standing, sent, made)
    here = reverse("rollout:connection", args=[code, partner])
    status = 200
    if request.method == "POST":
        done = sent.carry_out(verbs, here=here)
        if done and made:
            address = request.build_absolute_uri(reverse("beat", args=[made["secret"]]))
            context = {"facility": described, "partner": other, "address": address}
            return "rollout/connection_secret.html", context
        if done:
            return done
        status = 400
    now = timezone.now()
    pulse = next((p for p in gateways.pulses(now, [facility.pk]) if p.gateway == standing), None)
    context = {
        "facility": described,
        "partner": other,
        "pulse": pulse,
        "verbs": verbs,
        "act": uuid.uuid4(),
        "earlier": Gateway.objects.filter(
            facility=facility, partner=other, revoked_at__isnull=False
        )
        .select_related("issued_by", "revoked_by")
        .order_by("-revoked_at")[:20],
    }
    if pulse:
        found = _strip(
            standing,
            gateways.days_of([standing], day.today),
            gateways.first_issued([facility.pk]),
            day.today,
        )
        context |= found | {"days": sorted(found["days"].values(), key=lambda one: one.day)[::-1]}
    return "rollout/connection.html", context, status


def _verbs(request, access, facility, partner, standing, sent: Sent, made: dict) -> dict[str, Verb]:
    if not access.records_for(facility.pk):
        return {}

    def issue(given, act):
        made["gateway"], made["secret"] = gateways.issue(
            facility=facility,
            partner=partner,
            by=request.user,
            interval_minutes=given["interval_minutes"],
            grace_minutes=given["grace_minutes"],
            because=given["because"],
        )

    verbs = {
        "issue": Verb(
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
        verbs["revoke"] = Verb(
            sent.form("revoke", RevokeForm),
            lambda given, act: gateways.revoke(
                gateway=standing, because=given["because"], by=request.user
            ),
            gettext_lazy("Revoke the address"),
        )
    return verbs
