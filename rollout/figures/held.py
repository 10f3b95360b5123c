"""Which obstacle is said to hold a milestone: the costliest of the province, or of the area asked for.

What an obstacle costs adds up over its facilities, so it is kept apart for each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rollout.programme.milestone_line import MilestoneOnDay
from rollout.programme.obstacles import Hold, ObstacleOnDay, facility_days

Costs = Mapping[int, int]  # facility-days, by obstacle


@dataclass(frozen=True, slots=True)
class Held:
    """What an open obstacle is to one facility."""

    obstacle: int
    code: str
    names: tuple[str, str]  # in Vietnamese and in English
    facility_days: int
    milestones: tuple[str, ...]  # those that it holds now


def held_of(obstacles: Iterable[ObstacleOnDay], on: date) -> dict[int, tuple[Held, ...]]:
    """By facility: what these obstacles, none of them cleared, cost and hold."""
    found: dict[int, list[Held]] = defaultdict(list)
    for obstacle in obstacles:
        holds: dict[int, list[Hold]] = defaultdict(list)
        for hold in obstacle.holds:
            holds[hold.facility_id].append(hold)
        for pk, own in holds.items():
            milestones = tuple(hold.milestone for hold in own if hold.until is None)
            found[pk].append(
                Held(
                    obstacle.id,
                    obstacle.code,
                    (obstacle.name_vi, obstacle.name_en),
                    facility_days(own, on),
                    milestones,
                )
            )
    return {pk: tuple(held) for pk, held in found.items()}


def costs_of(held: Iterable[Sequence[Held]]) -> Costs:
    costs: Counter[int] = Counter()
    for of_facility in held:
        for one in of_facility:
            costs[one.obstacle] += one.facility_days
    return costs


def held_by_costliest(
    line: tuple[MilestoneOnDay, ...], held: Sequence[Held], costs: Costs
) -> tuple[MilestoneOnDay, ...]:
    """The line of milestones; the same object where it tells the costliest already."""
    if len(held) < 2:
        return line
    by: dict[str, tuple[str, str]] = {}
    for one in sorted(held, key=lambda one: (-costs[one.obstacle], one.code)):
        for milestone in one.milestones:
            by.setdefault(milestone, one.names)
    if all(one.held_by == by.get(one.code) for one in line):
        return line
    return tuple(replace(one, held_by=by.get(one.code)) for one in line)
