"""Obstacles as they stood on a day: whom they hold, since when, and how many facility-days they cost."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from facilities.as_of import AsOf
from facilities.models.places import in_language
from rollout.models import Milestone, Obstacle, ObstacleCleared, ObstacleHold
from rollout.programme.changes import milestones_reached
from rollout.programme.councils import meetings

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Reached = dict[tuple[int, str], date]  # (facility, milestone)


@dataclass(frozen=True, slots=True)
class Hold:
    facility_id: int
    milestone: str
    since: date
    until: date | None  # freed on this day; None: still held
    assumed: bool = False

    def days(self, on: date) -> int:
        """Whole days held up to and including day `on`."""
        end = min(self.until, on) if self.until else on
        return max(0, (end - self.since).days)


@dataclass(frozen=True, slots=True)
class ObstacleOnDay:
    id: int
    code: str
    kind: str
    name_vi: str
    name_en: str
    agency_vi: str
    agency_en: str
    raised_on: date
    raised_by: str
    cleared_on: date | None
    source: str
    assumed: str
    facility_days: int
    holds: tuple[Hold, ...] = field(default=())
    agency_id: int | None = None
    supplier: str = ""
    legal_reference: str = ""
    session_id: int | None = None
    raised_by_en: str = ""

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def raised_by_whom(self) -> str:
        return in_language(self.raised_by, self.raised_by_en)

    @property
    def agency(self) -> str:
        return in_language(self.agency_vi, self.agency_en)

    @property
    def kind_label(self) -> "StrOrPromise":
        return Obstacle.Kind(self.kind).label

    @property
    def facility_ids(self) -> set[int]:
        return {hold.facility_id for hold in self.holds if hold.until is None}

    @property
    def standing_holds(self) -> list[tuple[int, str]]:
        """Facility and milestone of each hold that has not ended."""
        return [(hold.facility_id, hold.milestone) for hold in self.holds if hold.until is None]

    @property
    def since(self) -> date:
        """The first day on which it held anybody whom it still holds; holding nobody, when it was raised."""
        return min((h.since for h in self.holds if h.until is None), default=self.raised_on)

    @property
    def assumed_facility_ids(self) -> set[int]:
        """Of those held, whom no source names."""
        return {h.facility_id for h in self.holds if h.until is None and h.assumed}


def obstacles(as_of: AsOf) -> list[ObstacleOnDay]:
    """Obstacles raised by the day, costliest first. Three queries of its own.

    Of some facilities, those that hold or held one of them, with what they cost these.

    A hold ends when its obstacle is cleared, or earlier on its own day or when the held milestone is
    reached. One that
    is open at a merger holds the successor from then on, once only.
    """
    on, known_at = as_of.until, as_of.known_at
    reached: Reached = {
        (facility_id, milestone): day
        for facility_id, days in milestones_reached(as_of).items()
        for milestone, day in days.items()
    }
    for meeting in meetings(as_of):
        if ruled_on := meeting.ruled_on:
            council = (meeting.facility_id, Milestone.COUNCIL.value)
            reached[council] = min(ruled_on, reached.get(council, ruled_on))
    rows = (
        Obstacle.objects.known(known_at)
        .filter(raised_on__lte=on)
        .select_related("agency")
        .prefetch_related(
            Prefetch("holds", queryset=as_of.facts(ObstacleHold), to_attr="held"),
            Prefetch(
                "clearings",
                queryset=ObstacleCleared.objects.known(known_at).filter(Q(cleared_on__lte=on)),
                to_attr="cleared",
            ),
        )
    )
    found = []
    for row in rows:
        cleared_on = row.cleared[0].cleared_on if row.cleared else None
        holds = _holds(row.held, cleared_on, reached, as_of)
        if not holds and as_of.facility_ids is not None:
            continue
        found.append(
            ObstacleOnDay(
                id=row.pk,
                code=row.code,
                kind=row.kind,
                name_vi=row.name_vi,
                name_en=row.name_en,
                agency_vi=row.agency.name_vi if row.agency else "",
                agency_en=row.agency.name_en if row.agency else "",
                raised_on=row.raised_on,
                raised_by=row.raised_by,
                cleared_on=cleared_on,
                source=row.source,
                assumed=row.assumed,
                facility_days=facility_days(holds, on),
                holds=tuple(holds),
                agency_id=row.agency_id,
                supplier=row.supplier,
                legal_reference=row.legal_reference,
                session_id=row.session_id,
                raised_by_en=row.raised_by_en,
            )
        )
    return sorted(found, key=lambda o: (o.cleared_on is not None, -o.facility_days, o.code))


def days_since(since: date, on: date) -> int:
    """Whole days that something has held, or has been waited for, up to and including day `on`."""
    return max(0, (on - since).days)


def days_lost(found: Iterable[ObstacleOnDay], on: date) -> int:
    """Facility-days that the province has lost by day `on`, to whichever obstacle, cleared or not."""
    return facility_days((hold for obstacle in found for hold in obstacle.holds), on)


def facility_days(holds: Iterable[Hold], on: date) -> int:
    """Facility-days lost by day `on`: one facility on one day, once, however much of it is held."""
    spans: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for hold in holds:
        if days := hold.days(on):
            spans[hold.facility_id].append((hold.since, hold.since + timedelta(days=days)))
    lost = 0
    for of_one in spans.values():
        free_from = date.min
        for since, until in sorted(of_one):
            lost += max(0, (until - max(since, free_from)).days)
            free_from = max(free_from, until)
    return lost


def _holds(
    rows: Iterable[ObstacleHold], cleared_on: date | None, reached: Reached, as_of: AsOf
) -> list[Hold]:
    found: list[Hold] = []
    held: set[tuple[int, str]] = set()
    for row in sorted(rows, key=lambda row: (row.facility_id in as_of.descent.merged, row.pk)):
        facility_id, since = row.facility_id, row.happened_on
        # An end that is still to come frees nobody yet.
        ends_on = row.ends_on if row.ends_on and row.ends_on <= as_of.until else None
        until = _first(cleared_on, ends_on, reached.get((facility_id, row.milestone)))
        heir = as_of.descent.heir(facility_id)
        if heir != facility_id:
            merged_on = as_of.left_on[facility_id]
            if until is None or until >= merged_on:
                freed_on = reached.get((heir, row.milestone))
                until = _first(cleared_on, ends_on, max(freed_on, merged_on) if freed_on else None)
                if (heir, row.milestone) in held:
                    until = _first(until, merged_on)
                else:
                    facility_id = heir
        held.add((facility_id, row.milestone))
        found.append(Hold(facility_id, row.milestone, since, until, bool(row.assumed)))
    return found


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
