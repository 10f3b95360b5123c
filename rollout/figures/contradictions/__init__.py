"""Facts that cannot all be true. Each rule reads the folded facts of a day; nothing is stored."""

from facilities.as_of import AsOf
from rollout.figures.contradictions import order, presence, registers
from rollout.figures.contradictions.finder import Contradiction, Rule

RULES: tuple[Rule, ...] = (*presence.RULES, *order.RULES, *registers.RULES)


def contradictions(as_of: AsOf) -> list[Contradiction]:
    """Everything that contradicts on the day, as known at the moment asked for, in a fixed order."""
    found = [one for rule in RULES for one in rule.find(as_of)]
    return sorted(found, key=lambda one: (one.facility_id or 0, one.rule, one.subject))


__all__ = ["RULES", "Contradiction", "Rule", "contradictions"]
