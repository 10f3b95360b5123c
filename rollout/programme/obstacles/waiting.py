"""Who is waiting on whom: what is open in the registers, by the agency or supplier that has to act.

A supplier is known only where an obstacle names one: procurement files name none, so contracts
signed and not delivered do not appear here by themselves.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from facilities.as_of import AsOf
from facilities.working_days import WEEKENDS_ONLY, WorkingDays, working_days_of
from rollout.models import ConditionMet, CouncilCondition
from rollout.programme.councils import meetings
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.obstacles.reading import days_since, obstacles

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AGENCY, SUPPLIER, OWNER, NOBODY = "agency", "supplier", "owner", "nobody"

GROUPS = {
    AGENCY: _("agency"),
    SUPPLIER: _("supplier"),
    OWNER: _("named by a council"),
    NOBODY: _("nobody is named"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open thing. `since`: how long it has been waited for; `facility_ids`: who waits."""

    kind: str  # obstacle, directive, condition
    code: str  # of its page
    text: str
    since: date
    due_on: date | None
    facility_ids: tuple[int, ...]
    working: WorkingDays = WEEKENDS_ONLY

    def days(self, on: date) -> int:
        return days_since(self.since, on)

    def days_late(self, on: date) -> int:
        """Working days past its due day; 0 without one."""
        return self.working.days_late(self.due_on, on)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Who has to act, and on what: the oldest first."""

    group: str
    name: str
    things: tuple[Waiting, ...]

    @property
    def group_label(self) -> "StrOrPromise":
        return GROUPS[self.group]

    @property
    def since(self) -> date:
        return self.things[0].since


def awaited(as_of: AsOf) -> list[Awaited]:
    """Everybody on whom something waits on the day, who has been waited for longest first.

    An obstacle with an agency and a supplier waits on both. A directive waits on its leading
    agency, or on all that carry it out together. The number of queries does not depend on how much is open.
    """
    found: dict[tuple[str, object], tuple[str, list[Waiting]]] = defaultdict(lambda: ("", []))

    def add(group: str, key: object, name: str, thing: Waiting) -> None:
        _name, things = found[group, key]
        found[group, key] = (name, [*things, thing])

    for obstacle in obstacles(as_of):
        if obstacle.cleared_on is not None:
            continue
        thing = Waiting(
            "obstacle",
            obstacle.code,
            obstacle.name,
            obstacle.since,
            None,
            tuple(sorted(obstacle.facility_ids)),
        )
        if obstacle.agency_id:
            add(AGENCY, obstacle.agency_id, obstacle.agency, thing)
        if obstacle.supplier:
            add(SUPPLIER, obstacle.supplier.casefold(), obstacle.supplier, thing)
        if not obstacle.agency_id and not obstacle.supplier:
            add(NOBODY, "", "", thing)
    for directive in directives_of(as_of):
        if directive.closed_on is None:
            thing = Waiting(
                "directive",
                directive.code,
                directive.text,
                directive.issued_on,
                directive.due_on,
                (),
                directive.working,
            )
            for agency in directive.answerable:
                add(AGENCY, agency.pk, agency.name, thing)
    for owner, thing in _conditions(as_of):
        add(OWNER, owner.casefold(), owner, thing)
    groups = [
        Awaited(group, name, tuple(sorted(things, key=lambda t: (t.since, t.kind, t.code))))
        for (group, _key), (name, things) in found.items()
    ]
    return sorted(groups, key=lambda awaited: (awaited.since, awaited.group, awaited.name))


def _conditions(as_of: AsOf) -> Iterator[tuple[str, Waiting]]:
    """Conditions of councils that had ruled by the day and that nobody had met by then."""
    by_id = {meeting.id: meeting for meeting in meetings(as_of)}
    met = set(
        ConditionMet.objects.known(as_of.known_at)
        .filter(met_on__lte=as_of.until)
        .values_list("condition_id", flat=True)
    )
    for row in CouncilCondition.objects.known(as_of.known_at).order_by("pk"):
        meeting = by_id.get(row.meeting_id)
        if meeting is None or meeting.ruled_on is None or row.pk in met:
            continue
        thing = Waiting(
            "condition",
            meeting.code,
            row.text,
            meeting.ruled_on,
            row.due_on,
            (meeting.facility_id,),
            working_days_of(as_of),
        )
        yield row.owner, thing
