"""Connections as they live: who is to be connected with whom, and how each of them is at a moment."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.translation import pgettext_lazy

from connectivity import gateways
from connectivity.models import BeatDay, Gateway, Partner
from connectivity.pulse import AWAITED, LATE, LIVE, SILENT, STATE_LABELS, Cell, Pulse, strip
from facilities import clock
from facilities.as_of import AsOf, FacilityOnDay
from facilities.listed import listed_on
from facilities.models.places import IN_CONNECTIVITY

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_ADDRESS = "none"
WORST_FIRST = (SILENT, LATE, AWAITED, LIVE, NO_ADDRESS)
LABELS = STATE_LABELS | {NO_ADDRESS: pgettext_lazy("gateway", "no address")}

Place = tuple[int, int]  # facility, partner


class Connection(NamedTuple):
    """A facility and a partner at a moment. `pulse` None: no address stands."""

    facility: FacilityOnDay
    partner: Partner
    pulse: Pulse | None

    @property
    def state(self) -> str:
        return self.pulse.state if self.pulse else NO_ADDRESS

    @property
    def label(self) -> "StrOrPromise":
        return LABELS[self.state]


class Strip(NamedTuple):
    """The ninety days of a connection, and of the days that had signs of life all that is kept."""

    cells: list[Cell]
    days: dict[date, BeatDay]


def connections(now: datetime) -> list[Connection]:
    """Every facility that is to be connected, private ones too, as it is at the moment `now`.

    A fixed number of queries.
    """
    pulses = {(p.gateway.facility_id, p.gateway.partner_id): p for p in gateways.pulses(now)}
    partners = {partner.pk: partner for partner in Partner.objects.all()}
    counted = [pk for pk, partner in partners.items() if partner.counted]
    on = clock.day_of(now)
    due = set(listed_on(on, None, IN_CONNECTIVITY).values_list("pk", flat=True))
    places = {(pk, of) for pk in due for of in counted} | pulses.keys()
    # Of a wide register few are to be connected: the others are not described.
    facilities = {f.id: f for f in AsOf(on, None, frozenset(pk for pk, _of in places)).on(on)}
    return [
        Connection(facilities[pk], partners[of], pulses.get((pk, of)))
        for pk, of in places
        if pk in facilities
    ]


def count_by_state(found: Iterable[Connection]) -> dict[str, int]:
    """How many are in each state, none left out, worst first."""
    counts = dict.fromkeys(WORST_FIRST, 0)
    for connection in found:
        counts[connection.state] += 1
    return counts


def strips(standing: Iterable[Gateway], now: datetime) -> dict[Place, Strip]:
    """By facility and partner the ninety days up to the moment `now`. Two queries."""
    standing = list(standing)
    days = gateways.days_of(standing, timezone.localdate(now))
    since = gateways.first_issued({gateway.facility_id for gateway in standing})
    found = {}
    for gateway in standing:
        place = (gateway.facility_id, gateway.partner_id)
        first = since.get(place, gateway.issued_at)
        found[place] = Strip(strip(gateway, days[place], first, now), days[place])
    return found
