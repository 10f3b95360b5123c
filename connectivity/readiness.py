"""What connectivity tells the progress about the counted partner.

Components: `account`, `connected`, `first_message`.
"""

from collections.abc import Iterator

from connectivity.models import ConnectionStep
from facilities.register import Register
from facilities.timeline import Change

Step = ConnectionStep.Step


def changes(register: Register) -> Iterator[Change]:
    rows = (
        register.facts(ConnectionStep)
        .filter(partner__counted=True)
        .values_list("facility_id", "happened_on", "step", "rung")
    )
    for facility_id, on, step, rung in rows:
        if step == Step.DISCONNECTED:
            yield Change(facility_id, on, Step.CONNECTED, -1, rung)
        else:
            yield Change(facility_id, on, step, 1, rung)
