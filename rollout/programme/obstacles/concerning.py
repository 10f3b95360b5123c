"""Which directives concern a facility: what they take up is about it, or about what holds it."""

from facilities.as_of import AsOf
from rollout.models import Solution, SolutionOutcome, WorkingSession
from rollout.programme.directives import DirectiveOnDay, directives
from rollout.programme.obstacles.reading import obstacles


def directives_of(as_of: AsOf, programmes: frozenset[int] = frozenset()) -> list[DirectiveOnDay]:
    """Of some facilities, those that concern one of them; of all, every directive.

    `programmes`: and whatever was ordered at the sessions of these, which is their province's. What
    was ordered at a session of another one is not, whomever it concerns.

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
    if not programmes:
        return [one for one in found if one.id in concerned]
    held_for = dict(
        WorkingSession.objects.filter(programme__isnull=False).values_list("pk", "programme_id")
    )
    return [
        one
        for one in found
        if (
            held_for[one.session_id] in programmes
            if one.session_id in held_for
            else one.id in concerned
        )
    ]
