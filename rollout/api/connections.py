"""Connections in the API, as they are now. Signs of life move no figure, so nothing is kept here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from connectivity import gateways
from connectivity.models import BeatDay, Partner
from connectivity.pulse import Cell
from facilities import clock
from facilities.as_of import AsOf, FacilityOnDay
from facilities.departures import departure
from facilities.models import ApiToken, Facility
from facilities.permissions import Access, is_in
from rollout.api import schema, shapes
from rollout.api.answer import Answer, json_of
from rollout.api.document import gone_document
from rollout.api.listing import asked_rows, piece
from rollout.api.parameters import asked_day
from rollout.api.reading import Gone, ProgrammeView, ReadView, packed_for, short_scope
from rollout.day import Day
from rollout.programme.connections import (
    WORST_FIRST,
    Connection,
    connections,
    count_by_state,
    strips,
)

WEEK = 7  # days


class LiveView:
    """It may be otherwise a minute later: no entity tag, and no copy is kept."""

    caching = "private, no-store"

    def respond_now(self, document: dict) -> HttpResponse:
        return packed_for(self.request, Answer("", json_of(document).encode()))  # type: ignore[attr-defined]


class ConnectionsView(LiveView, ProgrammeView):
    @extend_schema(**schema.CONNECTIONS, responses={200: shapes.Connections, **schema.LIVE_NOT_200})
    def get(self, request: Request) -> HttpResponseBase:
        asked = asked_rows(
            request.query_params,
            days=("area",),
            codes={"state": WORST_FIRST, "partner": _partners()},
            cursor=_cursor,
        )
        now, area = timezone.now(), asked.day.area_code
        self.refuse_elsewhere(request, asked.day, asked.chosen["facility"])
        inside = self.part(asked.day).listed_ids if area else self.access.told
        found = [
            one
            for one in connections(now)
            if is_in(one.facility.id, inside)
            and asked.chosen["partner"] in (None, one.partner.code)
            and asked.chosen["facility"] in (None, one.facility.code)
        ]
        totals = count_by_state(found)
        found = [one for one in found if asked.chosen["state"] in (None, one.state)]
        rows, after = piece(sorted(found, key=_place), asked, _place)
        week = gateways.days_of(
            [one.pulse.gateway for one in rows if one.pulse], timezone.localdate(now), WEEK
        )
        return self.respond_now(
            {
                "area": area or None,
                "partial": self.is_partial,
                "count": len(found),
                "totals": totals,
                "connections": [
                    _connection(one, week.get((one.facility.id, one.partner.pk), {}), now)
                    for one in rows
                ],
                "next": asked.following(reverse("api:connections"), after),
                "generated_at": timezone.localtime(now),
            }
        )


class ConnectionView(LiveView, ReadView):
    @extend_schema(
        **schema.CONNECTION,
        responses={
            200: shapes.ConnectionDays,
            **schema.LIVE_NOT_200,
            404: schema.NO_CONNECTION,
            410: schema.GONE,
        },
    )
    def get(self, request: Request, code: str, partner: str) -> HttpResponseBase:
        asked_day(request.query_params, ())
        now = timezone.now()
        facility = _facility(code, clock.day_of(now))
        if not self.access.sees_rows_of(facility.id):
            self.permission_denied(request, message=_refusal(self.access))
        other = Partner.objects.filter(code=partner).first()
        if other is None:
            raise NotFound(
                _("No partner has the code “%(code)s”. These are known: %(codes)s.")
                % {"code": partner, "codes": ", ".join(_partners())}
            )
        pulses = gateways.pulses(now, [facility.id])
        pulse = next((one for one in pulses if one.gateway.partner_id == other.pk), None)
        found = strips([pulse.gateway] if pulse else [], now)
        cells = next((strip.cells for strip in found.values()), None)
        days = gateways.days_of([pulse.gateway], timezone.localdate(now), WEEK) if pulse else {}
        return self.respond_now(
            {
                **_connection(
                    Connection(facility, other, pulse), next(iter(days.values()), {}), now
                ),
                "days": cells and [_day(cell) for cell in cells],
                "generated_at": timezone.localtime(now),
            }
        )


def _partners() -> QuerySet[Partner, str]:
    return Partner.objects.values_list("code", flat=True)


def _cursor(text: str) -> tuple[str, str]:
    facility, partner = text.split(".")
    return facility, partner


def _place(one: Connection) -> tuple[str, str]:
    """In the order of codes: states change by the minute, and the order must not."""
    return one.facility.code, one.partner.code


def _facility(code: str, on: date) -> FacilityOnDay:
    """As it is called today. Raises Gone or NotFound."""
    pk = Facility.objects.filter(code=code).values_list("pk", flat=True).first()
    if pk is not None:
        for described in AsOf(on, None, frozenset({pk})).on(on):
            return described
        today = Day(on, on)
        if gone := departure(today.as_of(), code):
            raise Gone(gone_document(gone, today))
    raise NotFound(
        _("No facility with the code “%(code)s” is in the register today.") % {"code": code}
    )


def _refusal(access: Access) -> str:
    if access.lacks(ApiToken.Scope.REGISTERS):
        return short_scope(access, ApiToken.Scope.REGISTERS)
    return _(
        "The rows of this facility are for the facility itself, the Department and the leaders of "
        "the province. Ask the Department for such a role."
    )


def _connection(one: Connection, days: Mapping[date, BeatDay], now: datetime) -> dict:
    """`days`: those of the last seven that had signs of life."""
    pulse, today = one.pulse, timezone.localdate(now)
    gateway = pulse and pulse.gateway
    place = [one.facility.code, one.partner.code]
    return {
        "facility": one.facility.code,
        "facility_name": one.facility.name,
        "partner": one.partner.code,
        "partner_name": one.partner.name,
        "state": one.state,
        "state_label": one.label,
        "last_at": pulse and _local(pulse.last_at),
        "expected_by": pulse and _local(pulse.expected_by),
        "silent_after": pulse and _local(pulse.silent_after),
        "interval_minutes": gateway and gateway.interval_minutes,
        "grace_minutes": gateway and gateway.grace_minutes,
        "today": pulse and _counts(day for day in days.values() if day.day == today),
        "week": pulse and _counts(days.values()),
        "url": reverse("api:facility-connection", args=place),
    }


def _local(moment: datetime | None) -> datetime | None:
    return moment and timezone.localtime(moment)


def _counts(days: Iterable[BeatDay]) -> dict[str, int]:
    days = list(days)
    return {name: sum(getattr(day, name) for day in days) for name in ("beats", "sent", "errors")}


def _day(cell: Cell) -> dict:
    return {
        "on": cell.day,
        "kind": cell.code,
        "kind_label": cell.label,
        "beats": cell.beats,
        "sent": cell.sent,
        "errors": cell.errors,
    }
