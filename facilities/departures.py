"""What a reader of an old code is told: where the facility went; and of a new one, whence it came."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import (
    Document,
    FacilityLineage,
    FacilityName,
    FacilityScope,
    Lineage,
    Scope,
)
from facilities.models.places import in_language


@dataclass(frozen=True, slots=True)
class Departure:
    """A facility that is no longer in the register. Without successors it was closed."""

    facility: FacilityOnDay  # as on its last day
    on: date  # the first day without it
    kind: str  # "merged", "split" or "closed"
    because: str
    document: Document | None
    successors: tuple[FacilityOnDay, ...]

    @property
    def last_day(self) -> date:
        return self.on - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Origin:
    """One of those for whom a facility carries on."""

    code: str
    name_vi: str
    name_en: str
    kind: str
    on: date
    document: Document | None

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en) or self.code

    @property
    def last_day(self) -> date:
        return self.on - timedelta(days=1)


def departure(as_of: AsOf, code: str) -> Departure | None:
    """Where the facility went; None while it is in the register. `register`: of all facilities."""
    pk = next((pk for pk, found in as_of.codes.items() if found == code), None)
    if pk is None or not as_of.has_left(pk, as_of.until):
        return None
    so_far = as_of.so_far(as_of.map_on or as_of.until)
    if pk not in so_far:
        return None
    lineage = _lineage(as_of).filter(predecessor=pk).order_by("effective_from", "pk")
    merged = [row for row in lineage if row.kind == Lineage.MERGED][:1]
    rows = merged or list(lineage)
    closing = _closing(as_of, pk)
    first = rows[0] if rows else None
    document = (first and first.document) or (closing and closing.document) or None
    because = (closing and closing.because) or (first and first.source) or ""
    return Departure(
        facility=so_far[pk],
        on=as_of.left_on[pk],
        kind=first.kind if first else "closed",
        because=because,
        document=document,
        successors=tuple(so_far[r.successor_id] for r in rows if r.successor_id in so_far),
    )


def origins(as_of: AsOf, pk: int) -> list[Origin]:
    """For whom the facility carries on, newest first; one query, and one more where there are any."""
    rows = list(
        _lineage(as_of)
        .filter(successor=pk)
        .select_related("predecessor")
        .order_by("-effective_from", "predecessor__code")
    )
    names: dict[int, list[FacilityName]] = {}
    if rows:
        known = FacilityName.objects.in_force(as_of.map_on or as_of.until, as_of.known_at)
        for name in known.filter(facility__in=[row.predecessor_id for row in rows]):
            names.setdefault(name.facility_id, []).append(name)
    found = []
    for row in rows:
        called = [
            n for n in names.get(row.predecessor_id, ()) if n.effective_from < row.effective_from
        ]
        found.append(
            Origin(
                code=row.predecessor.code,
                name_vi=called[-1].name_vi if called else "",
                name_en=called[-1].name_en if called else "",
                kind=row.kind,
                on=row.effective_from,
                document=row.document,
            )
        )
    return found


def _lineage(as_of: AsOf) -> QuerySet[FacilityLineage]:
    until = as_of.map_on or as_of.until
    return FacilityLineage.objects.in_force(until, as_of.known_at).select_related("document")


def _closing(as_of: AsOf, pk: int) -> FacilityScope | None:
    scopes = FacilityScope.objects.in_force(as_of.left_on[pk], as_of.known_at)
    return (
        scopes.filter(facility=pk, scope=Scope.CLOSED, effective_from=as_of.left_on[pk])
        .select_related("document")
        .last()
    )
