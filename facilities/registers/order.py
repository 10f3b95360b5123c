"""The order of rows that are facilities, or belong to one: by its name."""

from datetime import date, datetime

from django.db.models import FilteredRelation, OuterRef, Q, QuerySet, Subquery

from facilities.models import FacilityName

NAME_ORDER = "name_order"


def with_name_order(rows: QuerySet, on: date, known_at: datetime | None = None) -> QuerySet:
    """Facilities that can be sorted by `NAME_ORDER`: as a Vietnamese dictionary sorts their names."""
    names = FacilityName.objects.in_force(on, known_at).filter(facility=OuterRef("pk"))
    latest = names.order_by("-effective_from", "-recorded_at", "-pk")
    return rows.alias(**{NAME_ORDER: Subquery(latest.values("sort_key")[:1])})


NAME_ORDER_OF_FACILITY = "facility_name__sort_key"


def with_name_order_of_facility(
    rows: QuerySet, on: date, known_at: datetime | None = None
) -> QuerySet:
    """Rows with a `facility` that can be sorted by `NAME_ORDER_OF_FACILITY`.

    A join with the names of the day: of a hundred thousand rows, asking one by one takes long.
    """
    names = dict(FacilityName.objects.in_force(on, known_at).values_list("facility", "pk"))
    of_the_day = Q(facility__facilityname__in=list(names.values()))
    return rows.alias(
        facility_name=FilteredRelation("facility__facilityname", condition=of_the_day)
    )
