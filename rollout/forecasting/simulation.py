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
        if gate and leg.code == gate[0] and max(gate[1]) > min(days):
            days = [max(day, other) for day, other in zip(days, gate[1], strict=True)]
    return days


def _one(leg: Leg, days: list[int], on: int, random: Random) -> list[int]:
    draw, pool, many = random.random, leg.pool, len(leg.pool)
    if leg.fixed is not None and leg.fixed >= on:
        fixed = leg.fixed
        drawn = [pool[int(draw() * many)] for _ in days]
        reached = [
            fixed if day <= fixed else day + took for day, took in zip(days, drawn, strict=True)
        ]
    elif min(days) >= on:
        reached = [day + pool[int(draw() * many)] for day in days]
    elif days.count(days[0]) == len(days):
        reached = _begun(pool, days[0], on, [draw() for _ in days])
    else:
        reached = [_begun(pool, day, on, [draw()])[0] for day in days]
    if leg.least:
        reached = [max(day, leg.least(before)) for day, before in zip(reached, days, strict=True)]
    return reached


def _begun(pool: tuple[int, ...], begun: int, on: int, chances: list[float]) -> list[int]:
    """Not on a day that has passed: what has not happened by day `on` happens after it."""
    longer = pool if begun >= on else pool[bisect_right(pool, on - begun) :]
    if many := len(longer):
        return [begun + longer[int(chance * many)] for chance in chances]
    return [on + max(1, pool[int(chance * len(pool))]) for chance in chances]


def quantile(days: list[int], share: float) -> int:
    """The first day by which at least this share of the draws is over. `days` sorted."""
    return days[max(0, ceil(share * len(days)) - 1)]
