"""The durations that forecasts draw from: between milestones, and between the stages of servers."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from equipment import durations
from equipment.durations import ENOUGH
from equipment.files import files, server_files
from equipment.stages import Stage
from facilities.register import Register
from rollout.councils import meetings, standing_ruling
from rollout.models import Milestone
from rollout.readiness import milestones_reached

# Portal and what comes after official use bind nobody to the law's day.
WAY = (
    Milestone.PREPARING,
    Milestone.PILOT,
    Milestone.LAUNCH,
    Milestone.SELF_ASSESSMENT,
    Milestone.COUNCIL,
    Milestone.DECISION,
    Milestone.OFFICIAL,
)


@dataclass(frozen=True, slots=True)
class Pools:
    milestones: dict[str, tuple[int, ...]]  # days from the milestone before, sorted
    stages: dict[tuple[str, str], tuple[int, ...]]  # (path, stage): days from the stage before
    servers_to_launch: tuple[int, ...]  # days from the acceptance of servers to the launch

    @staticmethod
    def enough(pool: tuple[int, ...]) -> bool:
        return len(pool) >= ENOUGH


def days_of(register: Register) -> dict[int, dict[str, object]]:
    """The day of each milestone of each facility, the council's by its ruling."""
    found = {pk: dict(days) for pk, days in milestones_reached(register).items()}
    of = defaultdict(list)
    for meeting in meetings(register):
        of[meeting.facility_id].append(meeting)
    for pk, theirs in of.items():
        ruling = standing_ruling(theirs)
        if ruling and ruling.passed:
            found.setdefault(pk, {})[Milestone.COUNCIL.value] = ruling.held_on
    return found


def pools(register: Register) -> Pools:
    """Of everything that had happened by the register's day."""
    milestones = defaultdict(list)
    reached = days_of(register)
    accepted = {file.id: file.step(Stage.ACCEPTANCE).reached_on for file in files(register)}
    launched = []
    for facility_id, file in server_files(register):
        day, launch = accepted.get(file), reached.get(register.descent.heir(facility_id), {})
        launch = launch.get(Milestone.LAUNCH)
        if day and launch and launch >= day:
            launched.append((launch - day).days)
    for days in reached.values():
        for before, after in pairwise(WAY):
            if before in days and after in days and days[after] >= days[before]:
                milestones[after.value].append((days[after] - days[before]).days)
    return Pools(
        {code: tuple(sorted(seen)) for code, seen in milestones.items()},
        {key: tuple(sorted(seen)) for key, seen in durations.seen(register).items()},
        tuple(sorted(launched)),
    )
