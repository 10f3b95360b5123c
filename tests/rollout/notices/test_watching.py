"""Jobs that are killed or do not come: shown, told once, and clear when they come again."""

import os
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from facilities.models import Role
from rollout.models import Alert, JobRun, Notice
from rollout.notices import jobs
from rollout.notices.notices import notify
from rollout.notices.watching import JOB, watch
from rollout.schedule import COMPUTE_PROGRESS, RAISE_ALERTS
from tests import factories
from tests.factories import user_with
from tests.workers import join, start

pytestmark = pytest.mark.django_db


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2025, 5, day, hour, minute, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def ran(job: str, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        jobs.run(job, lambda: 0)


def state(moment: datetime) -> str:
    return next(one for one in jobs.statuses(moment) if one.job == RAISE_ALERTS).state


def of_the_job() -> list[tuple]:
    rows = Alert.objects.filter(rule=JOB, subject=f"job:{RAISE_ALERTS}").order_by("pk")
    return list(rows.values_list("level", "severity", "cleared_on"))


def told(person) -> list[str]:
    rows = Notice.objects.filter(person=person, alert__subject=f"job:{RAISE_ALERTS}")
    return list(rows.order_by("pk").values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_is_shown_and_told_once_until_the_job_comes_again():
    factories.programme()
    department = user_with(Role.DEPARTMENT)
    ran(RAISE_ALERTS, at(10, 15))

    def killed_half_way() -> None:
        with time_machine.travel(at(11, 15), tick=False):
            jobs.run(RAISE_ALERTS, lambda: os.kill(os.getpid(), signal.SIGKILL))

    assert join([start(killed_half_way)]) == [None]
    run = JobRun.objects.get(ended_at=None)
    assert (run.started_at, run.rows, run.error) == (at(11, 15), None, "")
    assert [state(at(11, minute)) for minute in (16, 30, 31, 45)] == [
        "under_way",
        "under_way",
        "died",
        "died",
    ]
    watch(at(11, 45))
    assert of_the_job() == []
    assert state(at(11, 46)) == "missed"
    for minute in (46, 47, 50):
        watch(at(11, minute))
        notify(at(11, minute).date())
    assert of_the_job() == [(1, "late", None)]
    assert told(department) == ["due"]
    ran(RAISE_ALERTS, at(12, 15))
    assert state(at(12, 16)) == "done"
    for minute in (20, 25):
        watch(at(12, minute))
        notify(at(12, minute).date())
    assert of_the_job() == [(1, "late", at(12).date())]
    assert told(department) == ["due", "clear"]


def test_a_job_that_never_went_well_is_one_alert_for_days():
    factories.programme()
    department = user_with(Role.DEPARTMENT)
    ran(COMPUTE_PROGRESS, at(10, 5))
    for day in range(21, 26):
        watch(at(23, 55, day))
        notify(at(23, day=day).date())
        watch(at(0, 5, day) + timedelta(days=1))
    assert of_the_job() == [(1, "late", None)]
    assert told(department) == ["due"]
    ran(RAISE_ALERTS, at(9, day=26))
    watch(at(9, 5, day=26))
    assert of_the_job() == [(1, "late", at(9, day=26).date())]
