"""The jobs of the night at full size: how long, and how much memory, each in a process of its own."""

from bench import twins
from bench.table import Table
from bench.worlds import Size, Worlds

# Seconds, by facilities: (a night's progress, alerts, notices, forecast)
YARDSTICKS = {
    17: (1, 1, 1, 1),
    170: (2, 2, 2, 1),
    1_700: (5, 8, 8, 2),
    15_000: (45, 60, 60, 20),
}
MEGABYTES = 500
TURNS = ("first", "again")  # again: the next run, when the rows stand already

# What the job reads, by SQL written by hand.
BARE = {
    "progress": twins.FIGURES,
    "alerts": (twins.OWED_NAMED,),
    "notices": ("SELECT * FROM rollout_alert WHERE cleared_on IS NULL",),
    "forecast": (twins.WAYS, twins.OWED),
}


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"Jobs of a night over {size.facilities:,} facilities, {size.certificates:,} certificates "
        f"and {size.devices:,} devices on PostgreSQL",
        ("", "queries", "rows", "ours s", "bare s", "ratio", "goal s", "met", "peak MB", "met "),
    )
    world = worlds.made_up("postgresql", size)
    for job, goal in zip(BARE, YARDSTICKS[size.facilities], strict=True):
        for turn in TURNS:
            one = world.ask("bench.jobs:measure", job=job)
            name = f"{job}, {turn}"
            found.add(
                name,
                one["queries"],
                one["rows"],
                one["seconds"],
                one["bare"],
                one["seconds"] / one["bare"],
                goal,
                found.met(f"seconds of {name}", one["seconds"], goal),
                one["megabytes"],
                found.met(f"megabytes of {name}", one["megabytes"], MEGABYTES),
            )
    found.notes.append(
        "each as the worker runs it, in a process of its own, after a fact that may have reached "
        "all; bare: what it reads, by SQL written by hand"
    )
    return found


def measure(job: str) -> dict[str, float]:
    """Run a job as the Celery worker does. Nothing is kept from an earlier run: a fact has changed."""
    import time
    from functools import partial

    from django.db import connection

    from bench.inside import peak_megabytes
    from bench.province import ON
    from facilities.models import Ledger
    from rollout import tasks
    from rollout.notices.notices import notify

    jobs = {
        "progress": partial(tasks.compute_progress, ON.isoformat()),
        "alerts": partial(tasks.raise_alerts, ON.isoformat()),
        "notices": partial(notify, ON),
        "forecast": partial(tasks.foresee, ON.isoformat()),
    }
    Ledger.touch()
    queries = 0

    def count(execute, *arguments):
        nonlocal queries
        queries += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        rows = jobs[job]()
        seconds = time.perf_counter() - started
    peak = peak_megabytes()
    bare = twins.milliseconds(*BARE[job]) / 1000
    return {
        "seconds": seconds,
        "queries": queries,
        "rows": rows,
        "megabytes": peak,
        "bare": bare,
    }
