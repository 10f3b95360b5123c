"""Facts that cannot all be true. Every rule reads the folded facts of a day; nothing is stored."""

from rollout.contradictions.finder import RULES, Contradiction, Rule, contradictions

__all__ = ["RULES", "Contradiction", "Rule", "contradictions"]
