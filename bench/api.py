"""The API beside plain DRF on the same rows, in one process: lists, detail, cursor, 304, alerts, bulk writes.

Plain DRF: a `ModelSerializer` of the stored row, by the same sign-in, middleware and throttle. It leaves
out what the product does besides: the columns of the register, rights, the day, filters, totals, the tag.
"""

from statistics import median
from typing import TYPE_CHECKING

from bench.table import Table
from bench.worlds import Size, Worlds

if TYPE_CHECKING:
    from django.test import Client

SIZE = Size(facilities=1_700, certificates=1_000, devices=100_000)
ROUNDS = 15
ROWS = 1_000

# What is asked, what plain DRF gives beside it, and how many times as long it may take.
PAIRS = {
    "registers/assets, 100": ("registers/assets/?limit=100", "assets/", 2),
    "registers/assets, last 100": ("registers/assets/?limit=100&after={last}", "assets/", 2),
    "registers/procurements, 100": ("registers/procurements/?limit=100", "procurements/", 2),
    "one procurement": ("registers/procurements/{one}/", "procurements/{one}/", 2),
    "alerts, 100": ("alerts/?on=2025-05-21&limit=100", "alerts/", 3),
    "deadlines, 100": ("deadlines/?on=2025-05-21&limit=100", "alerts/", 3),
}


def table(worlds: Worlds, size: Size = SIZE) -> Table:
    found = Table(
        f"The API for {size.facilities:,} facilities and {size.devices:,} devices on PostgreSQL",
        ("", "plain DRF, ms", "product, ms", "ratio", "yardstick", "queries"),
    )
    world = worlds.made_up("postgresql", size)
    for name, told in world.ask("bench.api:asked").items():
        ratio = told["product"] / told["plain"]
        verdict = found.judge(f"API, {name}", ratio, told["most"])
        found.add(name, told["plain"], told["product"], ratio, verdict, told["queries"])
    wrote = world.ask("bench.api:written")
    ratio = wrote["product"] / wrote["plain"]
    verdict = found.judge("API, bulk write", ratio, 6)
    found.add(f"{ROWS:,} rows in bulk", wrote["plain"], wrote["product"], ratio, verdict, "")
    found.notes.append(
        f"through the test client, in turns, medians of {ROUNDS}; 304: the constant of bench.constant; "
        "bulk: executemany of the rows and of their log"
    )
    return found


def asked() -> dict[str, dict[str, float]]:
    """Milliseconds of each pair, and queries of the product's answer."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.province import ON
    from equipment.models import Asset, Procurement
    from rollout.notices.alerts import raise_alerts

    raise_alerts(ON)
    client = _client()
    keys = list(Asset.objects.order_by("pk").values_list("pk", flat=True))
    last, one = keys[-101], Procurement.objects.order_by("pk").values_list("pk", flat=True).first()
    found = {}
    for name, (address, plain, most) in PAIRS.items():
        product = f"/api/v1/{address}".format(last=last, one=one)
        beside = f"/api/bench/{plain}".format(one=one)
        for warm in (product, beside):
            _milliseconds(client, warm)
        with CaptureQueriesContext(connection) as queries:
            client.get(product)
            count = len(queries)
        found[name] = _in_turns(client, beside, product) | {"most": most, "queries": count}
    progress = "/api/v1/progress/?on=2025-05-21"
    tag = {"If-None-Match": client.get(progress).headers["ETag"]}
    found["progress, 304"] = _in_turns(client, "/api/bench/document/", progress, tag) | {
        "most": 1.5,
        "queries": 0,
    }
    return found


def written() -> dict[str, float]:
    """Milliseconds of a bulk call that makes rows, and of executemany of the same rows and their log."""
    import time

    from django.db import connection, transaction

    from equipment.models import Procurement
    from facilities.models import ChangeSet, Edit, Facility

    client = _client()
    place = Facility.objects.order_by("pk").first()

    def rows(mark: str) -> list[dict]:
        return [
            {
                "values": {
                    "code": f"{mark}-{n}",
                    "title": f"File {n}",
                    "facility": place.code,
                    "path": "purchase",
                }
            }
            for n in range(ROWS)
        ]

    took = []
    for mark in ("warm", "a", "b", "c"):
        body = {"because": "bench", "rows": rows(mark)}
        started = time.perf_counter()
        answer = client.post(
            "/api/v1/registers/procurements/bulk/", body, content_type="application/json"
        )
        took.append(1000 * (time.perf_counter() - started))
        if answer.status_code != 200:
            raise RuntimeError(answer.content[:500])
    files = [Procurement.objects.filter(code__startswith="a-").order_by("pk").values()]
    change_set = ChangeSet.objects.latest("at")
    edits = [Edit.objects.filter(change_set=change_set).order_by("pk").values()]
    plain = []
    for mark in ("x", "y", "z"):
        started = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for model, [stored] in ((Procurement, files), (Edit, edits)):
                lines = [dict(one) for one in stored]
                for number, line in enumerate(lines):
                    del line["id"]
                    if model is Procurement:
                        line["code"] = f"{mark}-{number}"
                columns = [
                    field.column for field in model._meta.concrete_fields if not field.primary_key
                ]
                names = [
                    field.attname for field in model._meta.concrete_fields if not field.primary_key
                ]
                marks = ", ".join(["%s"] * len(columns))
                quoted = ", ".join(f'"{column}"' for column in columns)
                cursor.executemany(
                    f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES ({marks})',
                    [[line[name] for name in names] for line in lines],
                )
        plain.append(1000 * (time.perf_counter() - started))
    return {"plain": median(plain), "product": median(took[1:])}


def _client() -> "Client":
    from django.test import Client

    from bench.province import START
    from facilities.models import Role, RoleAssignment, User

    reader, made = User.objects.get_or_create(username="bench-api")
    if made:
        RoleAssignment.objects.create(user=reader, role=Role.DEPARTMENT, valid_from=START)
    client = Client(headers={"host": "localhost"})
    client.force_login(reader)
    return client


def _milliseconds(client: "Client", address: str, headers: dict[str, str] | None = None) -> float:
    import time

    started = time.perf_counter()
    response = client.get(address, headers=headers or {})
    took = 1000 * (time.perf_counter() - started)
    if response.status_code not in (200, 304):
        raise RuntimeError(f"{address} answered {response.status_code}: {response.content[:300]!r}")
    return took


def _in_turns(
    client: "Client", plain: str, product: str, headers: dict[str, str] | None = None
) -> dict[str, float]:
    _milliseconds(client, plain, headers)
    _milliseconds(client, product, headers)
    pairs = [
        (_milliseconds(client, plain, headers), _milliseconds(client, product, headers))
        for _round in range(ROUNDS)
    ]
    return {"plain": median(one for one, _ in pairs), "product": median(one for _, one in pairs)}
