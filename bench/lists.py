"""Lists, records and what falls due, at 17 and at 1,700 facilities, each beside a bare twin.

The twin is the SQL that somebody would write by hand for the same rows, on the same tables, without
layout, rights, choice of day or total: what the page would cost if it did nothing else.
"""

from typing import NamedTuple

from bench import twins
from bench.table import Table
from bench.worlds import Size, Worlds

MOST_KILOBYTES = 40
TIMES_BARE, PLUS_MS = 2, 20

DAY = f"on={twins.DAY}"
PLACE = twins.PLACE
TURNS = 20  # answers of each page
MOST_SPREAD = 2  # p95 over median


class Page(NamedTuple):
    """An answer, and the SQL of the same rows."""

    address: str
    bare: str


PAGES = {
    "facilities": Page(
        f"/desk/facilities/?{DAY}", f"{twins.FACILITIES} ORDER BY name.sort_key, f.id LIMIT 20"
    ),
    "facilities, search": Page(
        f"/desk/facilities/?{DAY}&q=luc+nam",
        f"{twins.FACILITIES} WHERE f.id IN (SELECT facility_id FROM facilities_facilityname "
        "WHERE search_key LIKE '%luc%' AND search_key LIKE '%nam%') "
        "ORDER BY name.sort_key, f.id LIMIT 20",
    ),
    "devices": Page(
        f"/desk/devices/?{DAY}",
        "SELECT facility_id, device_type_id, sum(quantity) FROM equipment_devicemovement "
        f"WHERE withdrawn_at IS NULL AND happened_on <= '{twins.DAY}' AND facility_id IN "
        "(SELECT id FROM facilities_facility ORDER BY code LIMIT 20) GROUP BY 1, 2",
    ),
    "assets": Page(f"/desk/assets/?{DAY}", f"{twins.ASSETS} ORDER BY a.tag LIMIT 20"),
    "assets of one facility": Page(
        f"/desk/assets/?{DAY}&facility={PLACE}",
        f"{twins.ASSETS} {twins.OF_PLACE} ORDER BY a.tag LIMIT 20",
    ),
    "assets, search": Page(
        f"/desk/assets/?{DAY}&q=TS-000123",
        f"{twins.ASSETS} WHERE a.search_key LIKE '%ts-000123%' ORDER BY a.tag LIMIT 20",
    ),
    "assets by facility": Page(
        f"/desk/assets/?{DAY}&sort=facility",
        f"{twins.ASSETS} ORDER BY name.sort_key, a.id LIMIT 20",
    ),
    "assets, page in the middle": Page(
        f"/desk/assets/?{DAY}&page={{middle}}",
        f"{twins.ASSETS} ORDER BY a.tag LIMIT 20 OFFSET 20 * {{middle}}",
    ),
    "assets, last page": Page(
        f"/desk/assets/?{DAY}&page=99999", f"{twins.ASSETS} ORDER BY a.tag DESC LIMIT 20"
    ),
    "an asset": Page(f"/desk/assets/{{asset}}/?{DAY}", f"{twins.ASSETS} WHERE a.id = {{asset}}"),
    "certificates": Page(
        f"/desk/certificates/?{DAY}",
        f"{twins.CERTIFICATES} WHERE c.withdrawn_at IS NULL ORDER BY c.id LIMIT 20",
    ),
    "certificates of one facility": Page(
        f"/desk/certificates/?{DAY}&facility={PLACE}",
        f"{twins.CERTIFICATES} WHERE c.facility_id = (SELECT id FROM facilities_facility "
        f"WHERE code = '{PLACE}') ORDER BY c.id LIMIT 20",
    ),
    "my": Page(
        f"/my/?{DAY}",
        f"{twins.OWED_NAMED} WHERE owed.facility_id = (SELECT id FROM facilities_facility "
        f"WHERE code = '{PLACE}') ORDER BY owed.due_on",
    ),
    "to be done": Page(f"/todo/?{DAY}", f"{twins.OWED_NAMED} ORDER BY owed.due_on LIMIT 30"),
    "month": Page(
        f"/month/?{DAY}",
        f"{twins.OWED_NAMED} WHERE owed.due_on BETWEEN '{twins.FIRST}' AND '{twins.LAST}'",
    ),
    "deadlines": Page(f"/deadlines/?{DAY}", f"{twins.OWED_NAMED} ORDER BY owed.due_on LIMIT 30"),
    "alerts": Page(
        f"/alerts/?{DAY}",
        "SELECT * FROM rollout_alert WHERE cleared_on IS NULL ORDER BY due_on, id LIMIT 30",
    ),
    "councils": Page(f"/councils/?{DAY}", f"{twins.COUNCILS} ORDER BY scheduled_on LIMIT 30"),
    "connections": Page(f"/connections/?{DAY}", f"{twins.GATEWAYS} ORDER BY last_at LIMIT 30"),
    "forecast": Page(f"/forecast/?{DAY}", f"{twins.WAYS} ORDER BY 3 DESC LIMIT 30"),
    "below the norm": Page(
        f"/desk/shortfalls/?{DAY}", f"{twins.BELOW_THE_NORM} ORDER BY 1, 2 LIMIT 25"
    ),
    "desk": Page(f"/desk/?{DAY}", f"SELECT count(*), min(due_on) FROM ({twins.OWED}) owed"),
}


def table(worlds: Worlds, few: Size, many: Size) -> Table:
    found = Table(
        f"Pages at {few.facilities:,} and {many.facilities:,} facilities, on PostgreSQL",
        (
            *("", f"ours ms, {few.facilities:,}", f"ours ms, {many.facilities:,}", "bare ms"),
            *("ratio", "goal ms", "met", "p95 / median", "met ", "CPU ms", "kB", "met  "),
            "ms after a fact",
        ),
    )
    small = worlds.made_up("postgresql", few).ask("bench.lists:measured")
    large = worlds.made_up("postgresql", many).ask("bench.lists:measured")
    for name, one in large.items():
        ours, bare = one["median"], one["bare"]
        goal = TIMES_BARE * bare + PLUS_MS
        found.add(
            name,
            small[name]["median"],
            ours,
            bare,
            ours / bare,
            goal,
            found.met(f"ms of {name}", ours, goal),
            one["p95"] / ours,
            found.met(f"p95 of {name} over its median", one["p95"] / ours, MOST_SPREAD),
            one["cpu"],
            one["kilobytes"],
            found.met(f"kB of {name}", one["kilobytes"], MOST_KILOBYTES),
            one["first"],
        )
    found.notes += [
        f"ours: the answer through the test client, median of {TURNS}, nothing moved between; "
        "layout alone takes some twenty ms",
        "bare: the same rows by SQL written by hand, without layout, best of five; goal: "
        f"{TIMES_BARE} times bare + {PLUS_MS} ms",
        "after a fact: the first answer once a fact of one facility has moved",
    ]
    return found


def measured() -> dict[str, dict[str, float]]:
    """Milliseconds and kilobytes of each page, and of its twin."""
    import time
    from statistics import median

    from django.test import Client

    from bench.facts import move_one
    from bench.province import START
    from equipment.models import Asset
    from facilities.models import Facility, Role, RoleAssignment, User

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
    named = {
        "asset": Asset.objects.order_by("pk").values_list("pk", flat=True)[5],
        "middle": Asset.objects.count() // 40,
    }
    last = Facility.objects.order_by("-pk").values_list("pk", flat=True)[0]

    def timed(work) -> tuple[float, float, int]:
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), result

    found = {}
    for name, page in PAGES.items():
        address, client = page.address.format(**named), department
        if name == "my":
            client = officer

        def answer(client=client, address=address) -> int:
            response = client.get(address)
            if response.status_code != 200:
                raise RuntimeError(f"{address} answered {response.status_code}")
            return len(response.content)

        answer()  # what is loaded once for all is loaded
        move_one(last)
        first = timed(answer)
        again = [timed(answer) for _turn in range(TURNS)]
        walls = sorted(wall for wall, _cpu, _bytes in again)
        found[name] = {
            "first": first[0],
            "median": median(walls),
            "p95": walls[round(0.95 * TURNS) - 1],
            "cpu": median(cpu for _wall, cpu, _bytes in again),
            "kilobytes": first[2] / 1000,
            "bare": twins.milliseconds(page.bare.format(**named)),
        }
    return found
