"""The durations that forecasts draw from: between milestones, and between the stages of servers."""

from dataclasses import dataclass

from equipment import durations as of_stages
from equipment.durations import ENOUGH
from facilities.as_of import AsOf
from rollout.programme import durations as of_milestones


@dataclass(frozen=True, slots=True)
class Durations:
    milestones: dict[str, tuple[int, ...]]  # days from the milestone before, sorted
    stages: dict[tuple[str, str], tuple[int, ...]]  # (path, stage): days from the stage before
    servers_to_launch: tuple[int, ...]  # days from the acceptance of servers to the launch

    @staticmethod
    def enough(pool: tuple[int, ...]) -> bool:
        return len(pool) >= ENOUGH


def durations(as_of: AsOf) -> Durations:
    """Of everything that had happened by the day."""
    return Durations(
        of_milestones.seen(as_of),
        {key: tuple(sorted(took)) for key, took in of_stages.seen(as_of).items()},
        of_milestones.servers_to_launch(as_of),
    )
