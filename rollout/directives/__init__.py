"""Directives: who was told to do what by when, and whether it was done."""

from rollout.directives.reading import DirectiveOnDay, directives

__all__ = ["DirectiveOnDay", "directives"]
