"""Reminders: who is told of an alert and when, what people did about it, and mail that goes out once."""

from rollout.reminding.ladder import Step, ladder
from rollout.reminding.telling import due_notices, tell

__all__ = ["Step", "due_notices", "ladder", "tell"]
