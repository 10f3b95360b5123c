"""What the first reader waits after one fact, and after everything kept was dropped, by size."""

from bench.table import Table
from bench.worlds import Size, Worlds

# Seconds on a quiet machine of two cores, by facilities: after one fact; with everything dropped.
YARDSTICKS = {17: (0.3, 1), 170: (0.4, 2), 1_700: (0.6, 6), 15_000: (1.5, 45)}
MEGABYTES = 200
FACTS = 5  # of each page the median counts


def table(worlds: Worlds, sizes: list[Size]) -> Table:
    found = Table(
        "First reader after one fact, and with nothing kept, on PostgreSQL",
        ("", "after a fact, s", "yardstick", "dropped, s", "yardstick ", "kept, ms", "queries"),
    )
    for size in sizes:
        after, dropped = YARDSTICKS[size.facilities]
        result = worlds.made_up("postgresql", size).ask("bench.kept:measure")
        megabytes = result.pop("megabytes")
        for page, took in result.items():
            name = f"{page}, {size.facilities:,} facilities"
            found.add(
                name,
                took["after"],
                found.judge(f"{name}, after a fact", took["after"], after),
                took["dropped"],
                found.judge(f"{name}, dropped", took["dropped"], dropped),
                took["kept"] * 1000,
                took["queries"],
            )
        verdict = found.judge(f"megabytes, {size.facilities:,}", megabytes, MEGABYTES)
        found.notes.append(
            f"{size.facilities:,}: peak of the process {megabytes:.0f} MB, {verdict}"
        )
    found.notes.append(f"after a fact: median of {FACTS}, each of another facility")
    return found


def measure() -> dict[str, object]:
    """Seconds of each page in this process's world."""
    import gc
    import resource
    import sys
    import time
    from datetime import timedelta
    from itertools import count
    from statistics import median

    from django.contrib.auth import get_user_model
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from bench.province import COMPARED, LEADER, ON
    from bench.queries import FACILITY
    from facilities.models import Facility
    from facilities.services import record
    from signatures.models import SignatureNeed

    gc.collect()
    gc.freeze()  # as the web server does it (gunicorn.conf.py)
    leader = get_user_model().objects.get(username=LEADER)
    client = Client(headers={"host": "localhost"})
    client.force_login(leader)
    places, turns = list(Facility.objects.order_by("pk")), count(1)

    def write() -> None:
        turn = next(turns)
        record(
            SignatureNeed(
                facility=places[-1 - turn % len(places)],
                quantity=50 + turn,
                effective_from=ON - timedelta(days=turn),
            ),
            by=leader,
        )

    def seconds(address: str) -> float:
        started = time.perf_counter()
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return time.perf_counter() - started

    def noting(execute, *arguments):
        nonlocal queries
        queries += 1
        return execute(*arguments)

    queries = 0
    day = f"on={ON}&compare={COMPARED}"
    pages = {
        "leader page": f"/?{day}",
        "progress JSON": f"/api/v1/progress/?{day}",
        "facility page": f"/facilities/{FACILITY}/?{day}",
        "forecast page": f"/forecast/?on={ON}",
        "to be done": f"/todo/?on={ON}",
    }
    found: dict[str, object] = {}
    for address in pages.values():
        seconds(address)  # what Python loads once is no part of it
    for name, address in pages.items():
        cache.clear()
        client.force_login(leader)
        dropped, after = seconds(address), []
        for _turn in range(FACTS):
            write()
            after.append(seconds(address))
        write()
        queries = 0
        with connection.execute_wrapper(noting):
            seconds(address)
        found[name] = {
            "dropped": dropped,
            "after": median(after),
            "kept": median(seconds(address) for _turn in range(FACTS)),
            "queries": queries,
        }
    # Linux tells kilobytes, macOS bytes.
    unit = 1024 if sys.platform == "linux" else 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return found | {"megabytes": peak / 1e6}
