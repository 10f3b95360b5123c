"""A million certificates with five events each, and everybody on a staff list, on PostgreSQL."""

from bench.table import Table
from bench.worlds import Size, World, Worlds

FEW = Size(facilities=17, certificates=4_200, devices=1_000)
MANY = Size(facilities=1_700, certificates=1_000_000, devices=1_000)
FOR_A_SEARCH = 2  # above two hundred facilities a filter names the chosen one by a search
TIMES_SMALL, COLD_SECONDS, KEPT_MS = 3, 2, 50

DAY, PLACE = "on=2025-05-21", "f00003"
FUNNEL = f"/signatures/?{DAY}"
PAGES = {
    "certificates": f"/desk/certificates/?{DAY}",
    "certificates, last page": f"/desk/certificates/?{DAY}&page=99999",
    "certificates by holder": f"/desk/certificates/?{DAY}&sort=holder",
    "certificates by day of issue": f"/desk/certificates/?{DAY}&sort=-issued",
    "certificates of a facility": f"/desk/certificates/?{DAY}&facility={PLACE}",
    "life of certificates": f"/desk/certificate-events/?{DAY}",
    "staff": f"/desk/staff/?{DAY}",
    "staff of a facility": f"/desk/staff/?{DAY}&facility={PLACE}",
    "rows of a facility": f"/facilities/{PLACE}/certificates/?{DAY}",
    "coverage of a facility": f"/facilities/{PLACE}/coverage/?{DAY}",
    "funnel": FUNNEL,
}

# One event more for nearly every certificate: five each.
_EVENTS = """
    INSERT INTO signatures_certificateevent ({columns}, kind, valid_until)
    SELECT {columns}, 'changed', NULL::date FROM signatures_certificateevent WHERE kind = 'issued'
    UNION ALL
    SELECT {columns}, 'device_lost', NULL FROM signatures_certificateevent
    WHERE kind = 'issued' AND certificate_id % 8 = 0"""
_STAFF = """
    INSERT INTO signatures_staffmember
        (facility_id, name, unit, position, duty, email, operator,
         search_key, name_key, sort_key, withdrawn_because)
    SELECT facility_id, holder, 'Khoa ' || id % 12, '',
        (array['doctor', 'nurse', 'pharmacist', 'technician', 'clerk'])[1 + id % 5],
        CASE WHEN id % 20 = 0 THEN '' ELSE 'p' || id || '@bench.gov.vn' END, '',
        'khoa ' || id % 12, holder_key, sort_key, ''
    FROM signatures_certificate ORDER BY id"""
# Staff were written in the order of the certificates.
_LINKS = """
    UPDATE signatures_certificate c SET member_id = c.id - a.first + b.first, unit = 'Khoa ' || id % 12
    FROM (SELECT min(id) AS first FROM signatures_certificate) a,
         (SELECT min(id) AS first FROM signatures_staffmember) b"""


def build(facilities: int, certificates: int, devices: int) -> None:
    """A province with its certificates, on PostgreSQL."""
    from django.db import connection, transaction

    from bench import province

    province.build(facilities, certificates, devices)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
            "WHERE table_name = 'signatures_certificateevent' "
            "AND column_name NOT IN ('id', 'kind', 'valid_until')"
        )
        (columns,) = cursor.fetchone()
        cursor.execute(_EVENTS.format(columns=columns))
        cursor.execute(_STAFF)
        cursor.execute(_LINKS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def table(worlds: Worlds) -> Table:
    found = Table(
        f"Lists at {FEW.certificates:,} and {MANY.certificates:,} certificates, on PostgreSQL",
        ("", "ms, few", "ms, many", "yardstick", "queries, few", "queries, many", "yardstick "),
    )
    small, large = (
        _measured(worlds.built("bench.certificates:build", size)) for size in (FEW, MANY)
    )
    for name in PAGES:
        few, many = small["pages"][name], large["pages"][name]
        most = few["queries"] + FOR_A_SEARCH
        judged = found.judge(f"queries of {name}", many["queries"], most)
        found.add(
            name,
            few["ms"],
            many["ms"],
            found.judge(f"ms of {name}", many["ms"], TIMES_SMALL * few["ms"]),
            few["queries"],
            many["queries"],
            judged,
        )
    cold, kept = large["cold"], large["pages"]["funnel"]["ms"]
    found.notes += [
        f"funnel with nothing kept: {cold:.2f} s, {found.judge('s of the funnel, cold', cold, COLD_SECONDS)}",
        f"funnel kept: {kept:.0f} ms, {found.judge('ms of the funnel, kept', kept, KEPT_MS)}",
        f"peak of the process: {large['megabytes']:.0f} MB",
    ]
    return found


def _measured(world: World) -> dict:
    found: dict = world.ask("bench.certificates:measured")
    return found


def measured() -> dict[str, object]:
    """Milliseconds and queries of each page, best of five; seconds of the funnel with nothing kept."""
    import gc
    import resource
    import time

    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.province import START
    from facilities.models import Role, RoleAssignment, User

    user, _made = User.objects.get_or_create(username="bench-department")
    RoleAssignment.objects.get_or_create(
        user=user, role=Role.DEPARTMENT, defaults={"valid_from": START}
    )
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    gc.collect()
    gc.freeze()  # as the web server does it (gunicorn.conf.py)

    def seconds(address: str) -> float:
        started = time.perf_counter()
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return time.perf_counter() - started

    pages = {}
    for name, address in PAGES.items():
        seconds(address)  # what is loaded once, and kept until a fact changes
        with CaptureQueriesContext(connection) as queries:
            seconds(address)
        asked = len(queries)
        best = min(seconds(address) for _n in range(5))
        pages[name] = {"ms": best * 1000, "queries": asked}

    def cold() -> float:
        cache.clear()
        client.force_login(user)
        return seconds(FUNNEL)

    return {
        "pages": pages,
        "cold": min(cold() for _n in range(3)),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
