"""Who carries on for whom after a merger, and from which day. Nothing here counts anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self, TypeVar

from facilities.models.places import FacilityLineage, Lineage

FacilityId = TypeVar("FacilityId", int, int | None)


@dataclass(frozen=True, slots=True)
class Merger:
    """From day `on` the successor carries on for its predecessors. It may be one that was there before."""

    on: date
    successor: int
    predecessors: tuple[int, ...]
    successor_is_new: bool


class Descent:
    """The mergers and splits of facilities up to a day, as they were known at a moment.

    With `looking_back` it speaks of today's map: whoever carries on in the end has carried on
    from the first day.
    """

    def __init__(
        self,
        until: date,
        rows: Iterable[tuple[int, int, date, str]],
        *,
        looking_back: bool = False,
    ):
        """`rows`: (predecessor, successor, first day, kind), oldest first.

        Of two mergers of one predecessor the first counts: what it had goes one way only.
        """
        self.until = until
        self.looking_back = looking_back
        self.merged: dict[int, tuple[int, date]] = {}
        self.split: dict[int, date] = {}
        for predecessor, successor, on, kind in rows:
            if kind == Lineage.MERGED:
                self.merged.setdefault(predecessor, (successor, on))
            else:
                self.split.setdefault(predecessor, on)

    @classmethod
    def read(
        cls, until: date, known_at: datetime | None = None, *, looking_back: bool = False
    ) -> Self:
        """One query."""
        rows = FacilityLineage.objects.in_force(until, known_at).values_list(
            "predecessor_id", "successor_id", "effective_from", "kind"
        )
        return cls(until, rows, looking_back=looking_back)

    def mergers(self, opened_on: Mapping[int, date]) -> list[Merger]:
        """Oldest first; the predecessors that one successor takes over on one day are one merger.

        `opened_on`: the first day of each facility.
        """
        found: dict[tuple[date, int], list[int]] = {}
        for predecessor, (successor, on) in self.merged.items():
            found.setdefault((on, successor), []).append(predecessor)
        return [
            Merger(
                on,
                successor,
                tuple(sorted(predecessors)),
                successor_is_new=opened_on.get(successor, date.min) >= on,
            )
            for (on, successor), predecessors in sorted(found.items())
        ]

    def heir(self, facility_id: FacilityId, on: date | None = None) -> FacilityId:
        """The facility that carries on for this one on a day (None: the last day known); often itself."""
        on = self.until if on is None or self.looking_back else on
        passed = {facility_id}
        while facility_id in self.merged:
            successor, since = self.merged[facility_id]
            if since > on or successor in passed:
                break
            passed.add(successor)
            facility_id = successor
        return facility_id

    def family(self, facility_ids: Iterable[int]) -> frozenset[int]:
        """These facilities and all for whom they carry on."""
        found = set(facility_ids)
        grown = True
        while grown:
            more = {p for p, (s, _on) in self.merged.items() if s in found} - found
            found |= more
            grown = bool(more)
        return frozenset(found)
