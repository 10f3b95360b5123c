"""How cells of the register of councils are read and written: days, rulings, conditions, what followed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities import bulk
from facilities.exchange.cells import BadCell, parse
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import DatedFact, Facility, Record
from facilities.registers.entering import enter_rows
from facilities.registers.writers import (
    Facts,
    RowEntry,
    Withdrawn,
    Writer,
    Writing,
    chunks,
    refuse_moved,
    signed,
    withdraw_all,
)
from rollout.models import (
    Conclusion,
    CouncilCondition,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    Milestone,
)
from rollout.registers.milestones import Milestones, reached
from rollout.registers.numbered import NumberedFacts

# What follows from a council: milestones of the facility, as their own register writes them.
AFTER = (Milestone.DECISION, Milestone.OFFICIAL, Milestone.PORTAL)
MILESTONES = Milestones()

VOTES = ("votes_for", "votes_against", "votes_abstained")


def is_postponement(values: Mapping[str, Value]) -> bool:
    return values.get("conclusion") == Conclusion.POSTPONED


# --- Days ------------------------------------------------------------------------------------


@dataclass
class Scheduled(Writer):
    """The day of the meeting with the day on which it was fixed; moving it adds a row."""

    columns: Mapping[str, str] = field(
        default_factory=lambda: {"scheduled": "scheduled_on", "fixed": "effective_from"}
    )
    is_fact = True
    withdrawn = Withdrawn.EARLIER

    def expression(self, code: str, on: date, known_at: datetime | None) -> Subquery:
        rows = CouncilDate.objects.in_force(on, known_at).filter(meeting=OuterRef("pk"))
        return Subquery(rows.order_by("-effective_from", "-pk").values(self.columns[code])[:1])

    def standing(
        self, rows: Sequence[CouncilMeeting], on: date, known_at: datetime | None = None
    ) -> dict[int, Record]:
        dates = CouncilDate.objects.in_force(on, known_at).select_related("document")
        found: dict[int, Record] = {}
        for keys in chunks([row.pk for row in rows]):
            found |= {row.meeting_id: row for row in dates.filter(meeting__in=keys)}
        return found

    def write(self, entries: list[RowEntry[CouncilMeeting]], writing: Writing) -> None:
        standing = self.standing([entry.stored for entry in entries], writing.on)
        gone, made = [], []
        for entry in entries:
            before = cast(CouncilDate | None, standing.get(entry.stored.pk))
            now = {code: getattr(before, name, None) for code, name in self.columns.items()}
            refuse_moved(entry.old, now)
            scheduled, fixed_on = entry.day("scheduled"), fixed_day(entry, writing.on)
            # Taken back, fixed twice in a day, or only the day of fixing mended: the earlier word was wrong.
            if before and (
                scheduled in (None, before.scheduled_on) or fixed_on == before.effective_from
            ):
                gone.append(before)
            if scheduled is None:
                continue
            row = CouncilDate(
                meeting=entry.stored,
                scheduled_on=scheduled,
                effective_from=fixed_on,
                because=entry.because.get("scheduled", "")[:300],
                override=entry.because.get("fixed", "")[:300],
            )
            made.append(signed(row, writing, None, entry, "scheduled"))
        withdraw_all(CouncilDate, gone, writing)
        bulk.insert(made)


def fixed_day(entry: RowEntry[CouncilMeeting], on: date) -> date:
    """The day on which the meeting's day was fixed: as told anew, else the day of writing."""
    told = entry.day("fixed")
    moved = bool(entry.old.get("scheduled")) and "scheduled" in entry.changed
    return on if told is None or (moved and "fixed" not in entry.changed) else told


# --- Rulings ---------------------------------------------------------------------------------


@dataclass
class Rulings(NumberedFacts):
    """A postponement stays where the meeting rules later; a ruling that was wrong is replaced."""

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        self._attach(entries, writing)
        known = self.known(entries)
        gone, made = [], []
        for entry in entries:
            before = next(iter(known[entry.stored.pk]), None)
            self.refuse_moved(entry, before)
            stays = is_postponement(entry.old) and bool(entry.day("held"))
            stays = stays and entry.day("held") != entry.old.get("held")
            if before and not stays:
                gone.append(before)
            if entry.day("held"):
                made.append(self.made(entry, None if stays else before, writing))
        withdraw_all(self.model, gone, writing)
        bulk.insert(made)


def _ruling(meeting: CouncilMeeting, before: CouncilRuling | None, **fields: Any) -> CouncilRuling:
    """The votes have no column: a ruling that is mended keeps them."""
    return CouncilRuling(
        meeting=meeting,
        facility_id=meeting.facility_id,
        happened_on=fields["happened_on"],
        conclusion=fields["conclusion"],
        minutes_number=fields["minutes_number"] or "",
        **{name: getattr(before, name) for name in VOTES if before},
    )


RULINGS = Rulings(
    model=CouncilRuling,
    link="meeting",
    columns={
        "held": "happened_on",
        "conclusion": "conclusion",
        "minutes": "minutes_number",
        "paper": "document__number",
    },
    day="held",
    make=_ruling,
    number="paper",
    title=gettext_lazy("Minutes of the evaluation council"),
)


# --- Conditions ------------------------------------------------------------------------------


class Condition(NamedTuple):
    """A line of the cell: what is to be put right, who answers for it, by when."""

    text: str
    owner: str
    due_on: date

    def __str__(self) -> str:
        return f"{self.text} | {self.owner} | {self.due_on:%d/%m/%Y}"


DUE = Column("due", gettext_lazy("due on"), Kind.DAY, required=True)


def conditions_in(cell: str) -> list[Condition]:
    """The conditions that a cell lists. Raises BadCell saying how to write them."""
    found = []
    for line in filter(None, (line.strip() for line in cell.splitlines())):
        # A text may hold the sign itself: who and when are what stands last.
        parts = [part.strip() for part in line.rsplit("|", 2)]
        if len(parts) != len(Condition._fields) or not all(parts):
            raise BadCell(
                _("Write each condition on a line of its own: what | who answers for it | by when.")
            )
        found.append(Condition(parts[0], parts[1], cast(date, parse(DUE, parts[2]))))
    return found


def told_in(rows: Iterable[CouncilCondition]) -> str:
    return "\n".join(str(_told(row)) for row in rows)


def _told(row: CouncilCondition) -> Condition:
    # What was typed on a page may hold what ends a part or a line here.
    text, owner = (" ".join(part.split()) for part in (row.text, row.owner))
    return Condition(text, owner.replace("|", "/"), row.due_on)


def standing_conditions(
    keys: list[int], known_at: datetime | None = None
) -> dict[int, list[CouncilCondition]]:
    """The conditions of meetings, in the order of their days."""
    found: dict[int, list[CouncilCondition]] = defaultdict(list)
    for some in chunks(keys):
        for row in CouncilCondition.objects.known(known_at).filter(meeting__in=some):
            found[row.meeting_id].append(row)
    return found


@dataclass
class Conditions(Writer):
    """The conditions of a meeting in one cell. A line that goes is withdrawn, a line that comes recorded."""

    columns: Mapping[str, str] = field(default_factory=lambda: {"conditions": "text"})

    def expression(self, code: str, on: date, known_at: datetime | None) -> None:
        return None

    def write(self, entries: list[RowEntry[CouncilMeeting]], writing: Writing) -> None:
        standing = standing_conditions([entry.stored.pk for entry in entries])
        gone, made = [], []
        for entry in entries:
            there = {_told(row): row for row in standing[entry.stored.pk]}
            refuse_moved(entry.old, {"conditions": told_in(there.values())})
            asked = conditions_in(entry.text("conditions"))
            gone += [row for told, row in there.items() if told not in asked]
            for place, told in enumerate(dict.fromkeys(asked)):
                if told not in there:
                    row = CouncilCondition(meeting=entry.stored, **told._asdict())
                    made.append(signed(row, writing, None, entry, f"conditions-{place}"))
        withdraw_all(CouncilCondition, gone, writing)
        bulk.insert(made)


# --- What followed, of the facility ----------------------------------------------------------


class Followed(Writer):
    """A milestone of the row's facility: read and written as the register of milestones does."""

    is_fact = True
    withdrawn = Withdrawn.EMPTY

    def __init__(self, milestone: Milestone) -> None:
        self.writer = cast(Facts, MILESTONES.writer_of(reached(milestone)))
        self.columns = self.writer.columns

    def expression(self, code: str, on: date, known_at: datetime | None) -> Subquery:
        facts = self.writer.model.objects.as_of(on, known_at).filter(
            facility=OuterRef("facility_id"), **self.writer.kind
        )
        return Subquery(facts.order_by(*self.writer.order).values(self.columns[code])[:1])

    def standing(
        self, rows: Sequence[CouncilMeeting], on: date, known_at: datetime | None = None
    ) -> dict[int, DatedFact]:
        places = Facility.objects.in_bulk([row.facility_id for row in rows])
        facts = self.writer.standing(list(places.values()), on, known_at)
        return {row.pk: facts[row.facility_id] for row in rows if row.facility_id in facts}

    def write(self, entries: list[RowEntry[CouncilMeeting]], writing: Writing) -> None:
        places = Facility.objects.in_bulk([entry.stored.facility_id for entry in entries])
        standing = MILESTONES.values(list(places), writing.on, codes=self.columns)
        enter_rows(MILESTONES, [self._entry(one, places, standing) for one in entries], writing)

    def _entry(
        self,
        entry: RowEntry[CouncilMeeting],
        places: Mapping[int, Facility],
        standing: Mapping[int, dict[str, Value]],
    ) -> RowEntry[Facility]:
        """What the row says of its facility. A new row leaves standing what it is silent about."""
        place = places[entry.stored.facility_id]
        now = dict(standing[place.pk])
        said = {code: entry.new.get(code, MILESTONES.column(code).empty) for code in now}
        if not entry.old:
            said = {code: value or now[code] for code, value in said.items()}
        return RowEntry(
            place,
            {code: entry.old.get(code) for code in now} if entry.old else now,
            said,
            because=entry.because,
            documents={c: d for c, d in entry.documents.items() if c in self.columns},
            number=entry.number,
        )
