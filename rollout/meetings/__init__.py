"""Meetings are prepared from the figures: is a facility ready for its council, a session's agenda."""
