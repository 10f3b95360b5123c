"""A facility with everybody who may be told of it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from facilities.models import Role
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories
from tests.factories import user_with

DUE = date(2025, 6, 20)  # a Friday
SET = date(2025, 1, 2)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: date, hour: int = 8, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


class World:
    """One facility with everybody who may be told of it, and a launch due on a Friday."""

    def __init__(self, code="place"):
        self.place = factories.facility(code, name_vi=f"Bệnh viện {code}")
        self.officer = user_with(Role.OFFICER, facility=self.place)
        self.head = user_with(Role.HEAD, facility=self.place)
        self.department = user_with(Role.DEPARTMENT)
        self.leader = user_with(Role.LEADER)
        user_with(Role.OFFICER, facility=factories.facility(f"{code}-other"))
        for who in (self.officer, self.head, self.department, self.leader):
            who.email = f"{who.username}@example.vn"
            who.save()

    def plan(self, due: date = DUE, milestone="launch"):
        set_milestone_target(
            facility=self.place,
            milestone=milestone,
            due_on=due,
            set_on=SET,
            by=factories.recorder(),
        )

    def reach(self, on: date, milestone="launch"):
        record_milestone(
            facility=self.place, milestone=milestone, happened_on=on, by=factories.recorder()
        )
