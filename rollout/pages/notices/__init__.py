"""Inbox, alerts and deadlines, the month, calendars, beats of gateways."""
