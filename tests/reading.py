"""How tests look at what an app tells the progress."""

from datetime import date, datetime
from types import ModuleType

from facilities.as_of import AsOf
from facilities.models import Facility
from facilities.timeline import Tally, fold


def tally(
    readiness: ModuleType,
    facility: Facility,
    component: str,
    on: date,
    *,
    until: date | None = None,
    known_at: datetime | None = None,
) -> Tally:
    """A component at the end of day `on`, read from facts up to `until` (None: up to `on`).

    The trend reads a whole period at once, so a day must look the same whatever `until` is.
    """
    changes = readiness.changes(AsOf(until or on, known_at))
    return fold(changes, on)[facility.pk][component]
