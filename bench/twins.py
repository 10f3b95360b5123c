"""Bare twins: the SQL that somebody would write by hand for the same rows, on the product's own tables.

Without layout, rights, choice of day, map or moment known at: what an answer would cost if it did
nothing else. Timed in the same process as the answer it is held against.
"""

DAY = "2025-05-21"
PLACE = "f00003"
FIRST, LAST = "2025-04-28", "2025-06-01"  # of the month on screen

NAMES = f"""
    LEFT JOIN LATERAL (
        SELECT name_vi, sort_key FROM facilities_facilityname n
        WHERE n.facility_id = {{facility}} AND n.withdrawn_at IS NULL
          AND n.effective_from <= '{DAY}'
        ORDER BY n.effective_from DESC LIMIT 1
    ) name ON true"""
_PLACE_OF_ASSET = f"""
    JOIN LATERAL (
        SELECT m.facility_id, m.quantity FROM equipment_devicemovement m
        WHERE m.asset_id = a.id AND m.withdrawn_at IS NULL AND m.happened_on <= '{DAY}'
        ORDER BY m.happened_on DESC, m.id DESC LIMIT 1
    ) place ON true"""
ASSETS = f"""
    SELECT a.id, a.tag, a.serial, a.model, name.name_vi FROM equipment_asset a
    {_PLACE_OF_ASSET} {NAMES.format(facility="place.facility_id")}"""
OF_PLACE = f"""
    WHERE a.id IN (
        SELECT m.asset_id FROM equipment_devicemovement m JOIN facilities_facility f
        ON f.id = m.facility_id WHERE f.code = '{PLACE}' AND m.asset_id IS NOT NULL)
      AND place.quantity > 0
      AND place.facility_id = (SELECT id FROM facilities_facility WHERE code = '{PLACE}')"""
CERTIFICATES = f"""
    SELECT c.id, c.holder, c.serial, name.name_vi,
        array(SELECT (e.kind, e.happened_on)::text FROM signatures_certificateevent e
              WHERE e.certificate_id = c.id AND e.withdrawn_at IS NULL)
    FROM signatures_certificate c {NAMES.format(facility="c.facility_id")}"""
FACILITIES = f"""
    SELECT f.id, f.code, name.name_vi FROM facilities_facility f
    {NAMES.format(facility="f.id")}"""
COUNCILS = f"""
    SELECT m.code, name.name_vi,
        (SELECT d.scheduled_on FROM rollout_councildate d
         WHERE d.meeting_id = m.id AND d.withdrawn_at IS NULL
         ORDER BY d.effective_from DESC, d.id DESC LIMIT 1) AS scheduled_on,
        (SELECT r.conclusion FROM rollout_councilruling r
         WHERE r.meeting_id = m.id AND r.withdrawn_at IS NULL LIMIT 1) AS conclusion
    FROM rollout_councilmeeting m {NAMES.format(facility="m.facility_id")}"""
GATEWAYS = """
    SELECT g.id, (SELECT max(last_at) FROM connectivity_beatday d WHERE d.gateway_id = g.id)
        AS last_at FROM connectivity_gateway g"""

# What is owed and not done: milestones, stages of files, councils without a ruling.
OWED = f"""
    SELECT t.facility_id, t.milestone AS what, t.due_on FROM rollout_milestonetarget t
    WHERE t.withdrawn_at IS NULL AND t.effective_from <= '{DAY}' AND NOT EXISTS (
        SELECT FROM rollout_milestoneevent e WHERE e.facility_id = t.facility_id
          AND e.milestone = t.milestone AND e.withdrawn_at IS NULL AND e.happened_on <= '{DAY}')
    UNION ALL
    SELECT p.facility_id, t.stage, t.due_on
    FROM equipment_stagetarget t JOIN equipment_procurement p ON p.id = t.procurement_id
    WHERE t.withdrawn_at IS NULL AND t.effective_from <= '{DAY}' AND NOT EXISTS (
        SELECT FROM equipment_stageevent e WHERE e.procurement_id = t.procurement_id
          AND e.stage = t.stage AND e.withdrawn_at IS NULL AND e.happened_on <= '{DAY}')
    UNION ALL
    SELECT m.facility_id, 'council', d.scheduled_on
    FROM rollout_councilmeeting m JOIN rollout_councildate d ON d.meeting_id = m.id
    WHERE d.withdrawn_at IS NULL AND d.effective_from <= '{DAY}' AND NOT EXISTS (
        SELECT FROM rollout_councilruling r
        WHERE r.meeting_id = m.id AND r.withdrawn_at IS NULL AND r.happened_on <= '{DAY}')"""
OWED_NAMED = (
    f"SELECT owed.*, name.name_vi FROM ({OWED}) owed {NAMES.format(facility='owed.facility_id')}"
)
WAYS = f"""
    SELECT f.id, name.name_vi, count(e.id), max(e.happened_on)
    FROM facilities_facility f LEFT JOIN rollout_milestoneevent e
        ON e.facility_id = f.id AND e.withdrawn_at IS NULL AND e.happened_on <= '{DAY}'
    {NAMES.format(facility="f.id")} GROUP BY f.id, name.name_vi"""
BELOW_THE_NORM = f"""
    SELECT facility_id, device_type_id, sum(quantity) FROM equipment_devicemovement
    WHERE withdrawn_at IS NULL AND happened_on <= '{DAY}'
    GROUP BY 1, 2 HAVING sum(quantity) < 4"""

# What the figures of a day are made of, added up by facility.
FIGURES = (
    f"SELECT facility_id, kind, count(*), max(happened_on) FROM signatures_certificateevent "
    f"WHERE withdrawn_at IS NULL AND happened_on <= '{DAY}' GROUP BY 1, 2",
    f"SELECT facility_id, device_type_id, sum(quantity), max(happened_on) "
    f"FROM equipment_devicemovement WHERE withdrawn_at IS NULL AND happened_on <= '{DAY}' "
    f"GROUP BY 1, 2",
    f"SELECT facility_id, milestone, min(happened_on) FROM rollout_milestoneevent "
    f"WHERE withdrawn_at IS NULL AND happened_on <= '{DAY}' GROUP BY 1, 2",
    f"SELECT facility_id, step, max(happened_on) FROM connectivity_connectionstep "
    f"WHERE withdrawn_at IS NULL AND happened_on <= '{DAY}' GROUP BY 1, 2",
    COUNCILS,
    OWED,
    FACILITIES,
)


def milliseconds(*statements: str) -> float:
    """Of these, fetched and thrown away: the best of five."""
    import time

    from django.db import connection

    def once() -> float:
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
        return 1000 * (time.perf_counter() - started)

    return min(once() for _turn in range(5))
