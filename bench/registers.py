"""A list of the desk at a thousand rows and at a hundred thousand, and rows written in bulk."""

from bench.table import Table
from bench.worlds import Size, Worlds

FEW = Size(facilities=170, certificates=1_000, devices=1_000)
MANY = Size(facilities=170, certificates=100_000, devices=1_000)
MOST_RATIO = 3
WRITTEN, MOST_SECONDS = 10_000, 15
PASTED, MOST_SECONDS_PASTED = 1_000, 2  # cells

DAY = "on=2025-05-21"
LISTS = {
    "first page": "",
    "sorted by holder": "sort=holder",
    "sorted by facility": "sort=facility",
    "sorted by day of issue": "sort=issued",
    "a facility's": "facility=f00003",
    "at one step": "step=received",
    "issued from a day on": "issued_from=2025-03-01",
    "search: luc nam": "q=luc+nam",
    "search: a unit": "q=khoa+kham+benh",
    "search: a piece of a serial": "q=400000ff",
}


def table(worlds: Worlds) -> Table:
    found = Table(
        f"Lists of certificates on PostgreSQL, at {FEW.certificates:,} and {MANY.certificates:,} rows",
        ("", "ms, few", "ms, many", "ratio", "yardstick", "queries", "ms, facts just changed"),
    )
    few, many = (
        worlds.made_up("postgresql", size).ask("bench.registers:lists") for size in (FEW, MANY)
    )
    for name in LISTS:
        one, other = few[name], many[name]
        ratio = other["again"] / one["again"]
        equal = one["queries"] == other["queries"]
        if not equal:
            found.over.append(f"queries of {name}: {one['queries']}, {other['queries']}")
        found.add(
            name,
            one["again"],
            other["again"],
            ratio,
            found.judge(f"list, {name}", ratio, MOST_RATIO),
            f"{other['queries']}" if equal else "differ: OVER",
            other["first"],
        )
    written = worlds.made_up("postgresql", MANY).ask("bench.registers:written")
    for name, seconds in written.items():
        found.notes.append(f"{name}: {seconds:.1f} s")
    seconds = written["new, written"] + written["new, judged"]
    found.notes.append(
        f"new certificates with five days each, judged and written: {WRITTEN / seconds:,.0f} rows a "
        f"second, {found.judge('seconds of writing certificates', seconds, MOST_SECONDS)} seconds"
    )
    seconds = worlds.made_up("postgresql", MANY).ask("bench.registers:pasted")["seconds"]
    found.notes.append(
        f"{PASTED:,} cells pasted over certificates, shown before they are stored: "
        f"{found.judge('seconds of a paste shown', seconds, MOST_SECONDS_PASTED)} seconds"
    )
    found.notes.append(
        "ms: the answer through the test client, best of five; just changed: totals counted anew"
    )
    return found


def lists() -> dict[str, dict[str, float]]:
    """Milliseconds and queries of each list for somebody of the Department."""
    import time

    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.province import START
    from facilities.models import Ledger, Role, RoleAssignment, User

    reader = User.objects.create(username="bench-department")
    RoleAssignment.objects.create(user=reader, role=Role.DEPARTMENT, valid_from=START)
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)

    def milliseconds(address: str) -> float:
        started = time.perf_counter()
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return 1000 * (time.perf_counter() - started)

    found = {}
    for name, query in LISTS.items():
        address = f"/desk/certificates/?{DAY}&{query}"
        milliseconds(address)  # what is loaded once for all is loaded
        Ledger.touch()
        first = milliseconds(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            count = len(queries)
        again = min(milliseconds(address) for _n in range(5))
        found[name] = {"first": first, "again": again, "queries": count}
    return found


def written() -> dict[str, float]:
    """Seconds for new certificates with five days each, and for changing two cells of each."""
    import time
    from datetime import timedelta

    from django.db import transaction

    from bench.province import ON
    from facilities.models import ChangeSet, Facility, User
    from facilities.registers.entering import begin, enter_rows, writing_of
    from facilities.registers.writers import RowEntry
    from signatures.registers import Certificates

    register, by = Certificates(), User.objects.first()
    places = list(Facility.objects.values_list("code", flat=True))
    empty = {column.code: column.empty for column in register.columns}

    def new(n: int) -> RowEntry:
        day = ON - timedelta(days=30 + n % 60)
        days = ("requested", "issued", "received", "handed-over", "authenticated")
        cells = {code: day + timedelta(days=3 * step) for step, code in enumerate(days)}
        cells |= {"facility": places[n % len(places)], "holder": f"Giáp Thị Ước {n}"}
        cells |= {"serial": f"new{n:08}", "valid-until": day + timedelta(days=900)}
        return RowEntry(None, {}, empty | cells)

    def write(entries: list[RowEntry]) -> tuple[float, float]:
        started = time.perf_counter()
        if any(p.errors or p.warnings for p in register.problems(entries, ON)):
            raise RuntimeError("the rows are refused")
        judged = time.perf_counter()
        with transaction.atomic():
            change_set = begin(kind=ChangeSet.Kind.IMPORT, by=by, because="bench")
            enter_rows(register, entries, writing_of(change_set, on=ON))
        return judged - started, time.perf_counter() - judged

    entries = [new(n) for n in range(WRITTEN)]
    found = dict(zip(("new, judged", "new, written"), write(entries), strict=True))
    keys = [entry.row.pk for entry in entries]
    started = time.perf_counter()
    old = register.values(keys, ON)
    found["values read"] = time.perf_counter() - started
    rows = register.model.objects.in_bulk(keys)
    later = {key: old[key]["authenticated"] + timedelta(days=1) for key in keys}
    changed = [
        RowEntry(rows[key], old[key], old[key] | {"authenticated": later[key], "unit": "Khoa Nội"})
        for key in keys
    ]
    found |= zip(("changed, judged", "changed, written"), write(changed), strict=True)
    return found


def pasted() -> dict[str, float]:
    """Seconds until a block of cells over certificates is shown with old and new values, best of three."""
    import time

    from django.test import Client

    from bench.province import START
    from facilities.models import Role, RoleAssignment, User
    from signatures.models import Certificate

    user, _made = User.objects.get_or_create(username="bench-paste")
    RoleAssignment.objects.get_or_create(
        user=user, role=Role.DEPARTMENT, defaults={"valid_from": START}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    wide = ("holder", "position", "unit", "requested", "issued")
    rows = PASTED // len(wide)
    keys = Certificate.objects.order_by("pk").values_list("pk", flat=True)[:rows]
    asked = {
        "rows": ",".join(map(str, keys)),
        "column": wide[0],
        "query": "&".join(f"columns={code}" for code in ("facility", *wide)),
        "pasted": "\n".join(
            f"Giáp Thị Ước {n}\tBác sĩ {n}\tKhoa Nội {n}\t02/01/2024\t05/01/2024"
            for n in range(rows)
        ),
    }

    def shown() -> float:
        started = time.perf_counter()
        answer = client.post("/desk/certificates/paste/", asked)
        if answer.status_code != 200 or answer.content.count(b"<ins>") < PASTED - 2 * rows:
            raise RuntimeError("the block is refused")
        return time.perf_counter() - started

    return {"seconds": min(shown() for _n in range(3))}
