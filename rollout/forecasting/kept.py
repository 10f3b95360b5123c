"""The forecast of the whole province, kept: what is read of each facility, and what was drawn for it.

After a fact only the facilities that moved are read again. If no duration came or went with it,
only for them is drawn again; or else for all, since all draw from the same durations.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from equipment import durations as of_stages
from equipment.durations import Step
from facilities.as_of import AsOf, FacilityOnDay
from facilities.working_days import WorkingDays, working_days_of
from rollout.figures import spliced
from rollout.figures.cached import keep_seconds, key
from rollout.figures.reach import Reach
from rollout.forecasting.durations import Durations
from rollout.forecasting.forecast import (
    Drawn,
    Facts,
    ProvinceForecast,
    forecast_from,
    forecast_of,
)
from rollout.programme.durations import seen, taken, taken_to_launch
from rollout.programme.must_start import law_of


@dataclass(frozen=True, slots=True)
class Part:
    """What one facility gives to a forecast: the facts of its own way, and the durations seen there."""

    facility: FacilityOnDay | None  # None: not listed on the day
    facts: Facts | None  # of it alone; the durations are not in them
    milestones: tuple[tuple[str, int], ...] = ()
    stages: tuple[tuple[Step, int], ...] = ()
    to_launch: tuple[int, ...] = ()

    @property
    def durations(self) -> tuple[object, ...]:
        return self.milestones, self.stages, self.to_launch


@dataclass(frozen=True)
class Foreseen:
    """All parts; the forecast is put together when it is first asked for."""

    as_of: tuple[date, datetime | None, date | None]  # day, moment known at, day of the map
    law: date | None
    working: WorkingDays
    parts: Mapping[int, Part]
    durations: Durations
    drawn: Mapping[int, Drawn]  # what was drawn before and still holds

    @classmethod
    def begin(cls, on: date, known_at: datetime | None, map_on: date | None) -> "Foreseen":
        as_of = AsOf(on, known_at, map_on=map_on)
        return cls.joined(as_of, parts_of(as_of))

    @classmethod
    def joined(cls, as_of: AsOf, parts: Mapping[int, Part]) -> "Foreseen":
        """Put together from what was read of some facilities at a time. `as_of`: of all."""
        return cls(
            (as_of.until, as_of.known_at, as_of.map_on),
            law_of(as_of),
            working_days_of(as_of),
            parts,
            _durations(parts.values()),
            {},
        )

    def spliced(self, moved: Collection[int]) -> "Foreseen":
        reach = Reach.of(moved)
        on, known_at, map_on = self.as_of
        fresh = parts_of(AsOf(on, known_at, reach.read, map_on))
        old = {pk: part for pk, part in self.parts.items() if pk in reach.affected}
        new = {pk: part for pk, part in fresh.items() if pk in reach.affected}
        parts = {pk: part for pk, part in self.parts.items() if pk not in reach.affected} | new
        if _taken_in(old) != _taken_in(new):
            return replace(self, parts=parts, durations=_durations(parts.values()), drawn={})
        drawn = {pk: one for pk, one in self._drawn.items() if pk not in reach.affected}
        return replace(self, parts=parts, drawn=drawn)

    @cached_property
    def _drawn(self) -> dict[int, Drawn]:
        found = {}
        for pk, part in self.parts.items():
            if part.facility and part.facts and part.facility.in_rollout:
                facts = replace(part.facts, durations=self.durations)
                found[pk] = self.drawn.get(pk) or facts.of(part.facility)
        return found

    @cached_property
    def whole(self) -> ProvinceForecast:
        """Of all facilities, by code."""
        listed = [
            part.facility
            for part in self.parts.values()
            if part.facility and part.facility.in_rollout
        ]
        facts = Facts(
            self.as_of[0],
            self.law,
            self.durations,
            self.working,
            {},
            {},
            {},
            laws={pk: part.facts.laws[pk] for pk, part in self.parts.items() if part.facts},
        )
        listed.sort(key=lambda facility: facility.code)
        return forecast_from(facts, listed, self._drawn)

    def __getstate__(self) -> dict[str, Any]:
        """What was drawn is large and drawn again as it was."""
        kept = {
            name: value for name, value in vars(self).items() if name not in ("whole", "_drawn")
        }
        return kept | {"drawn": {}}


def cached_forecast(as_of: AsOf) -> ProvinceForecast:
    """The same as `forecast_of`; kept where the whole province is asked for."""
    if as_of.facility_ids is not None:
        return forecast_of(as_of)
    return _foreseen(as_of.until, as_of.known_at, as_of.map_on).whole


def cached_facts(as_of: AsOf) -> tuple[list[FacilityOnDay], dict[int, Facts], dict[int, Drawn]]:
    """What a what-if draws anew from: those in the rollout by code, the way of each, what is drawn as it is."""
    if as_of.facility_ids is None:
        foreseen = _foreseen(as_of.until, as_of.known_at, as_of.map_on)
        ways = {
            pk: replace(part.facts, durations=foreseen.durations)
            for pk, part in foreseen.parts.items()
            if part.facts
        }
        listed = [part.facility for part in foreseen.parts.values() if part.facility]
        drawn = foreseen._drawn
    else:
        facts = Facts.read(as_of)
        listed = as_of.on(as_of.until)
        ways = {one.id: facts for one in listed}
        drawn = {one.id: facts.of(one) for one in listed if one.in_rollout}
    return sorted((f for f in listed if f.in_rollout), key=lambda f: f.code), ways, drawn


def know_durations(as_of: AsOf) -> None:
    """Let whoever asks this AsOf for durations have those that are kept: they are of all facilities."""
    foreseen = _foreseen(as_of.until, as_of.known_at, as_of.map_on)
    as_of.read[seen.__wrapped__] = foreseen.durations.milestones  # type: ignore[attr-defined]  # set by wraps


def _foreseen(*asked: *tuple[date, datetime | None, date | None]) -> Foreseen:
    _on, known_at, _map_on = asked
    return spliced.current(place_of(*asked), lambda: Foreseen.begin(*asked), keep_seconds(known_at))


def place_of(on: date, known_at: datetime | None = None, map_on: date | None = None) -> str:
    """Where a forecast is kept."""
    return key("forecast", "kept", on, known_at, map_on)


def parts_of(as_of: AsOf) -> dict[int, Part]:
    """What each facility of this AsOf gives."""
    facts = Facts.of_facilities(as_of)
    listed = {facility.id: facility for facility in as_of.on(as_of.until)}
    stages = of_stages.taken_at(as_of)
    to_launch: dict[int, list[int]] = defaultdict(list)
    for pk, took in taken_to_launch(as_of):
        to_launch[pk].append(took)
    everybody = {*listed, *stages, *to_launch, *facts.days}
    return {
        pk: Part(
            listed.get(pk),
            facts.only(pk) if pk in listed else None,
            tuple(taken(facts.days.get(pk, {}))),
            tuple(sorted(stages.get(pk, ()))),
            tuple(sorted(to_launch.get(pk, ()))),
        )
        for pk in everybody
    }


def _taken_in(parts: Mapping[int, Part]) -> dict[int, tuple[object, ...]]:
    return {pk: part.durations for pk, part in parts.items() if any(part.durations)}


def _durations(parts: Iterable[Part]) -> Durations:
    milestones: dict[str, list[int]] = defaultdict(list)
    stages: dict[Step, list[int]] = defaultdict(list)
    to_launch: list[int] = []
    for part in parts:
        for code, took in part.milestones:
            milestones[code].append(took)
        for step, took in part.stages:
            stages[step].append(took)
        to_launch += part.to_launch
    return Durations.of(milestones, stages, to_launch)
