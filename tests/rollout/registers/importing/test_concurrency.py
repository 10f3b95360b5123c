"""Several processes at once say yes to the same file, or to files that say the same."""

import os
import subprocess
import sys

import pytest
from django.db import connection

from facilities.models import ChangeSet, Role
from rollout.models import ImportFile
from rollout.registers import importing
from rollout.registers.importing import State, state_of
from signatures.models import Certificate
from tests import factories
from tests.rollout.registers.importing.tables import received

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CHILD = """
import sys
import django
from django.conf import settings

django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = sys.argv[2]
connection.ensure_connection()
from rollout import tasks

print("ready", flush=True)
sys.stdin.readline()
tasks.import_file(int(sys.argv[3]))
"""

HEADINGS = ("facility", "holder", "serial")
ROWS = [("lucnam", f"Người {n}", f"S{n}") for n in range(300)]


@pytest.fixture(autouse=True)
def _place():
    factories.facility("lucnam")


def at_once(kept: list[ImportFile], settings) -> None:
    """A process for each file, all beginning together; fails with what a process printed."""
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", CHILD, connection.settings_dict["NAME"]),
                *(str(settings.MEDIA_ROOT), str(found.pk)),
            ],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for found in kept
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _out, error = process.communicate(timeout=120)
        assert process.returncode == 0, error


def test_one_file_rung_by_four_workers_is_stored_once(settings):
    kept = received("certificates", factories.user_with(Role.DEPARTMENT), HEADINGS, *ROWS)
    importing.confirm(kept)
    at_once([kept] * 4, settings)
    assert Certificate.objects.count() == len(ROWS)
    assert ChangeSet.objects.count() == 1


def test_of_files_that_say_the_same_one_is_stored_and_the_others_change_nothing(settings):
    by = factories.user_with(Role.DEPARTMENT)
    kept = [received("certificates", by, HEADINGS, *ROWS) for _n in range(4)]
    for found in kept:
        importing.confirm(found)
    at_once(kept, settings)
    assert Certificate.objects.count() == len(ROWS)
    assert ChangeSet.objects.count() == 1
    for found in kept:
        found.refresh_from_db()
    assert sorted(state_of(found) for found in kept) == [State.READY] * 3 + [State.STORED]
    waiting = [found.preview["counts"] for found in kept if not found.change_set_id]
    assert [counts["unchanged"] for counts in waiting] == [len(ROWS)] * 3
