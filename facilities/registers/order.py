"""The order of rows that are facilities, or belong to one: by its name.

A join with the names of the day: of a hundred thousand rows, asking one by one takes long.
"""

from datetime import date, datetime

from django.db.models import FilteredRelation, Q, QuerySet

from facilities.listed import overruled
from facilities.models import FacilityName

NAME_ORDER = "name_of_day__sort_key"
NAME_ORDER_OF_FACILITY = "facility_name__sort_key"


def with_name_order(rows: QuerySet, on: date, known_at: datetime | None = None) -> QuerySet:
    """Facilities that can be sorted by `NAME_ORDER`: as a Vietnamese dictionary sorts their names."""
    return rows.alias(name_of_day=_names("facilityname", on, known_at))


def with_name_order_of_facility(
    rows: QuerySet, on: date, known_at: datetime | None = None
) -> QuerySet:
    """Rows with a `facility` that can be sorted by `NAME_ORDER_OF_FACILITY`."""
    return rows.alias(facility_name=_names("facility__facilityname", on, known_at))


def _names(path: str, on: date, known_at: datetime | None) -> FilteredRelation:
    """The name of the day, at most one of each facility. One query for those it has borne before."""
    borne_before = overruled(FacilityName.objects.in_force(on, known_at), "facility")
    stands = Q(**{f"{path}__withdrawn_at__isnull": True})
    if known_at is not None:
        stands |= Q(**{f"{path}__withdrawn_at__gt": known_at})
        stands &= Q(**{f"{path}__recorded_at__lte": known_at})
    begun = Q(**{f"{path}__effective_from__lte": on})
    old = list(borne_before.values_list("pk", flat=True))
    return FilteredRelation(path, condition=stands & begun & ~Q(**{f"{path}__in": old}))
