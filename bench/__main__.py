"""`make bench`, or `python -m bench [PART ...]`: speed and size, as ratios and counts.

Prints a table for each part and writes all of them to build/bench.json. A yardstick that is
missed is marked, and changes nothing about the exit code: a busy machine must not fail a build.
"""

import argparse
import json
import time
from collections.abc import Callable

from bench import (
    api,
    beats,
    certificates,
    digest,
    imports,
    jobs,
    kept,
    lists,
    page,
    progress,
    queries,
    registers,
    served,
    signatures,
    together,
    wide,
    work,
)
from bench.table import Table
from bench.worlds import ROOT, Size, Worlds, opened

SMALL = Size(facilities=17, certificates=4_200, devices=1_000)
MIDDLE = Size(facilities=170, certificates=42_000, devices=10_000)
LARGE = Size(facilities=1_700, certificates=400_000, devices=100_000)
HUGE = Size(facilities=15_000, certificates=1_000_000, devices=250_000)

REPORT = ROOT / "build" / "bench.json"

PARTS: dict[str, Callable[[Worlds, list[Size]], Table]] = {
    "queries": queries.table,
    "progress": lambda worlds, sizes: progress.table(worlds, sizes[0]),
    "kept": lambda worlds, sizes: kept.table(worlds, [sizes[0], sizes[-1]]),
    "nightly": lambda worlds, sizes: jobs.table(worlds, sizes[-1]),
    "served": lambda worlds, sizes: served.table(worlds, sizes[-1]),
    "api": lambda worlds, sizes: api.table(
        worlds, api.SIZE if sizes[-1].facilities > 170 else sizes[-1]
    ),
    "beats": lambda worlds, sizes: beats.table(worlds, sizes[0]),
    "digest": lambda worlds, sizes: digest.table(worlds, sizes[0]),
    "devices": lambda worlds, sizes: imports.devices_table(
        worlds, [sizes[-1]._replace(devices=0), sizes[-1]]
    ),
    "imports": lambda worlds, sizes: imports.table(worlds, sizes[1]),
    "registers": lambda worlds, _sizes: registers.table(worlds),
    "signatures": lambda _worlds, _sizes: signatures.table(),
    "certificates": lambda worlds, _sizes: certificates.table(worlds),
    "lists": lambda worlds, sizes: lists.table(worlds, sizes[0], sizes[-1]),
    "together": lambda worlds, sizes: together.table(worlds, sizes[-1]),
    "work": lambda worlds, sizes: work.table(worlds, sizes[-1]),
    "wide": lambda worlds, _sizes: wide.table(worlds),
    "page": lambda worlds, _sizes: page.table(worlds),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--small", action="store_true", help="170 facilities at most, for a quick look"
    )
    parser.add_argument("--large", action="store_true", help="15,000 facilities in place of 1,700")
    asked = parser.parse_args()
    unknown = set(asked.parts) - PARTS.keys()
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    largest = [] if asked.small else [HUGE if asked.large else LARGE]
    sizes = [SMALL, MIDDLE, *largest]
    found = {}
    with opened() as worlds:
        for name in asked.parts or PARTS:
            started = time.monotonic()
            found[name] = PARTS[name](worlds, sizes)
            seconds = time.monotonic() - started
            print(f"{found[name].text()}\n  ({name}: {seconds:.0f} s)", flush=True)
    over = [f"{name}: {miss}" for name, table in found.items() for miss in table.over]
    print(
        "\n" + ("\n".join(["Over its yardstick:", *over]) if over else "Every yardstick is kept.")
    )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(
        json.dumps(
            {name: table.document() for name, table in found.items()}, ensure_ascii=False, indent=1
        )
    )


if __name__ == "__main__":
    main()
