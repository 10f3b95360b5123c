"""Facts that cannot all be true, and steps passed over. Each rule reads the folded facts of a day; of
what it finds nothing is stored, only who has said of which step that it is not needed.
"""

from facilities.as_of import AsOf
from rollout.figures.contradictions import order, passed_over, presence, registers
from rollout.figures.contradictions.finder import Contradiction, Rule
from rollout.models import StepNotNeeded

RULES: tuple[Rule, ...] = (
    *presence.RULES,
    *order.RULES,
    *registers.RULES,
    *passed_over.RULES,
)


def contradictions(as_of: AsOf) -> list[Contradiction]:
    """Everything that contradicts on the day, as known at the moment asked for, and every step that was
    passed over without anybody saying why; in a fixed order.
    """
    not_needed = set(
        StepNotNeeded.objects.as_of(as_of.until, as_of.known_at).values_list("gap", flat=True)
    )
    found = [one for rule in RULES for one in rule.find(as_of) if one.key not in not_needed]
    return sorted(found, key=lambda one: (one.facility_id or 0, one.rule, one.subject))


def is_step(found: Contradiction) -> bool:
    """Whether it is a step passed over, which may also be declared as not needed."""
    return found.rule in passed_over.CODES


__all__ = ["RULES", "Contradiction", "Rule", "contradictions", "is_step"]
