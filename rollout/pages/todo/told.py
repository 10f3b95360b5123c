"""What the lines of one page say beside themselves: since when who was told, who sees to it, what waits."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Min, Q

from equipment.files import server_files
from facilities.as_of import FacilityOnDay
from rollout.day import Day
from rollout.models import AlertResponse, Audience, CouncilCondition, Milestone, Notice, Urging
from rollout.pages.listing import names_of
from rollout.programme.late import thing_of
from rollout.registers.todo import TodoItem

NAMED = 3  # so many facilities that wait are named


@dataclass
class Told:
    """`since`: the first day on which anybody was told; `whom`: who was, from the nearest to the highest."""

    since: date | None = None
    whom: list[str] = field(default_factory=list)
    letters: list[Urging] = field(default_factory=list)
    seen_to: str = ""


@dataclass(frozen=True)
class Beside:
    """Of the lines of a page: a fixed number of queries."""

    facilities: dict[int, FacilityOnDay]
    told: dict[str, Told]
    conditions: dict[str, CouncilCondition]
    servers: frozenset[int]  # files that bring servers

    def milestones(self, line: TodoItem) -> list[str]:
        """What cannot be reached before it, in words."""
        codes = line.milestones
        if line.kind == "stage" and line.row in self.servers:
            codes = (Milestone.LAUNCH.value,)
        return [str(Milestone(code).label) for code in codes]

    def waiting(self, line: TodoItem) -> list[str]:
        """The first of the facilities that wait, by name."""
        found = [self.facilities[pk] for pk in line.holds if pk in self.facilities]
        return [one.name for one in sorted(found, key=lambda one: one.code)[:NAMED]]


def beside(lines: Collection[TodoItem], day: Day) -> Beside:
    shown = {line.facility_id for line in lines if line.facility_id}
    waiting = {pk for line in lines for pk in line.holds}
    conditions = [int(x.thing.partition(":")[2]) for x in lines if x.kind == "condition"]
    bought = {line.facility_id for line in lines if line.kind == "stage" and line.facility_id}
    as_of = day.as_of(frozenset(bought))
    return Beside(
        facilities=names_of(day, shown | waiting),
        told=_told(lines, day),
        conditions={
            f"condition:{row.pk}": row
            for row in CouncilCondition.objects.filter(pk__in=conditions).select_related("meeting")
        }
        if conditions
        else {},
        servers=frozenset(file for _facility, file in server_files(as_of))
        if bought
        else frozenset(),
    )


def _told(lines: Collection[TodoItem], day: Day) -> dict[str, Told]:
    found: dict[str, Told] = defaultdict(Told)
    wanted = {line.thing for line in lines}
    # An alert is of one of the facilities shown, or of none.
    about = Q(alert__facility__in={x.facility_id for x in lines if x.facility_id})
    if any(line.facility_id is None for line in lines):
        about |= Q(alert__facility__isnull=True)
    open_on = Q(alert__cleared_on__isnull=True) | Q(alert__cleared_on__gt=day.on)
    notices = Notice.objects.filter(about, open_on, kind=Notice.Kind.DUE, on__lte=day.on)
    rows = notices.order_by().values_list("alert__subject", "audience")
    audiences: dict[str, set[str]] = defaultdict(set)
    for subject, audience, first in rows.annotate(Min("on")):
        thing = thing_of(subject)
        if thing in wanted:
            one = found[thing]
            one.since = min(one.since or first, first)
            audiences[thing].add(audience)
    for thing, codes in audiences.items():
        found[thing].whom = [str(Audience(code).label) for code in Audience.values if code in codes]
    seen = AlertResponse.objects.filter(
        kind=AlertResponse.Kind.ACKNOWLEDGED, on__lte=day.on
    ).filter(about, open_on)
    for response in seen.select_related("by", "alert").order_by("pk"):
        thing = thing_of(response.alert.subject)
        if thing in wanted:
            found[thing].seen_to = str(response.by)
    _letters(found, lines, day)
    return found


def _letters(found: dict[str, Told], lines: Collection[TodoItem], day: Day) -> None:
    keys: dict[str, list[int]] = {
        kind: [int(x.thing.partition(":")[2]) for x in lines if x.kind == kind]
        for kind in ("directive", "obstacle")
    }
    if not any(keys.values()):
        return
    rows = Urging.objects.known(day.known_at).filter(happened_on__lte=day.on)
    rows = rows.filter(
        Q(directive__in=keys["directive"]) | Q(obstacle__in=keys["obstacle"])
    ).select_related("agency")
    for row in rows.order_by("happened_on", "pk"):
        kind = "directive" if row.directive_id else "obstacle"
        found[f"{kind}:{row.directive_id or row.obstacle_id}"].letters.append(row)
