"""The durations that forecasts draw from: between milestones, and between the stages of servers."""

from dataclasses import dataclass

from equipment import durations as stages
from equipment.durations import ENOUGH
from facilities.register import Register
from rollout import durations


@dataclass(frozen=True, slots=True)
class Pools:
    milestones: dict[str, tuple[int, ...]]  # days from the milestone before, sorted
    stages: dict[tuple[str, str], tuple[int, ...]]  # (path, stage): days from the stage before
    servers_to_launch: tuple[int, ...]  # days from the acceptance of servers to the launch

    @staticmethod
    def enough(pool: tuple[int, ...]) -> bool:
        return len(pool) >= ENOUGH


def pools(register: Register) -> Pools:
    """Of everything that had happened by the register's day."""
    return Pools(
        durations.seen(register),
        {key: tuple(sorted(took)) for key, took in stages.seen(register).items()},
        durations.servers_to_launch(register),
    )
