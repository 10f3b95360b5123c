"""Which directives concern a facility: what they take up is about it, or about what holds it."""

from facilities.as_of import AsOf
from rollout.models import Solution, SolutionOutcome
from rollout.programme.directives import DirectiveOnDay, directives
from rollout.programme.obstacles.reading import obstacles


def directives_of(as_of: AsOf) -> list[DirectiveOnDay]:
    """Of some facilities, those that concern one of them; of all, every directive.

    A directive takes up solutions; a solution was proposed by a facility, or is about an obstacle, or
    about all that was raised at its session. What was ordered without any concerns nobody by name.
    """
    found = directives(as_of.until, as_of.known_at)
    if as_of.facility_ids is None:
        return found
    held = obstacles(as_of)
    obstacle_ids = {one.id for one in held}
    session_ids = {one.session_id for one in held if one.session_id}
    taken_up = (
        SolutionOutcome.objects.known(as_of.known_at)
        .filter(
            happened_on__lte=as_of.until,
            directive__isnull=False,
            solution__in=Solution.objects.known(as_of.known_at),
        )
        .values_list(
            "directive_id", "solution__facility_id", "solution__obstacle_id", "solution__session_id"
        )
    )
    concerned = {
        directive
        for directive, facility, obstacle, session in taken_up
        if facility in as_of.facility_ids
        or obstacle in obstacle_ids
        or (obstacle is None and session in session_ids)
    }
    return [one for one in found if one.id in concerned]
