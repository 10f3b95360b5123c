"""What the first reader waits after one fact, and after everything kept was dropped, by size."""

from typing import NamedTuple

from bench import twins
from bench.table import Table
from bench.worlds import Size, Worlds

# Seconds on a quiet machine of two cores, by facilities: after one fact; with everything dropped.
YARDSTICKS = {17: (0.3, 1), 170: (0.4, 2), 1_700: (0.6, 6), 15_000: (1.5, 45)}
MEGABYTES = 200
FACTS = 5  # of each page the median counts

ON = f"on={twins.DAY}"
DAY = f"{ON}&compare=2025-02-18"
PAGES = {
    "leader page": f"/?{DAY}",
    "progress JSON": f"/api/v1/progress/?{DAY}",
    "facility page": f"/facilities/f00001/?{DAY}",
    "forecast page": f"/forecast/?{ON}",
    "to be done": f"/todo/?{ON}",
    "search": f"/search/?q=tan&{ON}",
}


def table(worlds: Worlds, sizes: list[Size]) -> Table:
    found = Table(
        "First reader after one fact, and with nothing kept, on PostgreSQL",
        (
            *("", "after a fact, s", "goal s", "met", "dropped, s", "goal s ", "met "),
            *("bare s", "dropped / bare", "kept, ms", "CPU s after", "CPU s dropped", "queries"),
        ),
    )
    for size in sizes:
        after, dropped = YARDSTICKS[size.facilities]
        world = worlds.made_up("postgresql", size)
        for name, took in world.ask("bench.kept:measure").items():
            told = f"{name}, {size.facilities:,} facilities"
            found.add(
                told,
                took["after"],
                after,
                found.met(f"{told}, after a fact", took["after"], after),
                took["dropped"],
                dropped,
                found.met(f"{told}, dropped", took["dropped"], dropped),
                took["bare"],
                took["dropped"] / took["bare"],
                took["kept"] * 1000,
                took["after_cpu"],
                took["dropped_cpu"],
                took["queries"],
            )
        peak = world.ask("bench.kept:cold")
        verdict = found.judge(f"megabytes of a worker, {size.facilities:,}", peak, MEGABYTES)
        found.notes.append(
            f"{size.facilities:,}: a worker that has computed the leader page from nothing and "
            f"mended it after a fact has had {peak:.0f} MB ({verdict})"
        )
    found.notes += [
        f"after a fact: median of {FACTS}, each of another facility",
        "bare: what the figures are made of, added up by SQL written by hand",
    ]
    return found


def cold() -> float:
    """Megabytes of a worker: one page from nothing, the same after a fact."""
    from bench.inside import peak_megabytes

    province = _Province()
    province.drop()
    province.answer(PAGES["leader page"])
    province.write()
    province.answer(PAGES["leader page"])
    return peak_megabytes()


def measure() -> dict[str, dict[str, float]]:
    """Seconds of each page in this process's world."""
    from statistics import median

    from django.db import connection

    def noting(execute, *arguments):
        nonlocal queries
        queries += 1
        return execute(*arguments)

    queries = 0
    bare = twins.milliseconds(*twins.FIGURES) / 1000
    province = _Province()
    for address in PAGES.values():
        province.answer(address)  # what Python loads once is no part of it
    found = {}
    for name, address in PAGES.items():
        province.drop()
        dropped, after = province.answer(address), []
        for _turn in range(FACTS):
            province.write()
            after.append(province.answer(address))
        province.write()
        queries = 0
        with connection.execute_wrapper(noting):
            province.answer(address)
        found[name] = {
            "dropped": dropped.wall,
            "dropped_cpu": dropped.cpu,
            "after": median(one.wall for one in after),
            "after_cpu": median(one.cpu for one in after),
            "kept": median(province.answer(address).wall for _turn in range(FACTS)),
            "queries": queries,
            "bare": bare,
        }
    return found


class Took(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float


class _Province:
    """This process's world with a leader who reads and writes."""

    def __init__(self) -> None:
        import gc
        from itertools import count

        from django.contrib.auth import get_user_model
        from django.test import Client

        from bench.province import LEADER
        from facilities.models import Facility

        gc.collect()
        gc.freeze()  # as the web server does it (gunicorn.conf.py)
        self._leader = get_user_model().objects.get(username=LEADER)
        self._client = Client(headers={"host": "localhost"})
        self._client.force_login(self._leader)
        self._places, self._turns = (
            list(Facility.objects.order_by("pk").values_list("pk", flat=True)),
            count(1),
        )

    def drop(self) -> None:
        from django.core.cache import cache

        cache.clear()
        self._client.force_login(self._leader)

    def write(self) -> None:
        from bench.facts import move_one

        move_one(self._places[-1 - next(self._turns) % len(self._places)])

    def answer(self, address: str) -> Took:
        import time

        wall, cpu = time.perf_counter(), time.process_time()
        response = self._client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return Took(time.perf_counter() - wall, time.process_time() - cpu)
