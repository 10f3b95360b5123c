"""A register far wider than the rollout: 11,000 facilities of which 164 take part, against those 164 alone.

And the import of that many facilities.
"""

from bench.imports import previewed_as
from bench.table import Table
from bench.worlds import Size, World, Worlds

TAKING_PART = 164
FACILITIES = 11_000
SIZE = Size(facilities=TAKING_PART, certificates=40_000, devices=10_000)
MOST_RATIO = 1.5
MOST_SECONDS = 60

DAY = "on=2025-05-21"
PAGES = {
    "summary": f"/?{DAY}",
    "compare": f"/compare/?{DAY}",
    "desk": "/desk/",
    "list of facilities": f"/desk/facilities/?{DAY}",
    "search: luc nam": f"/desk/facilities/?{DAY}&q=luc+nam",
    "list of devices": f"/desk/devices/?{DAY}",
}


def table(worlds: Worlds) -> Table:
    found = Table(
        f"{FACILITIES:,} facilities of which {TAKING_PART} take part, on PostgreSQL, CPU",
        ("", f"ms, {TAKING_PART}", "ms, all", "ratio", "yardstick", "after a fact, ratio"),
    )
    narrow = worlds.made_up("postgresql", SIZE).ask("bench.wide:pages")
    wide_world = worlds.made_up("postgresql", Size(TAKING_PART, 40_001, 10_000))
    _import(found, wide_world)
    wide = wide_world.ask("bench.wide:pages")
    for name in PAGES:
        one, other = narrow[name], wide[name]
        ratio = other["again"] / one["again"]
        found.add(
            name,
            one["again"],
            other["again"],
            ratio,
            found.judge(f"wide register, {name}", ratio, MOST_RATIO),
            other["first"] / one["first"],
        )
    found.notes.append("CPU of the answer through the test client, best of three; both kept")
    return found


def _import(found: Table, world: World) -> None:
    """Bring the facilities that do not take part as a file is brought."""
    name = str(world.folder / "facilities.csv")
    rows = FACILITIES - TAKING_PART
    world.ask("bench.wide:make", name=name, rows=rows)
    sent = world.ask("bench.wide:previewed", name=name)
    kept = world.ask("bench.imports:stored", pk=sent["pk"])
    seconds = sent["seconds"] + kept["seconds"]
    judged = found.judge("seconds to import facilities", seconds, MOST_SECONDS)
    found.notes.append(
        f"{rows:,} facilities brought by file: preview {sent['seconds']:.1f} s, stored "
        f"{kept['seconds']:.1f} s ({judged}), peak {max(sent['megabytes'], kept['megabytes'])} MB"
    )


def make(name: str, rows: int) -> None:
    """A file as a Department exports its licence register."""
    import csv

    from bench.province import TOWNS

    with open(name, "w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream)
        writer.writerow(("name-vi", "code", "kind", "ownership", "scope", "area"))
        for n in range(rows):
            town = TOWNS[n % len(TOWNS)]
            writer.writerow(
                (
                    f"Phòng khám {town} <số {n}>",
                    f"pk-{n:05}",
                    "medical_centre",
                    "private",
                    "none",
                    "",
                )
            )


def previewed(name: str) -> dict:
    return previewed_as("facilities", name, "facilities.csv")


def pages() -> dict[str, dict[str, float]]:
    """CPU milliseconds of each page for somebody of the Department: after a fact, and again."""
    import time

    from django.test import Client

    from bench.province import START
    from facilities.models import Ledger, Role, RoleAssignment, User

    reader, _made = User.objects.get_or_create(username="bench-department")
    RoleAssignment.objects.get_or_create(
        user=reader, role=Role.DEPARTMENT, defaults={"valid_from": START}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)

    def milliseconds(address: str) -> float:
        started = time.process_time()
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return 1000 * (time.process_time() - started)

    found = {}
    for name, address in PAGES.items():
        milliseconds(address)
        Ledger.touch()
        first = milliseconds(address)
        found[name] = {"first": first, "again": min(milliseconds(address) for _n in range(3))}
    return found
