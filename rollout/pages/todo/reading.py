"""Which lines a reader has, by the view asked for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from facilities.as_of import AsOf
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.due import due
from rollout.pages.programme.directives import looked_at, seen_directives
from rollout.programme.deadlines import AHEAD
from rollout.programme.obstacles import obstacles
from rollout.registers.todo import (
    COMING,
    Steering,
    TodoItem,
    in_order,
    of_alerts,
    of_facilities,
    of_own,
    of_the_programme,
    standing_alerts,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OWN, ALL, AGENCY, DECIDE = "own", "all", "agency", "decide"
VIEWS: dict[str, "StrOrPromise"] = {
    DECIDE: pgettext_lazy("to be done", "for a leader to decide"),
    ALL: pgettext_lazy("to be done", "everything"),
    AGENCY: pgettext_lazy("to be done", "of my agency"),
    OWN: pgettext_lazy("to be done", "of my facility"),
}

HELD_LONG = timedelta(days=30)  # from then on an obstacle is a leader's


def views_of(access: Access) -> list[str]:
    """What a reader may ask for; the one that opens by itself first."""
    found = []
    if access.opens_programme:
        found = [ALL, DECIDE] if access.keeps_somewhere else [DECIDE, ALL]
    if access.agency_ids:
        found.append(AGENCY)
    if access.spoken_for:
        found.append(OWN)
    return found


def lines_of(view: str, day: Day, access: Access) -> list[TodoItem]:
    """Trouble first. The number of queries does not depend on how much is to be done."""
    if view == OWN:
        return _own(day, access)
    if view == AGENCY:
        return _of_agency(day, access)
    found = _everything(day, access)
    return [line for line in found if is_for_a_leader(line, day)] if view == DECIDE else found


def _own(day: Day, access: Access) -> list[TodoItem]:
    ids = access.spoken_for
    found = of_own(ids, day.on, known_at=day.known_at, map_on=day.map_on)
    as_of = day.as_of(ids)
    return in_order(of_alerts(found, standing_alerts(as_of), as_of))


def with_a_day(day: Day, access: Access) -> list[TodoItem]:
    """Of everything that the reader sees, what has a day: what is late, and what is due within 90 days."""
    return [
        line
        for line in _owed(day, access, day.of_places(access.programme))
        if line.due_on and line.due_on <= day.on + AHEAD
    ]


def _owed(day: Day, access: Access, as_of: AsOf) -> list[TodoItem]:
    """Without what alerts alone warn of."""
    found = of_facilities(
        day.on,
        known_at=day.known_at,
        map_on=day.map_on,
        area=day.area_code,
        places=as_of.facility_ids,
    )
    laws = []
    if access.sees_programme and not day.area:
        laws = due(day.on, known_at=day.known_at, map_on=day.map_on).owed_to_the_law()
    steering = Steering(seen_directives(day, access), obstacles(as_of), laws)
    return [*found, *of_the_programme(steering, as_of)]


def _everything(day: Day, access: Access) -> list[TodoItem]:
    as_of = day.of_places(access.programme)
    found = _owed(day, access, as_of)
    warned = standing_alerts(as_of)
    if not access.keeps_registers:
        warned = [alert for alert in warned if alert.facility_id]
    return in_order(of_alerts(found, warned, as_of))


def _of_agency(day: Day, access: Access) -> list[TodoItem]:
    """What it leads and helps with, and what it is named to clear."""
    as_of = day.as_of()
    steering = Steering(looked_at(day), obstacles(as_of))
    found = of_the_programme(steering, as_of)
    return in_order(line for line in found if not access.agency_ids.isdisjoint(line.agencies))


def is_for_a_leader(line: TodoItem, day: Day) -> bool:
    """Only a leader can decide it: the law, a directive, a council, an obstacle that has held long."""
    if line.kind == "obstacle":
        return line.since is not None and day.on - line.since >= HELD_LONG
    if line.kind == "council":
        return line.when(day.on) != COMING
    return line.kind in ("legal", "directive")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a list the address asks for. `when` "": all but what is due later."""

    when: str = ""
    kind: str = ""
    facility: int | None = None

    def takes(self, line: TodoItem, day: Day, *, without: str = "") -> bool:
        """`without`: one of the filters, left out, so that its chips say what each would show."""
        when = line.when(day.on)
        return (
            (without == "when" or self._in_time(when))
            and (without == "kind" or self.kind in ("", line.kind))
            and (without == "facility" or self.facility in (None, line.facility_id))
        )

    def _in_time(self, when: str) -> bool:
        if self.when == "any":
            return True
        return when == self.when if self.when else when != COMING
