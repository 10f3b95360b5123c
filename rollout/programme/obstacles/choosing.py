"""Which obstacles a list or a sentence is about: one answer for both."""

from collections.abc import Iterable

from facilities.as_of import AsOf
from rollout.programme.obstacles.reading import ObstacleOnDay, obstacles


def seen_in(as_of: AsOf) -> list[ObstacleOnDay]:
    """Those that hold, or held, one of the facilities asked about; of the province all."""
    found = obstacles(as_of)
    return found if as_of.facility_ids is None else [one for one in found if one.holds]


def standing(found: Iterable[ObstacleOnDay]) -> list[ObstacleOnDay]:
    """Those not cleared by the day."""
    return [one for one in found if one.cleared_on is None]


def raised_at(found: Iterable[ObstacleOnDay], session_id: int, by: str = "") -> list[ObstacleOnDay]:
    """Those raised at a working session, in the order in which they were raised.

    `by`: only those that were raised by these, as it is recorded in Vietnamese.
    """
    raised = [one for one in found if one.session_id == session_id and by in ("", one.raised_by)]
    return sorted(raised, key=lambda one: (one.raised_on, one.code))
