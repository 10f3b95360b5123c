"""What is owed and awaited on a day, kept apart for each facility: deadlines and council meetings."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from facilities.as_of import FacilityOnDay
from facilities.timeline import Deadline
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures import spliced
from rollout.figures.cached import keep_seconds, key
from rollout.figures.progress import Asked
from rollout.figures.reach import Reach
from rollout.programme import deadlines
from rollout.programme.councils import Meeting, awaited_meetings
from rollout.programme.legal import LegalDeadlineOnDay, standing


@dataclass(frozen=True, slots=True)
class Part:
    """Of one facility: what is not done and late, or due within the next quarter."""

    facility: FacilityOnDay | None = None  # None: it is not listed on the day
    owed: tuple[Deadline, ...] = ()
    meetings: tuple[Meeting, ...] = ()  # those that are still to rule
    official_since: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Of all facilities. Directives are of nobody: they are read whenever they are asked for."""

    asked: Asked
    parts: Mapping[int, Part]
    working: WorkingDays
    laws: tuple[LegalDeadlineOnDay, ...]

    @classmethod
    def begin(cls, asked: Asked) -> "Due":
        return cls.joined(asked, parts_of(asked))

    @classmethod
    def joined(cls, asked: Asked, parts: Mapping[int, Part]) -> "Due":
        """Put together from what was read of some facilities at a time."""
        as_of = asked.as_of(asked.on)
        return cls(asked, parts, working_days_of(as_of), tuple(standing(as_of)))

    def spliced(self, moved: Collection[int]) -> "Due":
        reach = Reach.of(moved)
        fresh = parts_of(self.asked, reach.read)
        kept = {pk: part for pk, part in self.parts.items() if pk not in reach.affected}
        new = {pk: part for pk, part in fresh.items() if pk in reach.affected}
        return replace(self, parts=kept | new)

    def __iter__(self) -> Iterator[tuple[Deadline, FacilityOnDay | None]]:
        """Everything owed, by facility (in the order of their codes); then what nobody alone owes."""
        listed = sorted(
            (part for part in self.parts.values() if part.owed),
            key=lambda part: part.facility.code if part.facility else "",
        )
        for part in listed:
            for deadline in part.owed:
                yield deadline, part.facility
        if not self.asked.area:
            for deadline in self._of_nobody():
                yield deadline._replace(working=self.working), None

    def _of_nobody(self) -> Iterator[Deadline]:
        last = self.asked.on + deadlines.AHEAD
        for one in deadlines.of_directives(self.asked.on, self.asked.known_at):
            if one.done_on is None and one.due_on <= last:
                yield one
        yield from self.owed_to_the_law()

    def owed_to_the_law(self) -> list[Deadline]:
        """The deadlines of the law that are not met, late or due within the next quarter."""
        last = self.asked.on + deadlines.AHEAD
        return [one for one in self.of_the_law() if one.done_on is None and one.due_on <= last]

    def of_the_law(self) -> list[Deadline]:
        """All deadlines of the law that stand on the day, met or not."""
        return [
            one._replace(working=self.working)
            for one in deadlines.of_the_law(self.laws, self._facilities, self._official)
        ]

    @property
    def _official(self) -> dict[int, date]:
        return {pk: part.official_since for pk, part in self.parts.items() if part.official_since}

    @property
    def _facilities(self) -> list[FacilityOnDay]:
        return [part.facility for part in self.parts.values() if part.facility]

    def awaited_meetings(self) -> list[Meeting]:
        """As `rollout.programme.councils.awaited_meetings`: nearest first."""
        found = [meeting for part in self.parts.values() for meeting in part.meetings]
        return sorted(found, key=lambda one: (one.scheduled_on or date.max, one.code))


def due(
    on: date, *, known_at: datetime | None = None, map_on: date | None = None, area: str = ""
) -> Due:
    """See `rollout.figures.progress.progress`; read again for those alone whose facts have moved."""
    asked = Asked(on, known_at, None, map_on, area)
    return spliced.current(place_of(asked), lambda: Due.begin(asked), keep_seconds(known_at))


def place_of(asked: Asked) -> str:
    """Where it is kept."""
    return key("due", "kept", asked.on, asked.known_at, asked.map_on, asked.area)


def parts_of(asked: Asked, facility_ids: frozenset[int] | None = None) -> dict[int, Part]:
    """Read now, of these facilities alone; None: of all."""
    as_of = asked.as_of(asked.on, facility_ids)
    working, last = working_days_of(as_of), asked.on + deadlines.AHEAD
    listed = {facility.id: facility for facility in as_of.on(asked.on)}
    owed: dict[int, list[Deadline]] = defaultdict(list)
    for one in deadlines.of_facilities(as_of):
        if one.facility_id is not None and one.done_on is None and one.due_on <= last:
            owed[one.facility_id].append(one._replace(working=working))
    awaited: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in awaited_meetings(as_of):
        awaited[meeting.facility_id].append(meeting)
    official = deadlines.official_since(as_of)
    return {
        pk: Part(
            listed.get(pk), tuple(owed.get(pk, ())), tuple(awaited.get(pk, ())), official.get(pk)
        )
        for pk in {*listed, *owed, *awaited, *official}
    }
