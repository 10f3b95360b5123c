"""The facilities as they were on a day: name, kind, ownership, area, scope."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Generic, Protocol, TypeVar, overload

from django.db.models import Manager, Model, QuerySet
from django.utils.text import capfirst

from facilities.descent import Descent, Merger
from facilities.models.facts import DatedFact, Yardstick
from facilities.models.kinds import KindTerm, ManagingBodyTerm
from facilities.models.places import (
    IN_CONNECTIVITY,
    IN_ROLLOUT,
    AreaName,
    Facility,
    FacilityArea,
    FacilityBeds,
    FacilityKind,
    FacilityLineage,
    FacilityName,
    FacilityOwnership,
    FacilityScope,
    Ownership,
    Scope,
    in_language,
)
from facilities.reading_once import once
from facilities.stretches import MOST_STRETCHES, Stretches

Answer = TypeVar("Answer")
Value = TypeVar("Value")
Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
Fact = TypeVar("Fact", bound=DatedFact)


@dataclass(frozen=True, slots=True)
class FacilityOnDay:
    """One facility with everything that held on the day. Unknown attributes are empty strings."""

    id: int
    code: str
    name_vi: str
    name_en: str
    kind: str
    ownership: str
    scope: str
    area_id: int | None
    area_vi: str
    area_en: str
    kind_vi: str = ""
    kind_en: str = ""
    deadline_group: str = ""  # whom the law counts it with; empty where nothing says so
    # Whether its people may have certificates of the Government Cipher Committee.
    asks_committee: bool = True
    managed_by: str = ""
    managed_by_vi: str = ""
    managed_by_en: str = ""
    is_local: bool = False  # managed by the province or its communes
    has_beds: bool | None = None
    beds: int | None = None

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en) or self.code

    @property
    def area(self) -> str:
        return in_language(self.area_vi, self.area_en)

    @property
    def kind_label(self) -> str:
        return capfirst(in_language(self.kind_vi, self.kind_en) or self.kind)

    @property
    def managed_by_label(self) -> str:
        return in_language(self.managed_by_vi, self.managed_by_en) or self.managed_by

    @property
    def is_public(self) -> bool:
        return self.ownership == Ownership.PUBLIC

    @property
    def in_rollout(self) -> bool:
        return self.scope in IN_ROLLOUT

    @property
    def is_obliged(self) -> bool:
        """It has to, and is one of those of whom a share is taken."""
        return self.scope == Scope.ROLLOUT

    @property
    def in_connectivity(self) -> bool:
        return self.scope in IN_CONNECTIVITY


NO_TERM: list[Any] = ["", "", "", "", None]  # of a kind that has no name on the day


class _Dated(Generic[Value]):
    """The values of one attribute of many subjects, by day."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]):
        """`rows`: (subject, effective_from, value...), oldest first: on one day the last one wins."""
        self.days: dict[Any, list[date]] = defaultdict(list)
        self.values: dict[Any, list[list[Value]]] = defaultdict(list)
        for subject, day, *value in rows:
            self.days[subject].append(day)
            self.values[subject].append(value)

    def on(self, subject: int | str, day: date) -> list[Value] | None:
        index = bisect_right(self.days.get(subject, ()), day)
        return self.values[subject][index - 1] if index else None

    def flatten(self, first: Mapping[Any, date], last: Mapping[Any, date]) -> None:
        """Let the latest value hold from the first day of its subject on (not named: always).

        `last`: for subjects that have come to an end, the day whose value is taken instead.
        """
        for subject, values in list(self.values.items()):
            value = self.on(subject, last[subject]) if subject in last else values[-1]
            self.days[subject] = [first.get(subject, date.min)]
            self.values[subject] = [value or values[0]]

    def all_days(self) -> Iterator[date]:
        for days in self.days.values():
            yield from days


class AsOf:
    """All dated descriptions up to a day, read in a fixed number of queries.

    It also says for which facilities, up to which day, and as known at which moment the other
    modules are to count: `changes.changes(as_of)` needs nothing else.

    Without `map_on` every day has the facilities, names, areas and scope of that day. With it, all
    days are told by the map of the day `map_on`: what its facilities are called then, and under each
    those it carries on for by then. A split cannot be looked back through, since nothing says what
    was whose: before it, the facility that was split is shown.
    """

    def __init__(
        self,
        until: date,
        known_at: datetime | None = None,
        facility_ids: frozenset[int] | None = None,
        map_on: date | None = None,
        folded_on: Iterable[date] | None = None,
    ):
        """`facility_ids` None: all facilities; else these, with the facts of those they carry on for.

        `folded_on`: the only days at whose ends anybody will ask for a state; None: any day. Then
        what happened between two of them may be told as one change, see `stretches`.
        """
        self.until = until
        self.known_at = known_at
        self.map_on = map_on
        self.folded_on = None if folded_on is None else frozenset(folded_on)
        self.listed_ids = facility_ids
        # What `once_per_as_of` has read: whatever days are asked for, and what follows from stretches.
        self.read: dict[Callable[[AsOf], Any], Any] = {}
        self.read_in_stretches: dict[Callable[[AsOf], Any], Any] = {}
        self.uses_stretches = [False]  # what is read just now, of it or of a part of its facilities
        self._take_or_read()

    def _take_or_read(self) -> None:
        """Within one request others have read it: of the same facilities, or of all."""

        def alike(facility_ids: frozenset[int] | None) -> list[AsOf]:
            return once(("as_of", self.until, self.known_at, facility_ids, self.map_on), list[AsOf])

        same, folded_on = alike(self.listed_ids), self.folded_on
        for other in same:
            if other.folded_on is None or (folded_on is not None and folded_on <= other.folded_on):
                vars(self).update(vars(other))
                return
        if same:
            vars(self).update(vars(same[0]))
        elif self.listed_ids is not None and (whole := alike(None)):
            vars(self).update(vars(whole[0].only_of(self.listed_ids)))
        else:
            self._read()
        self.folded_on = folded_on
        self.read_in_stretches = {}
        same.append(self)

    def _read(self) -> None:
        until, known_at, map_on, facility_ids = (
            self.until,
            self.known_at,
            self.map_on,
            self.listed_ids,
        )
        described_until = map_on or until
        self.descent = Descent.read(described_until, known_at, looking_back=map_on is not None)
        self.facility_ids = None if facility_ids is None else self.descent.family(facility_ids)

        def rows(model: type[Yardstick], subject: str, *fields: str) -> _Dated[Any]:
            found = model.objects.in_force(described_until, known_at)
            if subject == "facility_id":
                found = self.only(found)
            return _Dated(
                found.values_list(subject, "effective_from", *fields).iterator(chunk_size=5000)
            )

        self.codes = dict(
            self.only(Facility.objects, "id").values_list("id", "code").order_by("code")
        )
        self.names: _Dated[str] = rows(FacilityName, "facility_id", "name_vi", "name_en")
        self.kinds: _Dated[str] = rows(FacilityKind, "facility_id", "kind_id")
        self.ownerships: _Dated[Any] = rows(
            FacilityOwnership, "facility_id", "ownership", "managed_by_id"
        )
        self.beds: _Dated[Any] = rows(FacilityBeds, "facility_id", "has_beds", "beds")
        self.scopes: _Dated[str] = rows(FacilityScope, "facility_id", "scope")
        self.areas: _Dated[int] = rows(FacilityArea, "facility_id", "area_id")
        self.area_names: _Dated[str] = rows(AreaName, "area_id", "name_vi", "name_en")
        self.kind_terms: _Dated[str] = rows(
            KindTerm,
            "kind__code",
            "name_vi",
            "name_en",
            "deadline_group",
            "group_without_beds",
            "asks_committee",
        )
        self.body_terms: _Dated[Any] = rows(
            ManagingBodyTerm, "body__code", "name_vi", "name_en", "is_local"
        )
        self.opened_on = {pk: days[0] for pk, days in self.names.days.items()}
        self.left_on = self._left_on()
        self.off_the_map: frozenset[int] = frozenset()
        if map_on:
            self._redraw()

    def _left_on(self) -> dict[int, date]:
        """From which day a facility is no longer in the register: closed, or merged into another."""
        left = {pk: on for pk, (_successor, on) in self.descent.merged.items()}
        for pk, scopes in self.scopes.values.items():
            if scopes[-1][0] == Scope.CLOSED:
                closed_on = self.scopes.days[pk][-1]
                left[pk] = min(closed_on, left.get(pk, closed_on))
        return left

    def _redraw(self) -> None:
        """Describe all days as the map's day does. A facility begins with the oldest it carries on for."""
        first = dict(self.opened_on)
        for pk, day in self.opened_on.items():
            heir = self.descent.heir(pk)
            first[heir] = min(day, first.get(heir, day))
        last = {pk: day - timedelta(days=1) for pk, day in self.left_on.items()}
        for attribute in self._described_by():
            attribute.flatten(first, last)
        for terms in (self.area_names, self.kind_terms, self.body_terms):
            terms.flatten({}, {})
        self.off_the_map = frozenset(
            pk for pk in self.left_on if pk in self.descent.merged or pk not in self.descent.split
        )

    def only_of(self, facility_ids: frozenset[int]) -> "AsOf":
        """The same of some of its facilities, without reading anything again."""
        narrowed = copy(self)
        narrowed.listed_ids = facility_ids
        narrowed.facility_ids = family = self.descent.family(facility_ids)
        narrowed.codes = {pk: code for pk, code in self.codes.items() if pk in family}
        narrowed.read, narrowed.read_in_stretches = {}, {}
        return narrowed

    def _described_by(self) -> tuple[_Dated[Any], ...]:
        return self.names, self.kinds, self.ownerships, self.scopes, self.areas, self.beds

    def mergers(self) -> list[Merger]:
        """The mergers known on the day (or the map's), oldest first."""
        return self.descent.mergers(self.opened_on)

    def each(self, rows: "QuerySet[Any, Any]") -> Iterable[Any]:
        """Of the whole province row by row, so that they never lie in memory together."""
        return rows.iterator(chunk_size=5000) if self.facility_ids is None else rows

    def stretches(self) -> Stretches | None:
        """The stretches of days that nobody looks into; None: each day may be looked at.

        A merger passes on what there was on the eve of its day.
        """
        if self.folded_on is None:
            return None
        self.uses_stretches[0] = True
        eves = {merger.on - timedelta(days=1) for merger in self.mergers()}
        last_days = sorted(day for day in {*self.folded_on, *eves} if day < self.until)
        return Stretches(last_days) if len(last_days) < MOST_STRETCHES else None

    @overload
    def only(self, rows: Rows, field: str = "facility_id") -> Rows: ...

    @overload
    def only(self, rows: Manager[Row], field: str = "facility_id") -> QuerySet[Row]: ...

    def only(
        self, rows: QuerySet[Any, Any] | Manager[Any], field: str = "facility_id"
    ) -> QuerySet[Any, Any]:
        """The rows of its facilities."""
        if self.facility_ids is None:
            return rows.all()
        return rows.filter(**{f"{field}__in": self.facility_ids})

    # Any: the plugin knows no way to say that rows of whichever model have their rung besides.
    def facts(self, model: type[Fact]) -> QuerySet[Any, Fact]:
        """Facts of its facilities up to the day, as known at the moment asked for, with their rung."""
        rows: QuerySet[Any, Any] = model.objects.proven(self.until, self.known_at)
        return self.only(rows)

    def on(self, day: date) -> list[FacilityOnDay]:
        """Every facility of the register on that day, by code: named by then, and not closed or merged."""
        return [
            self._described(pk, day)
            for pk in self.codes
            if self._is_listed(pk)
            and self.names.on(pk, day) is not None
            and not self.has_left(pk, day)
        ]

    def so_far(self, day: date) -> dict[int, FacilityOnDay]:
        """Every facility there has been by that day: those that have left, as on their last day."""
        found = {}
        for pk in self.codes:
            last = self.left_on[pk] - timedelta(days=1) if self.has_left(pk, day) else day
            if self.names.on(pk, last) is not None:
                found[pk] = self._described(pk, last)
        return found

    def has_left(self, pk: int, day: date) -> bool:
        """Whether another facility carries on for it on that day, or none does; or the map omits it."""
        return pk in self.off_the_map or (pk in self.left_on and self.left_on[pk] <= day)

    def _is_listed(self, pk: int) -> bool:
        return self.listed_ids is None or pk in self.listed_ids

    def _described(self, pk: int, day: date) -> FacilityOnDay:
        name = self.names.on(pk, day) or ["", ""]
        area = self.areas.on(pk, day)
        area_name = self.area_names.on(area[0], day) if area else None
        kind = (self.kinds.on(pk, day) or [""])[0]
        kind_vi, kind_en, group, without_beds, asks = self.kind_terms.on(kind, day) or NO_TERM
        sector, body = self.ownerships.on(pk, day) or ["", None]
        body_vi, body_en, is_local = self.body_terms.on(body or "", day) or ["", "", False]
        has_beds, beds = self.beds.on(pk, day) or [None, None]
        return FacilityOnDay(
            id=pk,
            code=self.codes[pk],
            name_vi=name[0],
            name_en=name[1],
            kind=kind,
            ownership=sector,
            scope=(self.scopes.on(pk, day) or [""])[0],
            area_id=area[0] if area else None,
            area_vi=area_name[0] if area_name else "",
            area_en=area_name[1] if area_name else "",
            kind_vi=kind_vi,
            kind_en=kind_en,
            deadline_group=(without_beds or group) if has_beds is False else group,
            asks_committee=asks is not False and sector != Ownership.PRIVATE,
            managed_by=body or "",
            managed_by_vi=body_vi,
            managed_by_en=body_en,
            is_local=is_local,
            has_beds=has_beds,
            beds=beds,
        )

    def days_of_change(self) -> set[date]:
        """The days on which some facility's description changed."""
        return {day for attribute in self._described_by() for day in attribute.all_days()} | set(
            self.left_on.values()
        )


class DayLookedAt(Protocol):
    """The day that a page speaks of, as known at a moment."""

    @property
    def on(self) -> date: ...

    @property
    def known_at(self) -> datetime | None: ...

    def as_of(self, facility_ids: frozenset[int] | None = None) -> AsOf: ...


def once_per_as_of(question: Callable[[AsOf], Answer]) -> Callable[[AsOf], Answer]:
    """Decorates `question(as_of)`: several readers of one AsOf share one answer.

    Those of other days share it too, unless it was found by looking at the days asked for (`stretches`).
    """

    @wraps(question)
    def asked(as_of: AsOf) -> Answer:
        answer: Answer
        uses, before = as_of.uses_stretches, as_of.uses_stretches[0]
        if question in as_of.read:
            answer = as_of.read[question]
        elif question in as_of.read_in_stretches:
            answer = as_of.read_in_stretches[question]
            uses[0] = True
        else:
            uses[0] = False
            try:
                answer = question(as_of)
                (as_of.read_in_stretches if uses[0] else as_of.read)[question] = answer
            finally:
                uses[0] |= before
        return answer

    return asked


DESCRIPTIONS = (
    FacilityName,
    FacilityKind,
    FacilityOwnership,
    FacilityScope,
    FacilityArea,
    FacilityBeds,
    FacilityLineage,
    AreaName,
    KindTerm,
    ManagingBodyTerm,
)


def described_anew(first: date, last: date, known_at: datetime | None = None) -> bool:
    """Whether any description begins after `first`, by `last`: whether their maps may differ. One query."""
    begun = [
        model.objects.known(known_at)
        .filter(effective_from__gt=first, effective_from__lte=last)
        .values_list("effective_from")
        for model in DESCRIPTIONS
    ]
    return last > first and begun[0].union(*begun[1:]).exists()
