"""What is to happen on which day, for one person: on a page, as a calendar to subscribe to, as news."""

from rollout.notices.feeds.events import Event, events

__all__ = ["Event", "events"]
