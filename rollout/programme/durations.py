"""How long facilities took here from milestone to milestone, and what is assumed where too few say."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from equipment.durations import Usual, usual
from equipment.files import files, server_files
from equipment.stages import Stage
from facilities.as_of import AsOf, once_per_as_of
from rollout.models import Milestone
from rollout.programme.changes import milestones_reached
from rollout.programme.councils import Meeting, meetings, standing_ruling

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

# Days from the milestone before, to plan with where too few facilities have gone that step. No law
# says so.
ASSUMED = {
    Milestone.PILOT: 60,
    Milestone.LAUNCH: 60,
    Milestone.SELF_ASSESSMENT: 30,
    Milestone.COUNCIL: 30,
    Milestone.DECISION: 15,
    Milestone.OFFICIAL: 15,
}


def days_of(as_of: AsOf) -> dict[int, dict[str, date]]:
    """The day of each milestone of each facility, the council's by its ruling."""
    found = {pk: dict(days) for pk, days in milestones_reached(as_of).items()}
    of: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in meetings(as_of):
        of[meeting.facility_id].append(meeting)
    for pk, theirs in of.items():
        ruling = standing_ruling(theirs)
        if ruling and ruling.passed and ruling.held_on:
            found.setdefault(pk, {})[Milestone.COUNCIL.value] = ruling.held_on
    return found


@once_per_as_of
def seen(as_of: AsOf) -> dict[str, tuple[int, ...]]:
    """Milestone -> days from the one before it, sorted, of the whole province whatever part is looked at."""
    found: dict[str, list[int]] = defaultdict(list)
    for days in days_of(_whole(as_of)).values():
        for code, took in taken(days):
            found[code].append(took)
    return {code: tuple(sorted(took)) for code, took in found.items()}


def taken(days: Mapping[str, date]) -> Iterator[tuple[str, int]]:
    """Each milestone of one facility, with the days from the one before it."""
    for before, after in pairwise(WAY):
        if before in days and after in days and days[after] >= days[before]:
            yield after.value, (days[after] - days[before]).days


def usually(as_of: AsOf, milestone: Milestone) -> Usual:
    """Days that a milestone usually takes from the one before it."""
    return usual(list(seen(as_of).get(milestone.value, ())), ASSUMED[milestone])


def servers_to_launch(as_of: AsOf) -> tuple[int, ...]:
    """Days from the acceptance of servers to the launch, sorted; of the whole province, as `seen`."""
    return tuple(sorted(took for _pk, took in taken_to_launch(_whole(as_of))))


def taken_to_launch(as_of: AsOf) -> Iterator[tuple[int, int]]:
    """(facility, days) of each file that has brought servers to one of its facilities."""
    reached = days_of(as_of)
    acceptances = {file.id: file.step(Stage.ACCEPTANCE) for file in files(as_of)}
    for facility_id, file in server_files(as_of):
        acceptance = acceptances.get(file)
        day = acceptance.reached_on if acceptance else None
        heir = as_of.descent.heir(facility_id)
        launch = reached.get(heir, {}).get(Milestone.LAUNCH)
        if day and launch and launch >= day:
            yield heir, (launch - day).days


@once_per_as_of
def _whole(as_of: AsOf) -> AsOf:
    if as_of.facility_ids is None:
        return as_of
    return AsOf(as_of.until, as_of.known_at, map_on=as_of.map_on)
