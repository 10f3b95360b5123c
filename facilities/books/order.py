"""The order of rows that are facilities."""

from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery

from facilities.models import FacilityName

NAME_ORDER = "name_order"


def with_name_order(rows: QuerySet, on: date, known_at: datetime | None = None) -> QuerySet:
    """Facilities that can be sorted by `NAME_ORDER`: as a Vietnamese dictionary sorts their names."""
    names = FacilityName.objects.in_force(on, known_at).filter(facility=OuterRef("pk"))
    latest = names.order_by("-effective_from", "-recorded_at", "-pk")
    return rows.alias(**{NAME_ORDER: Subquery(latest.values("sort_key")[:1])})
