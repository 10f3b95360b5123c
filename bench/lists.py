"""Lists, records and what falls due, at 17 and at 1,700 facilities, each beside a bare twin.

The twin is the SQL that somebody would write by hand for the same rows, on the same tables, without
layout, rights, choice of day or total: what the page would cost if it did nothing else.
"""

from typing import NamedTuple

from bench.table import Table
from bench.worlds import Size, Worlds

MOST_KILOBYTES = 40
TIMES_BARE, PLUS_MS = 2, 20

DAY = "on=2025-05-21"
PLACE = "f00003"

_NAMES = """
    LEFT JOIN LATERAL (
        SELECT name_vi, sort_key FROM facilities_facilityname n
        WHERE n.facility_id = {facility} AND n.withdrawn_at IS NULL
          AND n.effective_from <= '2025-05-21'
        ORDER BY n.effective_from DESC LIMIT 1
    ) name ON true"""
_PLACE_OF_ASSET = """
    JOIN LATERAL (
        SELECT m.facility_id, m.quantity FROM equipment_devicemovement m
        WHERE m.asset_id = a.id AND m.withdrawn_at IS NULL AND m.happened_on <= '2025-05-21'
        ORDER BY m.happened_on DESC, m.id DESC LIMIT 1
    ) place ON true"""
_ASSETS = f"""
    SELECT a.id, a.tag, a.serial, a.model, name.name_vi FROM equipment_asset a
    {_PLACE_OF_ASSET} {_NAMES.format(facility="place.facility_id")}"""
_OF_PLACE = f"""
    WHERE a.id IN (
        SELECT m.asset_id FROM equipment_devicemovement m JOIN facilities_facility f
        ON f.id = m.facility_id WHERE f.code = '{PLACE}' AND m.asset_id IS NOT NULL)
      AND place.quantity > 0
      AND place.facility_id = (SELECT id FROM facilities_facility WHERE code = '{PLACE}')"""
_CERTIFICATES = f"""
    SELECT c.id, c.holder, c.serial, name.name_vi,
        array(SELECT (e.kind, e.happened_on)::text FROM signatures_certificateevent e
              WHERE e.certificate_id = c.id AND e.withdrawn_at IS NULL)
    FROM signatures_certificate c {_NAMES.format(facility="c.facility_id")}"""
_FACILITIES = f"""
    SELECT f.id, f.code, name.name_vi FROM facilities_facility f
    {_NAMES.format(facility="f.id")}"""


class Page(NamedTuple):
    address: str
    bare: str = ""


PAGES = {
    "facilities": Page(
        f"/desk/facilities/?{DAY}", f"{_FACILITIES} ORDER BY name.sort_key, f.id LIMIT 25"
    ),
    "facilities, search": Page(
        f"/desk/facilities/?{DAY}&q=luc+nam",
        f"{_FACILITIES} WHERE f.id IN (SELECT facility_id FROM facilities_facilityname "
        "WHERE search_key LIKE '%luc%' AND search_key LIKE '%nam%') "
        "ORDER BY name.sort_key, f.id LIMIT 25",
    ),
    "devices": Page(
        f"/desk/devices/?{DAY}",
        "SELECT facility_id, device_type_id, sum(quantity) FROM equipment_devicemovement "
        "WHERE withdrawn_at IS NULL AND happened_on <= '2025-05-21' AND facility_id IN "
        "(SELECT id FROM facilities_facility ORDER BY code LIMIT 25) GROUP BY 1, 2",
    ),
    "assets": Page(f"/desk/assets/?{DAY}", f"{_ASSETS} ORDER BY a.tag LIMIT 25"),
    "assets of one facility": Page(
        f"/desk/assets/?{DAY}&facility={PLACE}", f"{_ASSETS} {_OF_PLACE} ORDER BY a.tag LIMIT 25"
    ),
    "assets, search": Page(
        f"/desk/assets/?{DAY}&q=TS-000123",
        f"{_ASSETS} WHERE a.search_key LIKE '%ts-000123%' ORDER BY a.tag LIMIT 25",
    ),
    "assets by facility": Page(
        f"/desk/assets/?{DAY}&sort=facility",
        f"{_ASSETS} ORDER BY name.sort_key, a.id LIMIT 25",
    ),
    "assets, last page": Page(
        f"/desk/assets/?{DAY}&page=99999", f"{_ASSETS} ORDER BY a.tag DESC LIMIT 25"
    ),
    "an asset": Page(f"/desk/assets/{{asset}}/?{DAY}", f"{_ASSETS} WHERE a.id = {{asset}}"),
    "certificates": Page(
        f"/desk/certificates/?{DAY}",
        f"{_CERTIFICATES} WHERE c.withdrawn_at IS NULL ORDER BY c.id LIMIT 25",
    ),
    "certificates of one facility": Page(
        f"/desk/certificates/?{DAY}&facility={PLACE}",
        f"{_CERTIFICATES} WHERE c.facility_id = (SELECT id FROM facilities_facility "
        f"WHERE code = '{PLACE}') ORDER BY c.id LIMIT 25",
    ),
    "my": Page("/my/"),
    "month": Page(f"/month/?{DAY}"),
    "deadlines": Page(f"/deadlines/?{DAY}"),
    "alerts": Page(
        f"/alerts/?{DAY}",
        "SELECT * FROM rollout_alert WHERE cleared_on IS NULL ORDER BY due_on, id LIMIT 40",
    ),
    "councils": Page(f"/councils/?{DAY}"),
    "connections": Page(
        f"/connections/?{DAY}",
        "SELECT g.id, (SELECT max(last_at) FROM connectivity_beatday d WHERE d.gateway_id = g.id) "
        "AS last_at FROM connectivity_gateway g ORDER BY last_at LIMIT 40",
    ),
    "forecast": Page(f"/forecast/?{DAY}"),
    "below the norm": Page(f"/desk/shortfalls/?{DAY}"),
    "desk": Page(f"/desk/?{DAY}"),
}


def table(worlds: Worlds, few: Size, many: Size) -> Table:
    found = Table(
        f"Pages at {few.facilities:,} and {many.facilities:,} facilities, on PostgreSQL",
        (
            *("", f"ms, {few.facilities:,}", f"ms, {many.facilities:,}", "bare ms", "yardstick"),
            *("CPU ms", "kB", "yardstick ", "ms after a fact"),
        ),
    )
    small = worlds.made_up("postgresql", few).ask("bench.lists:measured")
    large = worlds.made_up("postgresql", many).ask("bench.lists:measured")
    for name, one in large.items():
        bare = one["bare"]
        judged = ""
        if bare:
            judged = found.judge(f"ms of {name}", one["again"], TIMES_BARE * bare + PLUS_MS)
        found.add(
            name,
            small[name]["again"],
            one["again"],
            bare or "",
            judged,
            one["cpu"],
            one["kilobytes"],
            found.judge(f"kB of {name}", one["kilobytes"], MOST_KILOBYTES),
            one["first"],
        )
    found.notes.append(
        "ms: the answer through the test client, best of five, in the slow way of a bench: layout "
        "alone takes some twenty; bare: the same rows by SQL written by hand, best of five"
    )
    return found


def measured() -> dict[str, dict[str, float]]:
    """Milliseconds and kilobytes of each page, and of its twin."""
    import time

    from django.db import connection
    from django.test import Client

    from bench.province import START
    from equipment.models import Asset
    from facilities.models import Facility, Ledger, Role, RoleAssignment, User

    def signed_in(name: str, role: str, **place) -> Client:
        user, _made = User.objects.get_or_create(username=name)
        RoleAssignment.objects.get_or_create(
            user=user, role=role, defaults={"valid_from": START, **place}
        )
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        return client

    department = signed_in("bench-department", Role.DEPARTMENT)
    officer = signed_in("bench-officer", Role.OFFICER, facility=Facility.objects.get(code=PLACE))
    asset = Asset.objects.order_by("pk").values_list("pk", flat=True)[5]

    def timed(work) -> tuple[float, float, object]:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), result

    found = {}
    for name, page in PAGES.items():
        address, client = page.address.format(asset=asset), department
        if name == "my":
            client = officer

        def answer(client=client, address=address) -> int:
            response = client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
            return len(response.content)

        bare = page.bare.replace("{asset}", str(asset))

        def twin(statement=bare) -> int:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return len(cursor.fetchall())

        answer()  # what is loaded once for all is loaded
        Ledger.touch()
        first = timed(answer)
        again = [timed(answer) for _n in range(5)]
        found[name] = {
            "first": first[0],
            "again": min(one[0] for one in again),
            "cpu": min(one[1] for one in again),
            "kilobytes": first[2] / 1000,
            "bare": min(timed(twin)[0] for _n in range(5)) if bare else 0,
        }
    return found
