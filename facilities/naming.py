"""Which facility or area is meant by what people write: its code, a name, or a code of another system."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from facilities.folding import fold
from facilities.listed import listed_on
from facilities.models.codes import AreaCode, ExternalCode
from facilities.models.facts import YardstickQuerySet


def held_on(on: date, known_at: datetime | None = None) -> list[ExternalCode]:
    """The codes that facilities of the register bear on a day: of each facility and system the latest.

    One query, however many there are.
    """
    rows: YardstickQuerySet[ExternalCode] = ExternalCode.objects.in_force(on, known_at).filter(
        facility__in=listed_on(on, known_at)
    )
    latest = {
        (row.facility_id, row.system_id): row for row in rows.select_related("system", "facility")
    }
    return list(latest.values())


def codes_of(
    facility_ids: Iterable[int], on: date, known_at: datetime | None = None
) -> dict[int, list[ExternalCode]]:
    """What each facility is called elsewhere on a day, in the order of the systems: one query."""
    rows = (
        ExternalCode.objects.in_force(on, known_at)
        .filter(facility__in=list(facility_ids))
        .select_related("system")
    )
    latest = {(row.facility_id, row.system_id): row for row in rows}
    found: dict[int, list[ExternalCode]] = defaultdict(list)
    for row in sorted(latest.values(), key=lambda row: (row.system.place, row.system.code)):
        found[row.facility_id].append(row)
    return found


def facilities_by_external_code(on: date) -> Mapping[str, set[str]]:
    """Whose each code is on a day: code as it is compared -> codes of facilities."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in held_on(on):
        found[fold(row.code)].add(row.facility.code)
    return found


def area_codes_on(on: date, known_at: datetime | None = None) -> list[AreaCode]:
    """The codes that areas bear on a day: of each area and system the latest. One query."""
    rows: YardstickQuerySet[AreaCode] = AreaCode.objects.in_force(on, known_at)
    latest = {(row.area_id, row.system_id): row for row in rows.select_related("area")}
    return list(latest.values())


def areas_by_external_code(on: date, known_at: datetime | None = None) -> Mapping[str, set[str]]:
    """Whose each code of an area is on a day: code as it is compared -> our codes of areas."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in area_codes_on(on, known_at):
        found[fold(row.code)].add(row.area.code)
    return found
