"""The jobs of the night at full size: how long, and how much memory, each in a process of its own."""

from bench.table import Table
from bench.worlds import Size, Worlds

YARDSTICKS = {  # seconds, megabytes
    "compute_progress": (20, 500),
    "raise_alerts": (10, 500),
    "foresee": (30, 500),
}
TURNS = ("first", "again")  # again: the next run, when the rows stand already


def table(worlds: Worlds, size: Size, jobs: tuple[str, ...]) -> Table:
    found = Table(
        f"Jobs over {size.facilities:,} facilities, {size.certificates:,} certificates and "
        f"{size.devices:,} devices on PostgreSQL",
        ("", "queries", "rows", "seconds", "yardstick", "peak MB", "yardstick "),
    )
    for job in jobs:
        seconds, megabytes = YARDSTICKS[job]
        for turn in TURNS:
            result = worlds.made_up("postgresql", size).ask("bench.jobs:measure", job=job)
            found.add(
                f"{job}, {turn}",
                result["queries"],
                result["rows"],
                result["seconds"],
                found.judge(f"seconds of {job}, {turn}", result["seconds"], seconds),
                result["megabytes"],
                found.judge(f"megabytes of {job}, {turn}", result["megabytes"], megabytes),
            )
    return found


def measure(job: str) -> dict[str, float]:
    """Run a job as the Celery worker does. Nothing is kept from an earlier run: a fact has changed."""
    import resource
    import sys
    import time

    from django.db import connection

    from bench.province import ON
    from facilities.models import Ledger
    from rollout import tasks

    Ledger.touch()
    queries = 0

    def count(execute, *arguments):
        nonlocal queries
        queries += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        started = time.perf_counter()
        rows = getattr(tasks, job)(ON.isoformat())
        seconds = time.perf_counter() - started
    # Linux tells kilobytes, macOS bytes.
    unit = 1024 if sys.platform == "linux" else 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"seconds": seconds, "queries": queries, "rows": rows, "megabytes": peak / 1e6}
