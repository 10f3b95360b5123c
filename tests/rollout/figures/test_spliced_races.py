"""Four processes write while four read what is kept: no stale figure is shown as current."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BEGIN = """
import sys
import django
from django.conf import settings

django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
connection.ensure_connection()
from datetime import date
ON = date(2025, 5, 21)
print("ready", flush=True)
sys.stdin.readline()
"""

WRITER = (
    BEGIN
    + """
from facilities.models import Facility, User
from facilities.services import record, withdraw
from rollout.models import MeasureWeight
from rollout.programme.services import record_milestone
measure, *mine = sys.argv[2:]
by = User.objects.first()
for turn in range(6):
    for code in mine:
        place = Facility.objects.get(code=code)
        fact = record_milestone(facility=place, milestone="launch", happened_on=ON, by=by)
        if turn < 5:
            withdraw(fact=fact, because="again", by=by)
    if turn == 2:  # what reaches all of them
        weight = MeasureWeight(measure=measure, weight=1, effective_from=ON)
        record(weight, by=by)
"""
)

READER = (
    BEGIN
    + """
from dataclasses import replace
from facilities.models import Ledger
from rollout.figures.cached import cached_progress
from rollout.figures.progress import progress

def figures(found):
    facilities = [replace(one, late_for=str(one.late_for)) for one in found.facilities]
    return replace(found, generated_at=None, facilities=facilities)

def compared():
    before = Ledger.current()
    kept = cached_progress(ON)
    fresh = progress(ON)
    if Ledger.current() != before:
        return False  # somebody wrote meanwhile: neither is older than the other
    assert figures(kept) == figures(fresh), before
    return True

for _turn in range(8):
    compared()
print("read", flush=True)
sys.stdin.readline()
assert compared()
"""
)


def started(script: str, *arguments: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", script, connection.settings_dict["NAME"], *arguments],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def told(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def test_what_is_kept_is_never_older_than_its_version():
    factories.programme()
    factories.recorder()
    places = [factories.facility(f"f{n}") for n in range(8)]
    writers = [
        started(WRITER, measure, places[n].code, places[n + 4].code)
        for n, measure in enumerate(("servers", "devices", "launched", "official"))
    ]
    readers = [started(READER) for _n in range(4)]
    for process in (*writers, *readers):
        told(process)
    for process in readers:
        assert process.stdout.readline() == "read\n", process.communicate()[1]
    for process in writers:
        _out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    for process in readers:
        told(process)
        _out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
