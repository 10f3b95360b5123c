"""Evaluation councils: their meetings, what they judge by, what they found and ruled."""

from rollout.programme.councils.meetings import Meeting, awaited_meeting, meetings, standing_ruling

__all__ = ["Meeting", "awaited_meeting", "meetings", "standing_ruling"]
