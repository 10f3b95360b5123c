"""What the milestones tell the progress.

Components: `milestone:<code>` for each event, and `evaluated`.
A ruling replaces the one before: only the latest ruling of a facility stands.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from facilities.evidence import Rung
from facilities.lineage import Passing, inherit
from facilities.register import Register, once_per_register
from facilities.timeline import Change, fold
from rollout.models import CouncilRuling, MilestoneEvent
from rollout.models.councils import PASSING

PASSES_ON = {"milestone": Passing.ALL, "evaluated": Passing.ALL}


def changes(register: Register) -> Iterator[Change]:
    for facility_id, on, milestone, rung in milestone_events(register):
        yield Change(facility_id, on, f"milestone:{milestone}", 1, rung)
    yield from _evaluated(register)


@once_per_register
def milestone_events(register: Register) -> list[tuple]:
    """(facility, day, milestone, rung) of every milestone reached by the register's day."""
    return list(
        register.facts(MilestoneEvent).values_list(
            "facility_id", "happened_on", "milestone", "rung"
        )
    )


@once_per_register
def milestones_reached(register: Register) -> dict[int, dict[str, date]]:
    """The day on which each facility had reached each milestone, as its successor has it."""
    events = [
        Change(facility_id, on, f"milestone:{milestone}", 1, rung)
        for facility_id, on, milestone, rung in milestone_events(register)
    ]
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for facility_id, state in fold(inherit(events, register, PASSES_ON), register.until).items():
        for component, tally in state.items():
            if tally.amount > 0 and tally.newest_on:
                found[facility_id][component.removeprefix("milestone:")] = tally.newest_on
    return found


def _evaluated(register):
    """`evaluated`: the latest ruling of the facility's councils passed it, with conditions or without."""
    standing: dict[int, int] = {}  # facility -> rung of the passing ruling that stands
    rulings = register.facts(CouncilRuling).order_by("happened_on", "meeting__code")
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
