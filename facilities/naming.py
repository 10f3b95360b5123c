"""Which facility or area is meant by what people write: its code, a name, or a code of another system."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q

from facilities.folding import fold
from facilities.listed import listed_on
from facilities.models.codes import AreaCode, ExternalCode
from facilities.models.facts import YardstickQuerySet
from facilities.models.places import FacilityName


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


def facilities_called(
    words: Iterable[str],
    on: date,
    known_at: datetime | None = None,
    *,
    among: Iterable[Collection[int] | None] = (),
    most: int,
) -> list[FacilityName]:
    """At most so many facilities, as they are called on the day, in the dictionary's order: two queries.

    Each folded word must be in a name borne by then, in the code, or in a code of another system.
    `among`: sets of facilities they must be in; None sets no limit.
    """
    rows = FacilityName.objects.in_force(on, known_at)
    for places in among:
        if places is not None:
            rows = rows.filter(facility__in=places)
    for word in words:
        elsewhere = ExternalCode.objects.in_force(on, known_at).filter(search_key__contains=word)
        rows = rows.filter(
            Q(search_key__contains=word)
            | Q(facility__code__contains=word)
            | Q(facility__in=elsewhere.values("facility"))
        )
    # Twice as many, since one that was renamed may be found under each of its names.
    keys = list(rows.order_by("sort_key", "pk").values_list("facility", flat=True)[: 2 * most])
    named = {
        name.facility_id: name
        for name in FacilityName.objects.in_force(on, known_at)
        .filter(facility__in=keys)
        .select_related("facility")
    }
    return [named[key] for key in dict.fromkeys(keys)][:most]


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
