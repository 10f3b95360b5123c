"""Importing certificates: the preview, storing them, and the bare inserts of the same rows.

Each file is made in one process and measured in another, so that the peak of memory is the
product's own.
"""

from datetime import date

from bench.table import Table
from bench.worlds import Size, Worlds

# rows: seconds of the preview, seconds of storing
YARDSTICKS = {10_000: (10, 15), 100_000: (100, 150)}
MEGABYTES = 300
EXPIRES = date(2027, 5, 1)
HEADINGS = (
    *("facility", "holder", "position", "unit", "serial"),
    *("requested", "issued", "valid-until", "received", "handed-over", "authenticated"),
)


def table(worlds: Worlds, size: Size) -> Table:
    found = Table(
        f"Importing XLSX files of certificates into {size.certificates:,} of them on PostgreSQL",
        ("", "seconds", "rows/s", "yardstick", "peak MB", "yardstick ", "of bare inserts"),
    )
    world = worlds.made_up("postgresql", size)
    for rows, (preview, store) in YARDSTICKS.items():
        name = str(world.folder / f"certificates-{rows}.xlsx")
        world.ask("bench.imports:make", name=name, rows=rows)
        bare = world.ask("bench.imports:bare", rows=rows)["seconds"]
        sent = world.ask("bench.imports:previewed", name=name)
        seconds = {"preview": sent, "store": world.ask("bench.imports:stored", pk=sent["pk"])}
        for step, most in (("preview", preview), ("store", store)):
            result = seconds[step]
            found.add(
                f"{step} {rows:,} rows",
                result["seconds"],
                rows / result["seconds"],
                found.judge(f"seconds to {step} {rows:,} rows", result["seconds"], most),
                result["megabytes"],
                found.judge(f"megabytes to {step} {rows:,} rows", result["megabytes"], MEGABYTES),
                f"{result['seconds'] / bare:.1f} times",
            )
        found.add(f"bare executemany of {rows:,} rows", bare, rows / bare, "", "", "", "")
    found.notes.append("A row is a certificate and the five things that happened to it.")
    return found


DEVICES = 10_000  # rows of a file
MOST_SECONDS = 25  # previewed and applied, however many the register has


def devices_table(worlds: Worlds, sizes: list[Size]) -> Table:
    found = Table(
        f"Importing a CSV file of {DEVICES:,} devices, previewed and applied, on PostgreSQL",
        (
            "",
            "preview s",
            "apply s",
            "ours s",
            "bare s",
            "ratio",
            "goal s",
            "met",
            "peak MB",
            "met ",
        ),
    )
    for size in sizes:
        world = worlds.made_up("postgresql", size)
        name = str(world.folder / "devices.csv")
        world.ask("bench.imports:make_devices", name=name)
        bare = world.ask("bench.imports:bare_devices")["seconds"]
        sent = world.ask("bench.imports:previewed_devices", name=name)
        kept = world.ask("bench.imports:stored", pk=sent["pk"])
        ours, peak = sent["seconds"] + kept["seconds"], max(sent["megabytes"], kept["megabytes"])
        told = f"into a register of {size.devices:,}"
        found.add(
            told,
            sent["seconds"],
            kept["seconds"],
            ours,
            bare,
            ours / bare,
            MOST_SECONDS,
            found.met(f"seconds of devices {told}", ours, MOST_SECONDS),
            peak,
            found.met(f"megabytes of devices {told}", peak, MEGABYTES),
        )
    found.notes.append("bare: executemany of the same devices and of how each came")
    return found


def make_devices(name: str) -> None:
    """A file as a facility's asset register is exported."""
    import csv

    from facilities.models import Facility

    codes = list(Facility.objects.order_by("pk").values_list("code", flat=True))
    with open(name, "w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.writer(stream)
        writer.writerow(("tag", "serial", "type", "model", "facility"))
        for n in range(DEVICES):
            kind = ("tablet", "printer", "trolley")[n % 3]
            writer.writerow((f"NEW-{n:06}", f"N{n:09}", kind, "Mẫu", codes[n % len(codes)]))


def previewed_devices(name: str) -> dict:
    return previewed_as("assets", name, "devices.csv")


def bare_devices() -> dict[str, float]:
    """The same rows by nothing but executemany; taken back again."""
    import time

    from django.db import connection, transaction
    from django.utils import timezone

    from bench.province import LEADER, ON
    from equipment.models import Asset, DeviceMovement, DeviceType
    from facilities.models import Facility, User

    by, now = User.objects.get(username=LEADER).pk, timezone.now()
    places = list(Facility.objects.values_list("pk", flat=True))
    kind = DeviceType.objects.get(code="tablet").pk
    keys = range(10**9, 10**9 + DEVICES)
    with transaction.atomic(), connection.cursor() as cursor:
        started = time.perf_counter()
        _insert(
            cursor,
            Asset,
            (
                {"id": k, "device_type_id": kind, "tag": f"bare-{k}", "serial": f"bare-{k}"}
                for k in keys
            ),
        )
        _insert(
            cursor,
            DeviceMovement,
            (
                {
                    "asset_id": k,
                    "facility_id": places[k % len(places)],
                    "device_type_id": kind,
                    "quantity": 1,
                    "reason": "opening",
                    "happened_on": ON,
                    "recorded_by_id": by,
                    "recorded_at": now,
                }
                for k in keys
            ),
        )
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return {"seconds": seconds}


def make(name: str, rows: int) -> None:
    """A file as a facility would send it, with its title above the headings."""
    from datetime import timedelta

    from openpyxl import Workbook

    from bench.province import START
    from facilities.models import Facility

    codes = list(Facility.objects.order_by("pk").values_list("code", flat=True))
    register = Workbook(write_only=True)
    sheet = register.create_sheet()
    sheet.append(["DANH SÁCH CHỨNG THƯ SỐ"])
    sheet.append(HEADINGS)
    for n in range(rows):
        days = [START + timedelta(days=n % 200 + step) for step in (0, 20, 1000, 22, 25, 30)]
        sheet.append(
            [
                codes[n % len(codes)],
                f"Nguyễn Thị Mẫu {n}",
                "Bác sĩ",
                f"Khoa {n % 30}",
                f"{rows:x}-{n:07x}",
                *days,
            ]
        )
    register.save(name)


def previewed(name: str) -> dict:
    """Send the file and preview it, as its job does."""
    return previewed_as("certificates", name, "certificates.xlsx")


def previewed_as(register: str, name: str, called: str) -> dict:
    """The same for a file of any register; every row must be new."""
    from django.core.files import File

    from bench.province import LEADER, ON
    from facilities.models import User
    from rollout.registers import importing
    from rollout.registers.catalogue import REGISTERS

    def work():
        with open(name, "rb") as stream:
            kept = importing.receive(
                register=REGISTERS[register],
                by=User.objects.get(username=LEADER),
                on=ON,
                upload=File(stream, called),
            )
        importing.preview(kept)
        if kept.preview["counts"]["new"] != kept.rows_read:
            raise AssertionError(kept.preview["problems"][:3])
        return kept.pk

    return _measured(work)


def stored(pk: int) -> dict:
    """Confirm the preview and store it, as its job does."""
    from rollout.models import ImportFile
    from rollout.registers import importing

    kept = ImportFile.objects.get(pk=pk)
    importing.confirm(kept, because="bench")

    def work():
        importing.run(pk)
        kept.refresh_from_db()
        if not kept.change_set_id:
            raise AssertionError(kept.preview["moved"])
        return pk

    return _measured(work)


def bare(rows: int) -> dict[str, float]:
    """The same rows by nothing but executemany; taken back again."""
    import time
    from itertools import count

    from django.db import connection, transaction
    from django.utils import timezone

    from bench.province import LEADER, ON
    from facilities.models import Facility, User
    from signatures.models import Certificate, CertificateEvent

    by = User.objects.get(username=LEADER).pk
    places = list(Facility.objects.values_list("pk", flat=True))
    numbers = count(10**9)
    keys = [next(numbers) for _n in range(rows)]
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        started = time.perf_counter()
        _insert(
            cursor,
            Certificate,
            (
                {"id": k, "facility_id": places[k % len(places)], "serial": f"bare-{k}"}
                for k in keys
            ),
        )
        _insert(
            cursor,
            CertificateEvent,
            (
                {
                    "certificate_id": k,
                    "facility_id": places[k % len(places)],
                    "kind": kind,
                    "happened_on": ON,
                    "valid_until": EXPIRES if kind == "issued" else None,
                    "recorded_by_id": by,
                    "recorded_at": now,
                }
                for k in keys
                for kind in ("requested", "issued", "received", "handed_over", "authenticated")
            ),
        )
        seconds = time.perf_counter() - started
        transaction.set_rollback(True)
    return {"seconds": seconds}


def _insert(cursor, model, rows) -> None:
    from django.db import connection

    fields = {f.attname: f for f in model._meta.concrete_fields}

    def values(row):
        for name, field in fields.items():
            if name in row or not field.primary_key:
                value = row[name] if name in row else field.get_default()
                yield field.get_db_prep_save(value, connection)

    rows = iter(rows)
    first = next(rows)
    names = [f.column for n, f in fields.items() if n in first or not f.primary_key]
    places = ", ".join(["%s"] * len(names))
    table, columns = model._meta.db_table, ", ".join(names)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
    cursor.executemany(statement, [tuple(values(first)), *(tuple(values(row)) for row in rows)])


def _measured(work) -> dict:
    import time

    from bench.inside import peak_megabytes

    started = time.perf_counter()
    pk = work()
    return {"pk": pk, "seconds": time.perf_counter() - started, "megabytes": peak_megabytes()}
