"""What obstacles cost, in facility-days: per agency, per kind, and for the whole province.

The rule. A facility-day is one facility on one day on which an obstacle holds it: from the hold's
first day up to, not including, the day it is free again. Each obstacle counts its own: a facility
held by two obstacles on one day has cost a day to both, and so to both their agencies and kinds.
Hence the agencies add up to the same as the kinds. The province loses that day once: its total is
the smaller number wherever obstacles overlap.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from rollout.programme.obstacles.reading import ObstacleOnDay, days_lost, facility_days


@dataclass(frozen=True, slots=True)
class Cost:
    """What the obstacles of one agency, or of one kind, have cost by the day."""

    label: str
    obstacles: int
    open: int
    facilities: int  # held on the day, each once
    days: int  # facility-days


@dataclass(frozen=True, slots=True)
class Costs:
    by_agency: tuple[Cost, ...]
    by_kind: tuple[Cost, ...]
    by_facility: tuple[tuple[int, int], ...]  # facility and its days lost, each once; dearest first
    counted: int  # facility-days, each obstacle's own
    lost: int  # facility-days of the province, each once


def costs(found: Iterable[ObstacleOnDay], on: date) -> Costs:
    """The costs of obstacles as they stood on day `on`, dearest first. No query."""
    found = list(found)
    return Costs(
        by_agency=_grouped(found, _in_charge, lambda o: o.agency or o.supplier or _("none named")),
        by_kind=_grouped(found, lambda o: o.kind, lambda o: str(o.kind_label)),
        by_facility=_by_facility(found, on),
        counted=sum(obstacle.facility_days for obstacle in found),
        lost=days_lost(found, on),
    )


def _by_facility(found: list[ObstacleOnDay], on: date) -> tuple[tuple[int, int], ...]:
    holds = defaultdict(list)
    for obstacle in found:
        for hold in obstacle.holds:
            holds[hold.facility_id].append(hold)
    lost = ((pk, facility_days(of_one, on)) for pk, of_one in holds.items())
    return tuple(sorted((one for one in lost if one[1]), key=lambda one: (-one[1], one[0])))


def _in_charge(obstacle: ObstacleOnDay) -> tuple[int | None, str]:
    """The agency that can clear it; the supplier where no agency is named."""
    return obstacle.agency_id, "" if obstacle.agency_id else obstacle.supplier


def _grouped(
    found: list[ObstacleOnDay],
    key: Callable[[ObstacleOnDay], Hashable],
    label: Callable[[ObstacleOnDay], str],
) -> tuple[Cost, ...]:
    groups = defaultdict(list)
    for obstacle in found:
        groups[key(obstacle)].append(obstacle)
    made = [
        Cost(
            label=label(group[0]),
            obstacles=len(group),
            open=sum(obstacle.cleared_on is None for obstacle in group),
            facilities=len(set().union(*(obstacle.facility_ids for obstacle in group))),
            days=sum(obstacle.facility_days for obstacle in group),
        )
        for group in groups.values()
    ]
    return tuple(sorted(made, key=lambda cost: (-cost.days, -cost.open, cost.label)))
