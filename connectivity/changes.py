"""What connectivity tells the progress about the counted partner.

Components: `account`, `connected`, `first_message`.
"""

from collections.abc import Iterator
from datetime import date

from connectivity.models import ConnectionStep
from facilities.as_of import AsOf
from facilities.lineage import Passing
from facilities.timeline import Change

Step = ConnectionStep.Step

PASSES_ON = {step.value: Passing.ALL for step in Step if step != Step.DISCONNECTED}


def changes(as_of: AsOf) -> Iterator[Change]:
    """An end takes back the connection of its own attempt, on the same rung; without one, nothing."""
    rows = (
        as_of.facts(ConnectionStep)
        .filter(partner__counted=True)
        .values_list("facility_id", "attempt", "step", "happened_on", "rung")
    )
    connected: dict[tuple[int, int], tuple[date, int]] = {}
    ended_on: dict[tuple[int, int], date] = {}
    for facility_id, attempt, step, on, rung in rows:
        if step == Step.DISCONNECTED:
            ended_on[facility_id, attempt] = on
            continue
        if step == Step.CONNECTED:
            connected[facility_id, attempt] = (on, rung)
        yield Change(facility_id, on, step, 1, rung)
    for (facility_id, attempt), (on, rung) in connected.items():
        if (facility_id, attempt) in ended_on:
            end = max(on, ended_on[facility_id, attempt])
            yield Change(facility_id, end, Step.CONNECTED, -1, rung)
