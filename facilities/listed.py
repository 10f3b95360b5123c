"""The facilities in the register on a day, as a condition of SQL.

The same facilities that `AsOf.on` describes, for who wants to know which there are and not what each is:
a list of a hundred rows need not read ten thousand facilities. `tests/facilities/test_listed.py` holds the
two against each other.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from facilities.models.facts import YardstickQuerySet
from facilities.models.places import (
    Facility,
    FacilityLineage,
    FacilityName,
    FacilityScope,
    Lineage,
    Scope,
)


def listed_on(
    on: date, known_at: datetime | None = None, scopes: Collection[str] | None = None
) -> QuerySet[Facility]:
    """Named by then, not closed and not merged away. `scopes`: only those in one of these; None: in any."""
    named = FacilityName.objects.in_force(on, known_at).order_by()
    merged = FacilityLineage.objects.in_force(on, known_at).filter(kind=Lineage.MERGED).order_by()
    found = (
        Facility.objects.filter(pk__in=named.values("facility"))
        .exclude(pk__in=merged.values("predecessor"))
        .exclude(pk__in=_scoped([Scope.CLOSED], on, known_at))
    )
    return found if scopes is None else found.filter(pk__in=_scoped(scopes, on, known_at))


def _scoped(scopes: Collection[str], on: date, known_at: datetime | None) -> QuerySet[Any, Any]:
    rows = latest(FacilityScope.objects.in_force(on, known_at), "facility", scope__in=scopes)
    return rows.values("facility")


def latest(rows: YardstickQuerySet[Any], subject: str, **among: object) -> YardstickQuerySet[Any]:
    """Of rows in force, those of `among` that no later row of the same subject overrules."""
    return rows.order_by().filter(~Exists(_later(rows, subject)), **among)


def overruled(rows: YardstickQuerySet[Any], subject: str) -> YardstickQuerySet[Any]:
    """Of rows in force, those that a later row of the same subject overrules."""
    return rows.order_by().filter(Exists(_later(rows, subject)))


def _later(rows: YardstickQuerySet[Any], subject: str) -> YardstickQuerySet[Any]:
    """In the order of `in_force`."""
    same_day = Q(effective_from=OuterRef("effective_from"))
    same_moment = same_day & Q(recorded_at=OuterRef("recorded_at"))
    is_later = (
        Q(effective_from__gt=OuterRef("effective_from"))
        | same_day & Q(recorded_at__gt=OuterRef("recorded_at"))
        | same_moment & Q(pk__gt=OuterRef("pk"))
    )
    return rows.order_by().filter(is_later, **{subject: OuterRef(subject)})
