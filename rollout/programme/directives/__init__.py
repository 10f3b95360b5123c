"""Directives: issued by a leader, answered by agencies, closed by a second person."""

from rollout.programme.directives.reading import DirectiveOnDay, directives

__all__ = ["DirectiveOnDay", "directives"]
