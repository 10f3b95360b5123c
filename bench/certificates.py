"""Staff and further events beside the certificates of a made-up province, for `bench.signatures`."""

from django.db import connection, transaction

from bench import province

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
    """A province on PostgreSQL: five events for each certificate, and everybody on a staff list."""
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
