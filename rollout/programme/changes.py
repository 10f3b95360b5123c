"""What the milestones tell the progress.

Components: `milestone:<code>` for each event, and `evaluated`.
A ruling replaces the one before: only the latest ruling of a facility stands.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from facilities.as_of import AsOf, once_per_as_of
from facilities.evidence import Rung
from facilities.lineage import Passing, inherit
from facilities.timeline import Change, fold
from rollout.models import CouncilRuling, MilestoneEvent
from rollout.models.councils import PASSING

PASSES_ON = {"milestone": Passing.ALL, "evaluated": Passing.ALL}


def changes(as_of: AsOf) -> Iterator[Change]:
    for facility_id, on, milestone, rung in milestone_events(as_of):
        yield Change(facility_id, on, f"milestone:{milestone}", 1, rung)
    yield from _evaluated(as_of)


@once_per_as_of
def milestone_events(as_of: AsOf) -> list[tuple[int, date, str, int]]:
    """(facility, day, milestone, rung) of every milestone reached by the day."""
    return list(
        as_of.facts(MilestoneEvent).values_list("facility_id", "happened_on", "milestone", "rung")
    )


@once_per_as_of
def milestones_reached(as_of: AsOf) -> dict[int, dict[str, date]]:
    """The day on which each facility had reached each milestone, as its successor has it."""
    events = [
        Change(facility_id, on, f"milestone:{milestone}", 1, rung)
        for facility_id, on, milestone, rung in milestone_events(as_of)
    ]
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for facility_id, state in fold(inherit(events, as_of, PASSES_ON), as_of.until).items():
        for component, tally in state.items():
            if tally.amount > 0 and tally.newest_on:
                found[facility_id][component.removeprefix("milestone:")] = tally.newest_on
    return found


def _evaluated(as_of: AsOf) -> Iterator[Change]:
    """`evaluated`: the latest ruling of the facility's councils passed it, with conditions or without."""
    standing: dict[int, int] = {}  # facility -> rung of the passing ruling that stands
    rulings = as_of.facts(CouncilRuling).order_by("happened_on", "meeting__code")
    for facility_id, on, conclusion, rung in rulings.values_list(
        "facility_id", "happened_on", "conclusion", "rung"
    ):
        if conclusion == "postponed":
            continue  # it ruled nothing
        if facility_id in standing:
            yield Change(facility_id, on, "evaluated", -1, standing.pop(facility_id))
        elif conclusion not in PASSING:
            # Nothing to take back of its own, but maybe what it took over from predecessors.
            yield Change(facility_id, on, "evaluated", 0, rung, is_fact=False)
        if conclusion in PASSING:
            standing[facility_id] = _decided(rung)
            yield Change(facility_id, on, "evaluated", 1, standing[facility_id])


def _decided(rung: int) -> int:
    """A council's ruling is the highest evidence, unless the row itself is sample data."""
    return Rung.ASSUMED if rung == Rung.ASSUMED else Rung.DECIDED
