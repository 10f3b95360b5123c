"""What people and other systems are told: alerts, who is told of them and when, what people did
about it, mail, calls of other systems, calendars; and the jobs that do it.
"""
