"""The forecast of a day: for each facility and for the province.

Two ways lead to official use, side by side. The milestones, one after the other; and, where the
servers are not there, the rest of their procurement with what it takes from there to the launch:
without it nobody launches, or, if launched already, meets the council. What is fixed stays fixed:
the day of a council, the time that bidders have by law. Facilities are taken as going their ways
independently of each other.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

import equipment.changes
import rollout.programme.changes
import rollout.programme.tracking
from equipment.bidding import earliest_closing
from equipment.durations import ENOUGH
from equipment.files import File, files, server_files
from equipment.stages import ROUTES, Path, Stage
from facilities.as_of import AsOf, FacilityOnDay
from facilities.timeline import fold
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures.measures import BY_CODE
from rollout.figures.progress import changes
from rollout.forecasting.durations import Durations, durations
from rollout.forecasting.simulation import Leg, quantile, simulate
from rollout.models import MeasureCode, Milestone
from rollout.models.milestones import WHOLE_WAY, Way
from rollout.programme.councils import Meeting, awaited_meeting, meetings
from rollout.programme.durations import WAY, days_of
from rollout.programme.must_start import law_for, law_of
from rollout.programme.tracking import tracked
from rollout.programme.ways import ways

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RULE = "2"  # version: goes up when the same facts give another forecast
LOW, LIKELY, SAFE = 0.1, 0.5, 0.9
FAN_STEPS = 40  # days of the fan at most, and the law's day besides
MARGIN = 14  # days that it goes on after the last thing to be seen on it
AFTER_SERVERS = "after_servers"

# What servers and milestones are folded from; certificates and connections say nothing of them.
READ = (equipment.changes, rollout.programme.changes, rollout.programme.tracking)

TOO_FEW, NO_FILE, NO_BEGINNING = "too_few", "no_file", "no_beginning"
SERVERS_UNKNOWN, UNKNOWN, OTHER_WAY = "servers_unknown", "unknown", "other_way"
LACKING = {
    TOO_FEW: format_lazy(_("fewer than {enough} durations of a step seen"), enough=ENOUGH),
    NO_FILE: _("servers missing, and no procurement file of them"),
    SERVERS_UNKNOWN: _("not known whether servers are there"),
    UNKNOWN: _("nothing recorded of how far it is"),
    NO_BEGINNING: _("no milestone reached yet"),
    OTHER_WAY: _("its kind passes other steps: how long they take has not been seen"),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """What if one day were another: of a council's meeting (`council`), of a file's next stage (`file`)."""

    kind: str
    subject: int
    on: date


@dataclass(frozen=True, slots=True)
class Expected:
    """When official use begins: of one facility, or of the province where `facility` is None.

    Days None: not foreseen.
    """

    facility: FacilityOnDay | None
    likely_on: date | None = None
    safe_on: date | None = None
    chance: float | None = None  # to make the law's day; None also where the law sets none
    sample: int = 0  # durations behind the step with the fewest
    done_on: date | None = None
    lacking: str = ""
    lacking_step: "StrOrPromise" = ""

    @property
    def lacking_label(self) -> "StrOrPromise":
        return LACKING.get(self.lacking, "")

    @property
    def is_foreseen(self) -> bool:
        return self.likely_on is not None


@dataclass(frozen=True, slots=True)
class FacilityForecast(Expected):
    """Of one facility."""

    facility: FacilityOnDay


@dataclass(frozen=True, slots=True)
class ProvinceForecast:
    """The forecast of a day, for the province and each facility."""

    on: date
    law: date | None
    province: Expected
    facilities: tuple[FacilityForecast, ...]
    # Of those that the law's day binds, how many are official by then: low, middle, high.
    by_law: tuple[int, int, int] | None
    durations: Durations
    fan: tuple[tuple[date, int, int, int], ...] = ()  # of those that must, on some days
    bound: int = 0  # how many the law's day binds

    @property
    def official(self) -> int:
        return sum(one.done_on is not None for one in self.facilities)

    @property
    def unforeseen(self) -> int:
        """Of those that must; whoever takes part without having to holds up nobody's forecast."""
        return sum(
            not one.is_foreseen and one.done_on is None
            for one in self.facilities
            if one.facility.is_obliged
        )


Drawn = tuple[FacilityForecast, Sequence[int] | None]
"""The forecast of one facility, and the days it rests on; None for these where there is none."""


def forecast_of(as_of: AsOf, shift: Shift | None = None) -> ProvinceForecast:
    """As the facts stood on the day. Stores nothing."""
    places = [facility for facility in as_of.on(as_of.until) if facility.in_rollout]
    return forecast_from(Facts.read(as_of, shift), places)


def forecast_from(
    facts: "Facts",
    facilities: Iterable[FacilityOnDay],
    drawn: Mapping[int, Drawn] | None = None,
) -> ProvinceForecast:
    """The same from facts that are read already. Pure. `drawn`: of all these facilities, if it is there."""
    found: list[FacilityForecast] = []
    draws: dict[int, Sequence[int]] = {}
    for facility in facilities:
        expected, days = drawn[facility.id] if drawn else facts.of(facility)
        found.append(expected)
        if days is not None:
            draws[facility.id] = days
    on, law = facts.on, facts.law
    must = [one for one in found if one.facility.is_obliged]
    bound = [one for one in must if law and facts.law_of(one.facility) == law]
    forecast = ProvinceForecast(
        on, law, Expected(None), tuple(found), None, facts.durations, bound=len(bound)
    )
    if forecast.unforeseen:
        return forecast
    together, done = _together(must, draws)
    their_days, their_done = (
        (together, done) if len(bound) == len(must) else _together(bound, draws)
    )
    province = _province(must, together, done, facts.working)
    if province.is_foreseen and bound:
        # A draw is in time when the last of those whom the law binds is.
        ends = sorted(days[-1] for days in their_days) or [on.toordinal()]
        province = replace(province, chance=_share(ends, law))
    forecast = replace(
        forecast,
        province=province,
        by_law=_by(law.toordinal(), their_days, len(their_done)) if law and bound else None,
    )
    return replace(forecast, fan=tuple(_fan(forecast, together, len(done))))


def _together(
    facilities: list[FacilityForecast], draws: Mapping[int, Sequence[int]]
) -> tuple[list[Sequence[int]], list[date]]:
    """Of each draw the days of all that are foreseen, sorted; and the days of those that are there."""
    foreseen = [draws[one.facility.id] for one in facilities if one.facility.id in draws]
    done = [one.done_on for one in facilities if one.done_on]
    # Arrays: as lists, the days of a large province would be a million numbers with a head each.
    return [array("i", sorted(days)) for days in zip(*foreseen, strict=True)], done


NOTHING_SEEN = Durations({}, {}, ())


@dataclass(frozen=True)
class Facts:
    """All that is read once, and the way each facility has still to go."""

    on: date
    law: date | None
    durations: Durations
    working: WorkingDays
    days: Mapping[int, Mapping[str, date]]  # facility -> milestone -> the day it was reached
    meetings: Mapping[int, list[Meeting]]  # by facility
    files: Mapping[int, list[File]]  # those that are to bring servers, by facility
    equipped: frozenset[int] = frozenset()  # where a server stands, whichever way it came
    unknown: frozenset[tuple[int, str]] = (
        frozenset()
    )  # facility and measure that is not known there
    shift: Shift | None = None
    # What ifs: a milestone comes not before a day; councils meet on these days; bidders get the legal minimum.
    floors: Mapping[tuple[int, str], date] = field(default_factory=dict)  # by facility, milestone
    slots: Mapping[int, date] = field(default_factory=dict)  # by facility
    at_minimum: bool = False
    laws: Mapping[int, date | None] = field(default_factory=dict)  # by facility, if not `law`
    ways: Mapping[int, Way] = field(default_factory=dict)  # by facility, if not the whole way

    def law_of(self, facility: FacilityOnDay) -> date | None:
        """The next day by which it must be official."""
        return self.laws.get(facility.id, self.law)

    @classmethod
    def read(cls, as_of: AsOf, shift: Shift | None = None) -> "Facts":
        return replace(cls.of_facilities(as_of), durations=durations(as_of), shift=shift)

    @classmethod
    def of_facilities(cls, as_of: AsOf) -> "Facts":
        """Without the durations, which are of the whole province."""
        places = as_of.on(as_of.until)
        meetings_of: dict[int, list[Meeting]] = defaultdict(list)
        for meeting in meetings(as_of):
            meetings_of[meeting.facility_id].append(meeting)
        by_id = {file.id: file for file in files(as_of)}
        files_of: dict[int, list[File]] = defaultdict(list)
        for facility_id, file in sorted(server_files(as_of)):
            if file in by_id:
                files_of[as_of.descent.heir(facility_id)].append(by_id[file])
        return cls(
            as_of.until,
            law_of(as_of),
            NOTHING_SEEN,
            working_days_of(as_of),
            days_of(as_of),
            meetings_of,
            files_of,
            *_told(as_of),
            laws={one.id: law_for(as_of, one) for one in places},
            ways={one.id: ways(as_of).of(one, as_of.until) for one in places},
        )

    def only(self, pk: int) -> "Facts":
        """Of one facility, and of that what its forecast asks for."""
        days, of_it = self.days.get(pk, {}), self.files.get(pk, [])
        are_there = pk in self.equipped or any(file.accepted for file in of_it)
        awaited = awaited_meeting(self.meetings.get(pk, []))
        asked = ((pk, code.value) for code in (MeasureCode.SERVERS, MeasureCode.LAUNCHED))
        return replace(
            self,
            days={pk: days},
            meetings={pk: [awaited]} if awaited else {},
            files={pk: [max(of_it, key=_reach)]} if of_it and not are_there else {},
            equipped=frozenset({pk} if are_there else ()),
            unknown=frozenset(one for one in asked if one in self.unknown),
            laws={pk: self.laws[pk]},
            ways={pk: self.ways[pk]},
        )

    def of(self, facility: FacilityOnDay) -> Drawn:
        days = self.days.get(facility.id, {})
        way = self.ways.get(facility.id, WHOLE_WAY)
        if Milestone.OFFICIAL in days and Milestone.COUNCIL not in way:
            return FacilityForecast(facility, done_on=days[Milestone.OFFICIAL]), None
        if way != WHOLE_WAY:
            # How long its steps take nobody has seen: what was seen goes over other ones.
            return FacilityForecast(facility, lacking=OTHER_WAY), None
        if Milestone.OFFICIAL in days and Milestone.COUNCIL in days:
            # Whoever began before its council passed it had no right to before that.
            done_on = max(days[Milestone.OFFICIAL], days[Milestone.COUNCIL])
            return FacilityForecast(facility, done_on=done_on), None
        ahead, reached = self.ahead(facility.id), [code for code in WAY if code in days]
        if not reached:
            is_unknown = (facility.id, MeasureCode.LAUNCHED) in self.unknown
            return FacilityForecast(facility, lacking=UNKNOWN if is_unknown else NO_BEGINNING), None
        legs = [self._milestone(facility, code) for code in ahead]
        servers, begun, lacking = self._servers(facility)
        if lacking:
            return FacilityForecast(facility, lacking=lacking), None
        gated = Milestone.LAUNCH if Milestone.LAUNCH in ahead else Milestone.COUNCIL
        if servers and gated == Milestone.LAUNCH:
            servers = [*servers, Leg(AFTER_SERVERS, self.durations.servers_to_launch)]
        for leg in (*servers, *legs):
            if not Durations.enough(leg.pool):
                return FacilityForecast(
                    facility, lacking=TOO_FEW, lacking_step=_name(leg.code)
                ), None
        seed, on = facility.code, self.on.toordinal()
        gate = (gated.value, simulate(servers, begun=begun, on=on, seed=seed))
        last = max(days[code] for code in reached).toordinal()
        found = simulate(legs, begun=last, on=on, seed=seed, gate=gate)
        ends = sorted(found)
        expected = FacilityForecast(
            facility,
            likely_on=self._worked(quantile(ends, LIKELY)),
            safe_on=self._worked(quantile(ends, SAFE)),
            chance=_share(ends, self.law_of(facility)),
            sample=min(len(leg.pool) for leg in (*servers, *legs)),
        )
        return expected, array("i", found)

    def ahead(self, pk: int) -> list[Milestone]:
        """The milestones that a facility which has begun has still to reach, in their order."""
        reached = [code for code in WAY if code in self.days.get(pk, {})]
        ahead = [*WAY[WAY.index(reached[-1]) + 1 :]] if reached else [*WAY]
        if Milestone.COUNCIL not in (*reached, *ahead):
            ahead.insert(0, Milestone.COUNCIL)  # gone past it: it must still be passed
        return ahead

    def _worked(self, day: int) -> date:
        return self.working.next_working(date.fromordinal(day))

    def _milestone(self, facility: FacilityOnDay, code: Milestone) -> Leg:
        pool = self.durations.milestones.get(code.value, ())
        floor = self.floors.get((facility.id, code.value))
        least = (lambda _before: floor.toordinal()) if floor else None
        if code != Milestone.COUNCIL:
            return Leg(code.value, pool, least=least)
        meeting = awaited_meeting(self.meetings.get(facility.id, []))
        fixed = meeting.scheduled_on if meeting else None
        if meeting:
            fixed = self._shifted("council", meeting.id) or fixed
        fixed = fixed or self.slots.get(facility.id)
        return Leg(code.value, pool, fixed=fixed.toordinal() if fixed else None, least=least)

    def _servers(self, facility: FacilityOnDay) -> tuple[list[Leg], int, str]:
        """The way of servers not there yet (empty: they are, or nobody needs them any more), the day
        it goes on from, and what is lacking. The file that has come furthest leads."""
        of_it, today = self.files.get(facility.id, []), self.on.toordinal()
        are_there = facility.id in self.equipped or any(file.accepted for file in of_it)
        if are_there or Milestone.COUNCIL in self.days[facility.id]:
            return [], today, ""
        if not of_it:
            is_unknown = (facility.id, MeasureCode.SERVERS) in self.unknown
            return [], today, SERVERS_UNKNOWN if is_unknown else NO_FILE
        file = max(of_it, key=_reach)
        stages = ROUTES[Path(file.path)].stages
        # How long the first stage takes nobody knows: there is none before it to count from.
        first = stages.index(Stage(file.reached.stage)) + 1 if file.reached else 1
        until = stages.index(Stage.ACCEPTANCE) + 1
        legs = [self._stage(file, stage) for stage in stages[first:until]]
        shifted_to = self._shifted("file", file.id)
        if legs and shifted_to:
            legs[0] = replace(legs[0], fixed=shifted_to.toordinal(), least=None)
        begun = file.reached and file.reached.reached_on
        return legs, begun.toordinal() if begun else today, ""

    def _stage(self, file: File, stage: Stage) -> Leg:
        def closing(posted: int) -> int:
            first = earliest_closing(
                date.fromordinal(posted),
                amount=file.package_price,
                selection=file.selection,
                is_working_day=self.working.is_working,
            )
            return first.toordinal() if first else posted

        pool = self.durations.stages.get((file.path, stage.value), ())
        if self.at_minimum and stage == Stage.OPENING and Durations.enough(pool):
            pool = (0,) * len(pool)  # no day longer than what the law asks for
        return Leg(stage.value, pool, least=closing if stage == Stage.OPENING else None)

    def _shifted(self, kind: str, subject: int) -> date | None:
        """The day that the what-if puts this subject on; None where it leaves it alone."""
        shift = self.shift
        return shift.on if shift and (shift.kind, shift.subject) == (kind, subject) else None


def _told(as_of: AsOf) -> tuple[frozenset[int], frozenset[tuple[int, str]]]:
    """Where a server stands, and what of servers and of the launch is not known where."""
    state = fold(changes(_for_its_day(as_of), READ), as_of.until)
    places = [facility for facility in as_of.on(as_of.until) if facility.in_rollout]
    equipped, unknown = set(), set()
    for facility in places:
        silence_is_no = tracked(as_of).at(facility, as_of.until)
        for code in (MeasureCode.SERVERS, MeasureCode.LAUNCHED):
            cell = BY_CODE[code].read(state.get(facility.id, {}), silence_is_no)
            if not cell.is_known:
                unknown.add((facility.id, code.value))
            elif cell.done and code == MeasureCode.SERVERS:
                equipped.add(facility.id)
    return frozenset(equipped), frozenset(unknown)


def _for_its_day(as_of: AsOf) -> AsOf:
    """Of the whole province what happened is added up in the database: nobody asks for a day before."""
    if as_of.facility_ids is not None:
        return as_of
    on = as_of.until
    return AsOf(on, as_of.known_at, map_on=as_of.map_on, folded_on=(on,))


def _name(code: str) -> "StrOrPromise":
    if code == AFTER_SERVERS:
        return _("from the servers to the launch")
    return Milestone(code).label if code in Milestone.values else Stage(code).label


def _reach(file: File) -> tuple[int, date]:
    step = file.reached
    if step is None or step.reached_on is None:
        return (0, date.min)
    return (ROUTES[Path(file.path)].stages.index(Stage(step.stage)), step.reached_on)


def _share(ends: list[int], law: date | None) -> float | None:
    """`ends`: sorted."""
    return bisect_right(ends, law.toordinal()) / len(ends) if law else None


def _province(
    found: list[FacilityForecast],
    together: list[Sequence[int]],
    done: list[date],
    working: WorkingDays,
) -> Expected:
    """Over when the last facility is. `together`: of each draw, the days of all, sorted."""
    if not found:
        return Expected(None)
    if not together:
        return Expected(None, done_on=max(done))
    ends = sorted(days[-1] for days in together)
    return Expected(
        None,
        likely_on=working.next_working(date.fromordinal(quantile(ends, LIKELY))),
        safe_on=working.next_working(date.fromordinal(quantile(ends, SAFE))),
        sample=min(one.sample for one in found if one.is_foreseen),
    )


def _by(day: int, together: list[Sequence[int]], done: int) -> tuple[int, int, int]:
    """How many facilities are official by a day: low, middle and high of the draws."""
    counts = sorted(done + bisect_right(days, day) for days in together) or [done]
    return quantile(counts, LOW), quantile(counts, LIKELY), quantile(counts, SAFE)


def _fan(
    forecast: ProvinceForecast, together: list[Sequence[int]], done: int
) -> Iterator[tuple[date, int, int, int]]:
    safe_on = forecast.province.safe_on
    if safe_on is None:
        return
    first = forecast.on.toordinal()
    last = max(safe_on, forecast.law or safe_on).toordinal() + MARGIN
    days = {*range(first, last, -(-(last - first) // FAN_STEPS)), last}
    if forecast.law and forecast.law > forecast.on:
        days.add(forecast.law.toordinal())
    for day in sorted(days):
        yield date.fromordinal(day), *_by(day, together, done)


__all__ = [
    "Expected",
    "FacilityForecast",
    "Facts",
    "ProvinceForecast",
    "Shift",
    "forecast_from",
    "forecast_of",
]
