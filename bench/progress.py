"""Computing the progress of a province against the bare SQL that it needs."""

from statistics import median

from bench.table import Table
from bench.worlds import Size, Worlds

YARDSTICK = 3


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"progress() of {size.facilities} facilities and {size.certificates:,} certificates",
        ("", "queries", "bare SQL, ms", "progress, ms", "ratio", "yardstick"),
    )
    for backend in ("sqlite", "postgresql"):
        for compare in (False, True):
            told = f"{backend}, compared with another day" if compare else backend
            result = worlds.made_up(backend, size).ask("bench.progress:measure", compare=compare)
            ratio = result["ratio"]
            found.add(
                told,
                result["queries"],
                result["bare"],
                result["progress"],
                ratio,
                found.judge(f"progress, {told}", ratio, YARDSTICK),
            )
    found.notes.append(
        "bare SQL: the same statements through a cursor, fetched and thrown away; medians, in turns"
    )
    return found


def measure(*, compare: bool, rounds: int = 25) -> dict[str, float]:
    """Milliseconds of progress() and of its statements, in turns, and their ratio."""
    import gc
    import time

    from django.db import connection

    from bench.province import COMPARED, ON
    from rollout.figures.progress import progress

    asked = {"compare": COMPARED if compare else None}
    statements = []

    def noting(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noting):
        progress(ON, **asked)

    def bare() -> None:
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                cursor.fetchall()

    def timed(work) -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1000

    gc.collect()
    gc.freeze()  # as the web server does it (gunicorn.conf.py)
    timed(bare)
    pairs = [(timed(bare), timed(lambda: progress(ON, **asked))) for _round in range(rounds)]
    return {
        "queries": len(statements),
        "bare": median(b for b, _p in pairs),
        "progress": median(p for _b, p in pairs),
        "ratio": median(p / b for b, p in pairs),
    }
