"""Eight processes at once, each with a connection of its own: one row each, and no error."""

import os
import subprocess
import sys
from datetime import date

import pytest
from django.db import connection

from facilities.services import record
from rollout.figures.snapshots import compute_progress
from rollout.models import Alert, JobRun, MeasureWeight, ProgressSnapshot
from rollout.notices.alerts import raise_alerts
from rollout.programme.services import record_milestone, set_milestone_target
from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ON = date(2025, 5, 21)
PROCESSES = 8

# Each process connects to the database of this test, waits for the word, and runs both jobs.
CHILD = """
import sys
import django
from django.conf import settings

django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
connection.ensure_connection()
from rollout import tasks

print("ready", flush=True)
sys.stdin.readline()
for job in sys.argv[2:]:
    getattr(tasks, job)("2025-05-21")
"""


def eight_at_once(*jobs: str) -> None:
    """Run the jobs in eight processes that begin together; fails with what a process printed."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, connection.settings_dict["NAME"], *jobs],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _i in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err


@pytest.fixture
def province():
    factories.programme()
    by = factories.recorder()
    places = [factories.facility(f"f{n}") for n in range(30)]
    record(MeasureWeight(measure="launched", weight=1, effective_from=factories.START), by=by)
    for place in places:
        set_milestone_target(
            facility=place, milestone="official", due_on=ON, set_on=factories.START, by=by
        )
    for place in places[:5]:
        record_milestone(facility=place, milestone="launch", happened_on=ON, by=by)
    return places


def the_alerts() -> list[tuple]:
    return list(
        Alert.objects.order_by("subject", "level").values_list(
            "rule", "subject", "due_on", "level", "raised_on", "cleared_on"
        )
    )


def the_snapshots() -> list[tuple]:
    return list(
        ProgressSnapshot.objects.order_by("facility", "measure").values_list(
            "on", "facility", "measure", "done", "total", "share"
        )
    )


def expected(job, rows) -> list[tuple]:
    """What one run alone writes; the table is empty again afterwards."""
    job(ON)
    found = rows()
    Alert.objects.all().delete()
    ProgressSnapshot.objects.all().delete()
    return found


@pytest.mark.parametrize("with_programme", [True, False])
def test_both_jobs_from_nothing(province, with_programme):
    if not with_programme:
        # Without its row there is nothing to take turns on: the constraints alone must do.
        connection.cursor().execute("DELETE FROM rollout_programme")
    alerts, snapshots = (
        expected(raise_alerts, the_alerts),
        expected(compute_progress, the_snapshots),
    )
    assert len(alerts) == 30
    eight_at_once("raise_alerts", "compute_progress")
    assert the_alerts() == alerts
    assert the_snapshots() == snapshots
    assert JobRun.objects.filter(error="", ended_at__isnull=False).count() == 2 * PROCESSES


def test_both_jobs_over_outdated_rows(province):
    raise_alerts(date(2025, 5, 20))
    compute_progress(ON)
    by = factories.recorder()
    for place in province[5:10]:
        record_milestone(facility=place, milestone="launch", happened_on=ON, by=by)
    for place in province[:10]:
        record_milestone(facility=place, milestone="official", happened_on=ON, by=by)
    eight_at_once("compute_progress", "raise_alerts")
    rows, alerts = the_snapshots(), the_alerts()
    assert len(alerts) == 30
    assert sum(cleared_on == ON for *_key, cleared_on in alerts) == 10
    ProgressSnapshot.objects.all().delete()
    compute_progress(ON)
    assert the_snapshots() == rows
