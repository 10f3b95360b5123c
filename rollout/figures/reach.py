"""How far a fact of one facility reaches: whose figures may be others after it.

Whoever carries on for a facility has what it had. A file is to bring servers to the facilities of its
lots, so what its buyer records reaches them. Anything else that reaches further moves the general
version of the ledger, see `Tracked.reaches`.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

from django.db.models import Q

from equipment.models import ProcurementLot
from facilities.models import FacilityLineage
from facilities.reading_once import once


class Reach(NamedTuple):
    """`affected`: whose figures may have changed. `read`: whose facts say what theirs are."""

    affected: frozenset[int]
    read: frozenset[int]

    @classmethod
    def of(cls, facility_ids: Iterable[int]) -> Self:
        """Three queries. Rows that were withdrawn count as well: rather too many than one too few."""
        asked = frozenset(facility_ids)
        return once(("reach", asked), lambda: cls._of(asked))

    @classmethod
    def _of(cls, facility_ids: frozenset[int]) -> Self:
        families = _Families()
        affected = families.of(facility_ids)
        affected |= families.of(_for_whom(affected))
        return cls(affected, affected | families.of(_from_whom(affected)))


class _Families:
    """Those that were ever merged or split from one another."""

    def __init__(self) -> None:
        self._kin: dict[int, set[int]] = defaultdict(set)
        rows = FacilityLineage.objects.order_by().values_list("predecessor_id", "successor_id")
        for one, other in rows:
            self._kin[one].add(other)
            self._kin[other].add(one)

    def of(self, facility_ids: Iterable[int]) -> frozenset[int]:
        found = set(facility_ids)
        todo = list(found)
        while todo:
            new = self._kin.get(todo.pop(), set()) - found
            found |= new
            todo += new
        return frozenset(found)


def _for_whom(buyers: frozenset[int]) -> frozenset[int]:
    lots = ProcurementLot.objects.filter(procurement__facility__in=buyers)
    return frozenset(lots.order_by().values_list("facility_id", flat=True).distinct())


def _from_whom(receivers: frozenset[int]) -> frozenset[int]:
    lots = ProcurementLot.objects.filter(facility__in=receivers)
    return frozenset(
        lots.order_by()
        .exclude(Q(procurement__facility__in=receivers))
        .values_list("procurement__facility_id", flat=True)
        .distinct()
    )
