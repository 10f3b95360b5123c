"""What holds the milestones of one facility, in the words of its pages."""

from facilities.models import Facility
from rollout.day import Day
from rollout.models import Milestone
from rollout.programme.obstacles.reading import obstacles


def held_context(facility: Facility, day: Day) -> dict[str, object]:
    """Each milestone held on the day, with its obstacle and since when; longest held first."""
    found = obstacles(day.as_of(frozenset({facility.pk})))
    held = [
        (Milestone(hold.milestone).label, obstacle, hold.since)
        for obstacle in found
        for hold in obstacle.holds
        if hold.facility_id == facility.pk and hold.until is None
    ]
    return {"held": sorted(held, key=lambda line: (line[2], line[1].code))}
