"""Eight processes write while eight read: no answer is older than what was on record when it was asked for.

Each write raises how many signatures a facility needs, so the need of those that must only grows: an
answer that tells less than the database did before the question is stale, one that tells more
than it does afterwards is made up. In the end the kept answer is held against a fresh one.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bench import twins
from bench.table import Table
from bench.worlds import Size, Worlds

PROCESSES = 8  # of each
SECONDS = 20
ADDRESS = f"/api/v1/progress/?on={twins.DAY}&compare=2025-02-18"
MEASURE = "signatures_registered"
NEEDED = f"""
    SELECT sum(quantity) FROM (
        SELECT DISTINCT ON (facility_id) quantity FROM signatures_signatureneed
        WHERE withdrawn_at IS NULL AND effective_from <= '{twins.DAY}' AND facility_id IN (
            SELECT facility_id FROM facilities_facilityownership WHERE ownership = 'public')
        ORDER BY facility_id, effective_from DESC) latest"""


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"{PROCESSES} write while {PROCESSES} read, {size.facilities:,} facilities on PostgreSQL",
        ("", "times", "median ms", "p95 ms", "stale", "met"),
    )
    world = worlds.made_up("postgresql", size)
    # A reader asks as quickly as it is answered.
    world = replace(world, environment=world.environment | {"EMR_API_RATE": "1000000/minute"})
    with ThreadPoolExecutor(2 * PROCESSES) as pool:
        wrote = [pool.submit(world.ask, "bench.together:write", number=n) for n in range(PROCESSES)]
        read = [pool.submit(world.ask, "bench.together:read") for _n in range(PROCESSES)]
        writes = [one for process in wrote for one in process.result()["ms"]]
        reads = [process.result() for process in read]
    stale = sum(one["stale"] for one in reads)
    for name, milliseconds, wrong in (
        ("writes", writes, ""),
        ("reads", [ms for one in reads for ms in one["ms"]], stale),
    ):
        inorder = sorted(milliseconds)
        found.add(
            name,
            len(inorder),
            inorder[len(inorder) // 2],
            inorder[len(inorder) * 95 // 100],
            wrong,
            "" if wrong == "" else found.met("stale answers", stale, 0),
        )
    differs = world.ask("bench.together:differs")
    verdict = found.judge("kept answers that are not the fresh one", differs, 0)
    found.notes.append(f"afterwards, the kept answer against a fresh one, byte by byte: {verdict}")
    return found


def write(number: int) -> dict[str, list[float]]:
    """Milliseconds of each write; of every eighth facility, so that no two write of the same."""
    import time
    from itertools import cycle

    from bench.facts import move_one
    from facilities.models import Facility

    places = list(Facility.objects.order_by("pk").values_list("pk", flat=True))[number::PROCESSES]
    took, until = [], time.monotonic() + SECONDS
    for place in cycle(places):
        if time.monotonic() > until:
            break
        started = time.perf_counter()
        move_one(place)
        took.append(1000 * (time.perf_counter() - started))
    return {"ms": took}


def read() -> dict:
    """Milliseconds of each answer, and how many told another need than there was meanwhile."""
    import time

    from django.db import connection

    client = _reader()

    def needed() -> int:
        with connection.cursor() as cursor:
            cursor.execute(NEEDED)
            return cursor.fetchone()[0]

    took, stale, until = [], 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        before = needed()
        started = time.perf_counter()
        answer = client.get(ADDRESS)
        took.append(1000 * (time.perf_counter() - started))
        after = needed()
        told = next(one["total"] for one in answer.json()["measures"] if one["code"] == MEASURE)
        stale += not before <= told <= after
    return {"ms": took, "stale": stale}


def differs() -> int:
    """1 where what is kept is told otherwise than what is computed from nothing."""
    import json

    from django.core.cache import cache

    def told() -> dict:
        answer = _reader().get(ADDRESS)
        return {name: value for name, value in answer.json().items() if name != "generated_at"}

    kept = json.dumps(told())
    cache.clear()
    return int(kept != json.dumps(told()))


def _reader():
    from django.test import Client

    from bench.province import LEADER
    from facilities.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=LEADER))
    return client
