"""Fifty and a hundred thousand names against as many, and the minutes, letter and sheet of many people."""

import random
import resource
import subprocess
import sys
import time

from bench.table import Table

PEOPLE, NAMES = 50_000, 100_000
MOST_SECONDS, MOST_MB = 60, 1024
IN_A_WARD, IN_A_SHEET = 600, 5_000


def table() -> Table:
    """Each in a process of its own: the memory of one is not that of another."""
    found = Table("Signatures: many people at once", ("", "people", "seconds", "MB", "yardstick"))
    for what, people, most in (
        ("match", PEOPLE, MOST_SECONDS),
        ("match", NAMES, 2 * MOST_SECONDS),
        ("sheet", IN_A_SHEET, 10),
        ("minutes", IN_A_WARD, 5),
    ):
        told = subprocess.run(
            [sys.executable, "-m", "bench.signatures", what, str(people)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        seconds, megabytes = map(float, told[-1].split())
        judged = found.judge(f"seconds of {what}, {people:,}", seconds, most)
        if what == "match":
            found.judge(f"MB of the match, {people:,}", megabytes, MOST_MB)
            shares = dict(line.split(": ") for line in told[:-1])
            found.judge(f"false merges of {people:,}", float(shares["false merges"]), 0)
            found.notes.append(
                f"{people:,}: " + ", ".join(f"{name}: {share}" for name, share in shares.items())
            )
        found.add(what, people, seconds, megabytes, judged)
    return found


def match(people: int) -> float:
    """Labelled lines, each changed in one of the ways of lists; a quarter more of strangers."""
    from tests.signatures.test_matching import scores
    from tests.signatures.vietnamese_names import labelled, names

    rng = random.Random(20250521)
    listed = names(people, rng)
    lines = labelled(listed, rng, strangers=people // 4)[:people]
    started = time.perf_counter()
    found = scores(listed, lines)
    seconds = time.perf_counter() - started
    for what, share in found.items():
        print(f"{what}: {share:.4g}")
    return seconds


def sheet(people: int) -> float:
    """The finished sheet of form 01."""
    from signatures.sheets.drawing import as_xlsx
    from signatures.sheets.fields import FORMS

    form = FORMS["01"]
    rows = [tuple(f"{n} Nguyễn Thị Lan" for _column in form.columns) for n in range(people)]
    started = time.perf_counter()
    as_xlsx("01", [str(text) for text in form.columns], rows, form.widths)
    return time.perf_counter() - started


def minutes(people: int) -> float:
    """The hand-over minutes of a ward."""
    from datetime import date

    from rollout.publishing.papers.paper import Paper, Table
    from rollout.publishing.papers.word import as_docx

    rows = tuple((str(n), "Nguyễn Thị Lan", "Khoa Nội", "5401", "USB", "") for n in range(people))
    listed = Table(("",) * 6, rows, (0.08, 0.24, 0.2, 0.22, 0.13, 0.13))
    paper = Paper("", "A", "1", "B", date(2025, 5, 21), "C", "D", blocks=(listed,))
    started = time.perf_counter()
    as_docx(paper)
    return time.perf_counter() - started


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollout.settings")
    django.setup()
    spent = {"match": match, "sheet": sheet, "minutes": minutes}[sys.argv[1]](int(sys.argv[2]))
    print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
