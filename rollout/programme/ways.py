"""Which milestones lie on a facility's way: by its kind and the day (`MilestoneTemplate`)."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from typing import TypeVar

from facilities.as_of import AsOf, FacilityOnDay, once_per_as_of
from rollout.models import MilestoneTemplate
from rollout.models.milestones import WHOLE_WAY, Way

Word = TypeVar("Word")


class Ways:
    """The ways of all kinds, on any day up to the one they were read for."""

    def __init__(self, as_of: AsOf) -> None:
        rows = MilestoneTemplate.objects.in_force(as_of.map_on or as_of.until, as_of.known_at)
        words: dict[str, dict[str, list[tuple[date, bool]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._papers: dict[tuple[str, str], list[tuple[date, str]]] = defaultdict(list)
        for kind, milestone, day, is_needed, paper in rows.values_list(
            "kind__code", "milestone", "effective_from", "is_needed", "paper"
        ):
            # By the map of a later day, what a kind asks is told for all days as on that one.
            since = day if as_of.map_on is None else date.min
            words[kind][milestone].append((since, is_needed))
            self._papers[kind, milestone].append((since, paper))
        self._words = words

    def of(self, facility: FacilityOnDay, day: date) -> Way:
        """What a facility passes, as described on the day."""
        of_kind = self._words.get(facility.kind)
        if not of_kind:
            return WHOLE_WAY
        return WHOLE_WAY - {code for code, words in of_kind.items() if _on(words, day) is False}

    def paper(self, facility: FacilityOnDay, milestone: str, day: date) -> str:
        """Which paper (`StepPaper`) its kind asks for with this step, if it was reached on the day; ""
        for none."""
        return _on(self._papers.get((facility.kind, milestone), []), day) or ""

    def days_of_change(self) -> set[date]:
        """The days on which some kind is asked for something else."""
        return {
            day
            for of_kind in self._words.values()
            for words in of_kind.values()
            for day, _word in words
        } - {date.min}


def _on(words: list[tuple[date, Word]], day: date) -> Word | None:
    place = bisect_right([begun for begun, _word in words], day)
    return words[place - 1][1] if place else None


@once_per_as_of
def ways(as_of: AsOf) -> Ways:
    """Read once for all who ask of one AsOf. One query."""
    return Ways(as_of)
