"""The durations that forecasts draw from: between milestones, and between the stages of servers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from equipment import durations as of_stages
from equipment.durations import ENOUGH, Step
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf
from rollout.programme import durations as of_milestones


@dataclass(frozen=True, slots=True)
class Durations:
    milestones: dict[str, tuple[int, ...]]  # days from the milestone before, sorted
    stages: dict[tuple[str, str], tuple[int, ...]]  # (path, stage): days from the stage before
    servers_to_launch: tuple[int, ...]  # days from the acceptance of servers to the launch

    @classmethod
    def of(
        cls,
        milestones: Mapping[str, Iterable[int]],
        stages: Mapping[Step, Iterable[int]],
        servers_to_launch: Iterable[int],
    ) -> Self:
        """From durations in any order. The stages stand in the order of their way."""
        return cls(
            {code: tuple(sorted(took)) for code, took in milestones.items()},
            {step: tuple(sorted(stages[step])) for step in sorted(stages, key=_on_its_way)},
            tuple(sorted(servers_to_launch)),
        )

    @staticmethod
    def enough(pool: tuple[int, ...]) -> bool:
        return len(pool) >= ENOUGH


def _on_its_way(step: Step) -> tuple[str, int]:
    path, stage = step
    return path, ROUTES[Path(path)].stages.index(Stage(stage))


def durations(as_of: AsOf) -> Durations:
    """Of everything that had happened by the day."""
    return Durations.of(
        of_milestones.seen(as_of), of_stages.seen(as_of), of_milestones.servers_to_launch(as_of)
    )
