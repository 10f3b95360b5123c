"""`make bench-nation`, or `python -m bench.nation [--scale 0.1] [PART ...]`: the product for a whole nation.

34 provinces, 15,000 facilities, a million certificates, a million devices, three years of facts, on
PostgreSQL, with two web processes and one, two and four Celery workers. `--scale` makes all of it smaller.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from bench.lists import PAGES as LISTS
from bench.server import HOST, Reader, readers, served
from bench.table import Table
from bench.worlds import ROOT, Size, World, opened
from rollout.schedule import COMPUTE_PROGRESS, FORESEE, RAISE_ALERTS
from rollout.site import embedded

PROVINCES, FACILITIES, CERTIFICATES, DAYS = 34, 15_000, 1_000_000, 1_096
# Two of three devices are counted by kind, one of three by itself: a million together.
COUNTED_DEVICES = 666_667

ON, COMPARED = date(2025, 5, 21), date(2025, 2, 18)
LARGEST, MIDDLE = "province", "province-14"  # codes of areas
USERS, WEB = 8, 2
WORKERS = (1, 2, 4)
JOBS = (COMPUTE_PROGRESS, RAISE_ALERTS, FORESEE)
PATIENCE = 1_800  # seconds
GATEWAYS = 1_400

# Yardsticks: milliseconds at the 95th percentile, seconds, milliseconds to the first byte.
MOST_LEADER, MOST_PAST, MOST_FIRST_BYTE = 100, 2, 300


# --- The night --------------------------------------------------------------------------------


class Workers:
    """Celery workers of one process each, beside the parent that watches it."""

    def __init__(self, world: World, count: int):
        command = [sys.executable, "-m", "celery", "--app", "rollout", "--quiet", "worker"]
        command += ["--concurrency", "1", "--without-gossip", "--without-mingle"]
        self.parents = [
            subprocess.Popen(
                [*command, "--loglevel", "error", "--hostname", f"bench-{n}@%h"],
                cwd=ROOT,
                env=_heard(world).environment,
                preexec_fn=embedded.die_with_parent,
                start_new_session=True,
            )
            for n in range(count)
        ]

    def children(self) -> list[int]:
        found = []
        for parent in self.parents:
            listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
            found += [int(pid) for pid in listed]
        return found

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while len(self.children()) < len(self.parents) and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(3)  # until they listen

    def cpu(self) -> list[float]:
        """Seconds of each child."""
        return [_cpu(pid) for pid in self.children()]

    def peaks(self) -> list[float]:
        """Megabytes of each child at its largest."""
        return [_peak(pid) for pid in self.children()]

    def stop(self) -> None:
        for parent in self.parents:
            embedded.stop(parent)


def _cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def night(world: World) -> Table:
    found = Table(
        "The night's work with so many Celery workers, everything kept dropped before each job",
        ("job", "workers", "seconds", "CPU s of each worker", "peak MB of each", "rows"),
    )
    told = None
    for count in WORKERS:
        workers = Workers(world, count)
        try:
            workers.wait()
            for job in JOBS:
                before = workers.cpu()
                seconds, rows = _run(world, job)
                spent = [after - first for after, first in zip(workers.cpu(), before, strict=True)]
                found.add(
                    job.rpartition(".")[2],
                    count,
                    seconds,
                    " ".join(f"{one:.0f}" for one in spent),
                    " ".join(f"{one:.0f}" for one in workers.peaks()),
                    rows,
                )
                print(found.rows[-1], flush=True)
            told = world.ask("bench.nation:written")
        finally:
            workers.stop()
    found.notes.append(f"written in the end: {told}")
    return found


def killed(world: World) -> Table:
    """A worker dies in the midst of a job: the one that has it, or one that helps."""
    found = Table(
        "A worker process killed by SIGKILL in the midst of a job of two workers",
        ("killed", "seconds", "rows as before", "doubled"),
    )
    before = world.ask("bench.nation:written")
    for which in (0, 1):
        workers = Workers(world, 2)
        try:
            workers.wait()
            begun = time.monotonic()
            world.ask("bench.nation:forgotten")
            _heard(world).ask("bench.nation:sent", job=COMPUTE_PROGRESS)
            time.sleep(5)
            busy = sorted(workers.children(), key=_cpu)
            os.kill(busy[which], signal.SIGKILL)
            _wait(world, COMPUTE_PROGRESS)
            after = world.ask("bench.nation:written")
            found.add(
                f"worker {which + 1}",
                time.monotonic() - begun,
                "yes" if after["digest"] == before["digest"] else "NO",
                after["doubled"],
            )
            if after != before:
                found.over.append(f"after a worker was killed: {after}, before {before}")
        finally:
            workers.stop()
    return found


def _heard(world: World) -> World:
    """The same, where what is sent reaches the workers."""
    return World(world.name, world.environment | {"BENCH_WORKERS": "1"})


def _run(world: World, job: str) -> tuple[float, int]:
    world.ask("bench.nation:forgotten")
    begun = time.monotonic()
    _heard(world).ask("bench.nation:sent", job=job)
    rows = _wait(world, job)
    return time.monotonic() - begun, rows


def _wait(world: World, job: str) -> int:
    return world.ask("bench.nation:ended", job=job)


def forgotten() -> None:
    """Nothing that is kept counts any more. Asked where what a fact sends reaches nobody."""
    from django.core.cache import cache

    from facilities.models import Ledger

    Ledger.touch()
    cache.clear()


def sent(job: str) -> None:
    """Ask a worker for a job."""
    from rollout.celery import app
    from rollout.models import JobRun

    JobRun.objects.filter(job=job).delete()
    app.send_task(job, args=(ON.isoformat(),))


def ended(job: str) -> int:
    """Wait until a run of the job has ended well; its rows."""
    from rollout.models import JobRun

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        done = JobRun.objects.filter(job=job, ended_at__isnull=False).first()
        if done and done.error:
            raise RuntimeError(done.error)
        if done:
            return done.rows or 0
        time.sleep(0.2)
    raise RuntimeError(f"{job} did not end")


def written() -> dict[str, object]:
    """What the jobs have written for the day, as a digest, and what is there twice."""
    from hashlib import sha256

    from django.db.models import Count

    from rollout.models import Alert, Forecast, ProgressSnapshot

    def digest(rows) -> str:
        found = sha256()
        for row in rows.iterator(chunk_size=20_000):
            found.update(repr(row).encode())
        return found.hexdigest()[:16]

    snapshots = ProgressSnapshot.objects.filter(on=ON).order_by("facility", "measure")
    alerts = Alert.objects.order_by("rule", "subject", "due_on", "level")
    twice = (
        snapshots.values("facility", "measure").annotate(n=Count("pk")),
        alerts.values("rule", "subject", "due_on", "level").annotate(n=Count("pk")),
        Forecast.objects.filter(on=ON).order_by().values("facility").annotate(n=Count("pk")),
    )
    return {
        "digest": [
            digest(snapshots.values_list("facility", "measure", "done", "total", "share")),
            digest(alerts.values_list("rule", "subject", "due_on", "level", "cleared_on")),
        ],
        "snapshots": snapshots.count(),
        "alerts": alerts.filter(cleared_on=None).count(),
        "doubled": sum(one.filter(n__gt=1).count() for one in twice),
    }


# --- Pages ------------------------------------------------------------------------------------


class Visitor:
    """Somebody at a browser whose connection is kept."""

    def __init__(self, port: int, reader: Reader):
        self._link = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        self._who = {"Cookie": reader.cookie, "Accept-Encoding": "gzip"}

    def first_byte(self, address: str) -> float:
        """Milliseconds until the head of the answer is there; the rest is read and not counted."""
        return self._ask(address)[0]

    def whole(self, address: str) -> float:
        return self._ask(address)[1]

    def _ask(self, address: str) -> tuple[float, float]:
        begun = time.perf_counter()
        self._link.request("GET", address, headers=self._who)
        response = self._link.getresponse()
        first = time.perf_counter()
        response.read()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{address} answered {response.status}")
        return (first - begun) * 1000, (time.perf_counter() - begun) * 1000


def leader(world: World) -> Table:
    found = Table(
        f"Leader pages: {USERS} at once, {WEB} web processes",
        ("", "first, s", "after a fact, s", "median, ms", "p95, ms", "yardstick"),
    )
    day = f"on={ON}&compare={COMPARED}"
    with served(world, WEB) as port:
        pages = {
            "nation": (readers(world, USERS), f"/?{day}"),
            "provinces side by side": (readers(world, USERS), f"/nation/?{day}"),
            "largest province": (readers(world, USERS, area=LARGEST), f"/?{day}"),
            "a province": (readers(world, USERS, area=MIDDLE), f"/?{day}"),
        }
        for name, (people, address) in pages.items():
            one = Visitor(port, people[0])
            first = one.whole(address)
            for _turn in range(2 * WEB):
                one.whole(address)
            world.ask("bench.nation:fact")
            after = one.whole(address)
            for _turn in range(2 * WEB):
                one.whole(address)
            took = _at_once(port, people, address, 25)
            late = took[int(len(took) * 0.95)]
            found.add(
                name,
                first / 1000,
                after / 1000,
                median(took),
                late,
                found.judge(f"p95 of {name}", late, MOST_LEADER),
            )
            print(found.rows[-1], flush=True)
    return found


def _at_once(port: int, people: list[Reader], address: str, rounds: int) -> list[float]:
    """Milliseconds of every request, sorted."""
    took: list[float] = []

    def visit(reader: Reader) -> None:
        visitor = Visitor(port, reader)
        took.extend([visitor.whole(address) for _round in range(rounds)])

    threads = [threading.Thread(target=visit, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took)


def fact() -> None:
    """One fact of one facility of the middle province."""
    from bench.province import LEADER
    from facilities.models import Facility, FacilityArea, User
    from facilities.services import record
    from signatures.models import SignatureNeed

    place = FacilityArea.objects.filter(area__code=MIDDLE).values("facility")[:1]
    facility = Facility.objects.get(pk=place)
    number = SignatureNeed.objects.filter(facility=facility).count()
    record(
        SignatureNeed(
            facility=facility, quantity=50 + number, effective_from=ON - timedelta(days=number)
        ),
        by=User.objects.get(username=LEADER),
    )


def past(world: World) -> Table:
    found = Table(
        "Any past day, asked for the first time", ("", "median, s", "worst, s", "yardstick")
    )
    with served(world, WEB) as port:
        for name, area in (("largest province", LARGEST), ("a province", MIDDLE), ("nation", "")):
            (reader,) = readers(world, 1, area=area)
            visitor = Visitor(port, reader)
            visitor.whole(f"/?on={ON}")
            count = 8 if area else 2
            days = [ON - timedelta(days=17 + 113 * n) for n in range(count)]
            took = [visitor.whole(f"/?on={day}") / 1000 for day in days]
            verdict = found.judge(f"past day, {name}", max(took), MOST_PAST) if area else ""
            found.add(name, median(took), max(took), verdict)
            print(found.rows[-1], flush=True)
    return found


def lists(world: World) -> Table:
    found = Table(
        "Lists: milliseconds to the first byte, best of three, for staff of all and of a province",
        ("", "all, first", "all", "yardstick", "province, first", "province", "yardstick "),
    )
    asset = world.ask("bench.nation:an_asset")
    with served(world, WEB) as port:
        staff = [readers(world, 1, "department", area)[0] for area in ("", MIDDLE)]
        for name, page in LISTS.items():
            if name in ("my", "an asset", "assets of one facility", "certificates of one facility"):
                continue
            cells: list[object] = []
            for reader, of in zip(staff, ("all", "province"), strict=True):
                visitor = Visitor(port, reader)
                address = page.address.format(asset=asset)
                first = visitor.first_byte(address)
                again = min(visitor.first_byte(address) for _turn in range(3))
                cells += [first, again, found.judge(f"{name}, {of}", again, MOST_FIRST_BYTE)]
            found.add(name, *cells)
            print(found.rows[-1], flush=True)
    return found


def an_asset() -> int:
    from equipment.models import Asset

    return Asset.objects.order_by("pk").values_list("pk", flat=True)[5]


def beats(world: World) -> Table:
    found = Table(
        f"{GATEWAYS:,} gateways that send a sign of life in one minute, while a page is read",
        ("", "value", "yardstick"),
    )
    secrets = world.ask("bench.nation:gateways")
    with served(world, WEB) as port:
        (reader,) = readers(world, 1, area=MIDDLE)
        visitor = Visitor(port, reader)
        address = f"/?on={ON}"
        visitor.whole(address)
        begun, took = time.monotonic(), []

        def send(mine: list[str]) -> None:
            link = http.client.HTTPConnection(HOST, port, timeout=60)
            for secret in mine:
                started = time.perf_counter()
                link.request("GET", f"/beat/{secret}?sent=12&errors=0")
                response = link.getresponse()
                response.read()
                if response.status >= http.HTTPStatus.BAD_REQUEST:
                    raise RuntimeError(f"a beat was answered {response.status}")
                took.append((time.perf_counter() - started) * 1000)

        threads = [threading.Thread(target=send, args=(secrets[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        pages = []
        while any(thread.is_alive() for thread in threads):
            pages.append(visitor.whole(address))
        seconds = time.monotonic() - begun
    took.sort()
    found.add("seconds for all", seconds, found.judge("seconds of the beats", seconds, 60))
    found.add("median of a beat, ms", median(took), "")
    found.add("p95 of a beat, ms", took[int(len(took) * 0.95)], "")
    found.add("median of a page meanwhile, ms", median(pages), "")
    return found


def gateways() -> list[str]:
    """Addresses of so many gateways, all issued."""
    from connectivity.gateways import issue
    from connectivity.models import Partner
    from facilities.models import Facility, User

    partner, by = Partner.objects.first(), User.objects.order_by("pk").first()
    places = Facility.objects.order_by("pk")[:GATEWAYS]
    return [issue(facility=place, partner=partner, by=by, because="bench")[1] for place in places]


# --- All of it --------------------------------------------------------------------------------

PARTS: dict[str, Callable[[World], Table]] = {
    "night": night,
    "killed": killed,
    "leader": leader,
    "past": past,
    "lists": lists,
    "beats": beats,
}


@contextlib.contextmanager
def made(scale: float) -> Iterator[World]:
    size = Size(
        round(FACILITIES * scale),
        round(CERTIFICATES * scale),
        round(COUNTED_DEVICES * scale),
        PROVINCES,
        DAYS,
    )
    with opened() as worlds:
        begun = time.monotonic()
        world = worlds.made_up("postgresql", size)
        megabytes = world.ask("bench.nation:megabytes")
        print(f"{size}: made in {time.monotonic() - begun:.0f} s, {megabytes:,} MB", flush=True)
        yield world


def megabytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        return cursor.fetchone()[0]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.nation", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--scale", type=float, default=1.0)
    asked = parser.parse_args()
    if unknown := set(asked.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(unknown)}")
    found = {}
    with made(asked.scale) as world:
        for name in asked.parts or PARTS:
            found[name] = PARTS[name](world)
            print(found[name].text(), flush=True)
    over = [f"{name}: {miss}" for name, table in found.items() for miss in table.over]
    print(
        "\n" + "\n".join(["Over its yardstick:", *over] if over else ["Every yardstick is kept."])
    )
    report = ROOT / "build" / "bench-nation.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(
        json.dumps({n: t.document() for n, t in found.items()}, ensure_ascii=False, indent=1)
    )


if __name__ == "__main__":
    main()
