"""Whoever follows the changes while many write at once ends with the rows that stand."""

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client

from facilities import access_log
from facilities.models import Role
from facilities.registers.entering import withdraw_row
from signatures.registers import Certificates
from tests import factories
from tests.entering import TODAY, open_change_set, put

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

REGISTER = Certificates()
WRITERS, ROWS = 8, 6


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(datetime(2025, 5, 21, 3, tzinfo=UTC), tick=True):
        yield


def write(place, barrier: threading.Barrier, failed: list) -> None:
    try:
        barrier.wait(timeout=20)
        for number in range(ROWS):
            # Half of them open their transaction before others and end it after them.
            with transaction.atomic():
                row = put(
                    REGISTER,
                    None,
                    facility=place.code,
                    holder=f"Lan {number}",
                    requested=date(2025, 1, 10),
                )
                if number % 2:
                    put(REGISTER, row, requested=date(2025, 1, 11))
            if number % 3 == 0:
                with transaction.atomic():
                    withdraw_row(
                        register=REGISTER,
                        row=row,
                        change_set=open_change_set(because="x"),
                        on=TODAY,
                    )
    except (Exception, ValidationError) as error:  # whatever is raised is the finding
        failed.append(repr(error))
    finally:
        connection.close()


def test_nothing_is_missed_and_nothing_told_twice():
    places = [factories.facility(f"place-{number}") for number in range(WRITERS)]
    reader = Client()
    reader.force_login(factories.user_with(Role.DEPARTMENT))
    since = reader.get("/api/v1/changes/?since=latest").json()["since"]
    barrier, failed = threading.Barrier(WRITERS), []
    threads = [threading.Thread(target=write, args=(place, barrier, failed)) for place in places]
    for thread in threads:
        thread.start()
    told: list[dict] = []

    def follow(since: str) -> str:
        answer = reader.get(f"/api/v1/changes/?since={since}&limit=7").json()
        told.extend(answer["changes"])
        return answer["since"]

    while any(thread.is_alive() for thread in threads):
        since = follow(since)
    for thread in threads:
        thread.join(timeout=60)
    assert failed == []
    access_log.bind()
    before = None
    while since != before:
        before, since = since, follow(since)

    events = [(one["change_set"], one["key"], tuple(one["columns"])) for one in told]
    assert len(events) == len(set(events))
    mirror: set[int] = set()
    for one in told:
        if one["what"] == "withdrawn":
            mirror.remove(one["key"])
        else:
            mirror.add(one["key"])
    assert mirror == set(REGISTER.base(TODAY).values_list("pk", flat=True))
    assert len({one["key"] for one in told}) == WRITERS * ROWS
