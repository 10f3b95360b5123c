"""Walking the rest of the way many times, each time with durations drawn from those seen. Pure.

The first step on the way has begun already: only durations longer than what has passed are drawn
for it, and where none was that long, a whole one is drawn again from the day looked at on. The same
facility draws the same numbers on every day and in every what-if, so that two forecasts differ by
their facts alone.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from random import Random

DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Leg:
    """One step: durations seen (sorted, at least one), and the day that is fixed for it (ordinal).

    A fixed day holds unless the steps before it end later: then the wait is drawn.
    """

    code: str
    pool: tuple[int, ...]
    fixed: int | None = None
    least: Callable[[int], int] | None = None  # the first day the law allows, from the day before


def simulate(
    legs: list[Leg],
    *,
    begun: int,
    on: int,
    seed: str,
    gate: tuple[str, list[int]] | None = None,
) -> list[int]:
    """The day (ordinal) on which each draw reaches the end.

    `begun`: the day of the last step reached. `gate`: a step that is not reached before these days,
    one for each draw, because another way must have ended first.
    """
    days = [begun] * DRAWS
    for leg in legs:
        days = _one(leg, days, on, Random(f"{seed}|{leg.code}"))  # noqa: S311 it guards nothing
        if gate and leg.code == gate[0]:
            days = [max(day, other) for day, other in zip(days, gate[1], strict=True)]
    return days


def _one(leg: Leg, days: list[int], on: int, random: Random) -> list[int]:
    chance = [random.random() for _ in days]
    if leg.fixed is not None and leg.fixed >= on:
        reached = [
            leg.fixed if day <= leg.fixed else day + _drawn(leg.pool, u)
            for day, u in zip(days, chance, strict=True)
        ]
    else:
        reached = [_next(leg.pool, day, on, u) for day, u in zip(days, chance, strict=True)]
    if leg.least:
        reached = [max(day, leg.least(before)) for day, before in zip(reached, days, strict=True)]
    return reached


def _next(pool: tuple[int, ...], begun: int, on: int, chance: float) -> int:
    """Not on a day that has passed: what has not happened by day `on` happens after it."""
    if begun >= on:
        return begun + _drawn(pool, chance)
    longer = pool[bisect_right(pool, on - begun) :]
    return begun + _drawn(longer, chance) if longer else on + max(1, _drawn(pool, chance))


def _drawn(pool: tuple[int, ...], chance: float) -> int:
    return pool[int(chance * len(pool))]


def quantile(days: list[int], share: float) -> int:
    """The first day by which at least this share of the draws is over. `days` sorted."""
    return days[max(0, ceil(share * len(days)) - 1)]
