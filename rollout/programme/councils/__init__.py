"""Evaluation councils: their meetings, what they judge by, what they found and ruled."""

from rollout.programme.councils.meetings import (
    Meeting,
    awaited_meeting,
    awaited_meetings,
    fixed,
    meetings,
    standing_ruling,
    unruled,
)

__all__ = [
    "Meeting",
    "awaited_meeting",
    "awaited_meetings",
    "fixed",
    "meetings",
    "standing_ruling",
    "unruled",
]
