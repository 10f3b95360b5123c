"""Which facilities a directive concerns: it was given to solve what holds them."""

from collections import defaultdict

from facilities.as_of import AsOf
from rollout.models import ObstacleHold, SolutionOutcome


def concerned(as_of: AsOf) -> dict[int, set[int]]:
    """By directive, those of the facilities asked about that it concerns: two queries.

    A directive says nothing of facilities itself. It concerns whom the obstacle held that it came
    of by the day, and for whom the solution it took up was proposed.
    """
    outcomes = (
        SolutionOutcome.objects.known(as_of.known_at)
        .filter(directive__isnull=False, happened_on__lte=as_of.until)
        .values_list("directive_id", "solution__obstacle_id", "solution__facility_id")
    )
    held: dict[int, set[int]] = defaultdict(set)
    for obstacle, facility in as_of.facts(ObstacleHold).values_list("obstacle_id", "facility_id"):
        held[obstacle].add(facility)
    found: dict[int, set[int]] = defaultdict(set)
    for directive, obstacle, facility in outcomes:
        found[directive] |= held.get(obstacle, set())
        if facility and (as_of.facility_ids is None or facility in as_of.facility_ids):
            found[directive].add(facility)
    return found
