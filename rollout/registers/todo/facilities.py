"""What facilities have to do: each line names the cells that answer it.

What is due is that of `rollout.programme.deadlines`, one line for each thing; what is only missing has no
day. Of one facility it is read from its own facts alone; of all it is kept apart for each facility, and
read again where facts have moved (`rollout.figures.spliced`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from connectivity.models import ConnectionStep
from equipment.registers.devices import column_code
from equipment.registers.file_rules import AMOUNTS
from equipment.registers.file_rules import reached as stage_reached
from equipment.stages import Stage
from equipment.stock import Line as Stock
from facilities.as_of import AsOf
from facilities.checking import remarks_of
from facilities.lazy_texts import lazily
from facilities.models.places import in_language
from facilities.timeline import Deadline
from rollout.figures import due as owed
from rollout.figures import progress, spliced
from rollout.figures.cached import cached_parts, keep_seconds, key
from rollout.figures.progress import Asked
from rollout.figures.reach import Reach
from rollout.models import Milestone, MilestoneEvent
from rollout.models.milestones import StepPaper
from rollout.programme.councils import Meeting
from rollout.programme.late import days_late, things
from rollout.programme.tracking import known_stock
from rollout.programme.ways import ways
from rollout.registers.catalogue import REGISTERS
from rollout.registers.milestones import number as milestone_number
from rollout.registers.milestones import reached as milestone_reached
from rollout.registers.todo.lines import (
    COMING,
    DEPARTMENT,
    FACILITY,
    OTHERS,
    TodoItem,
    in_order,
)
from rollout.templatetags.figures import day as day_in_words
from signatures import campaigns
from signatures.certificates import CertificateOnDay, waiting_at
from signatures.models import CertificateEvent

Kind = CertificateEvent.Kind

_written = lazily(day_in_words)  # as the reader's language writes it: what is kept speaks none

# What waits, by the step it waits for; the column of the step, and what must have come before.
HANDING = {"handed-over": (Kind.HANDED_OVER, Kind.ISSUED)}
TESTING = {"authenticated": (Kind.AUTHENTICATED, Kind.HANDED_OVER)}
WAITING_FOR = HANDING | TESTING

# The kind of a line, by the rule of its deadline.
KIND_OF = {
    "procurement_stage": "stage",
    "milestone": "milestone",
    "council": "council",
    "condition": "condition",
    "status_report": "report",
    "certificate_expiry": "expiry",
    campaigns.RULE: "campaign",
}

Missing = Mapping[int, tuple[TodoItem, ...]]  # by facility, what has no day


def todo(facility_id: int, on: date) -> list[TodoItem]:
    """What a facility itself owes, late or due within two weeks or missing: a fixed number of queries."""
    return in_order(
        line
        for line in of_own(frozenset({facility_id}), on)
        if line.holder == FACILITY and line.when(on) != COMING
    )


def of_own(
    facility_ids: frozenset[int],
    on: date,
    *,
    known_at: datetime | None = None,
    map_on: date | None = None,
) -> list[TodoItem]:
    """Every line of a few facilities, from their own facts alone, in no order: a fixed number of queries."""
    asked = Asked(on, known_at, None, map_on)
    parts, missing = owed.parts_of(asked, facility_ids), _missing(asked, facility_ids)
    found: list[TodoItem] = []
    for pk in facility_ids:
        part = parts.get(pk, owed.Part())
        found += [*_due(pk, part.owed, part.meetings, on), *missing.get(pk, ())]
    return [*found, *_returned(facility_ids)]


def of_facilities(
    on: date,
    *,
    known_at: datetime | None = None,
    map_on: date | None = None,
    area: str = "",
    places: frozenset[int] | None = None,
) -> list[TodoItem]:
    """Every line of the facilities of these places (None: everywhere), in no order."""
    asked = Asked(on, known_at, None, map_on, area)
    due = owed.due(on, known_at=known_at, map_on=map_on, area=area)
    place = key("todo", "kept", on, known_at, map_on, area)
    kept = spliced.current(place, lambda: Kept.begin(asked), keep_seconds(known_at))
    listed = due.parts.keys() | kept.parts.keys()
    wanted = frozenset(listed if places is None else listed & places)
    lines = _lines.of(due, on)
    found: list[TodoItem] = []
    for pk in wanted:
        found += lines.get(pk, ())
        found += kept.parts.get(pk, ())
    return [*found, *_returned(wanted)]


class _Lines:
    """The lines of what is due, of the result that this process was asked about last.

    A part that facts have not moved is the same object in the result after: its lines are kept.
    """

    def __init__(self) -> None:
        self._last: tuple[owed.Due, date, dict[int, tuple[TodoItem, ...]]] | None = None

    def of(self, due: owed.Due, on: date) -> dict[int, tuple[TodoItem, ...]]:
        last = self._last  # read once: other threads put their own in its place
        if last is not None and last[0] is due and last[1] == on:
            return last[2]
        known = last[2] if last is not None and last[1] == on else {}
        before = last[0].parts if last is not None else {}
        found = {
            pk: known[pk]
            if pk in known and before.get(pk) is part
            else tuple(_due(pk, part.owed, part.meetings, on))
            for pk, part in due.parts.items()
        }
        self._last = due, on, found
        return found


_lines = _Lines()


@dataclass(frozen=True, slots=True)
class Kept:
    """Of all facilities, what is missing; see `rollout.figures.due.Due` for what is due."""

    asked: Asked
    parts: Missing

    @classmethod
    def begin(cls, asked: Asked) -> "Kept":
        return cls(asked, _missing(asked))

    def spliced(self, moved: Collection[int]) -> "Kept":
        reach = Reach.of(moved)
        fresh = _missing(self.asked, reach.read)
        kept = {pk: lines for pk, lines in self.parts.items() if pk not in reach.affected}
        new = {pk: lines for pk, lines in fresh.items() if pk in reach.affected}
        return replace(self, parts=kept | new)


def _due(
    pk: int, deadlines: Iterable[Deadline], meetings: Iterable[Meeting], on: date
) -> Iterator[TodoItem]:
    """One line for each thing: its nearest step, with how many more are owed."""
    meeting_codes = {f"council:{meeting.id}": meeting.code for meeting in meetings}
    deadlines = list(deadlines)
    if any(one.rule == "council" for one in deadlines):
        # The day that a council was given stands for the one planned for it.
        planned = f"milestone:{pk}:{Milestone.COUNCIL}"
        deadlines = [one for one in deadlines if one.subject != planned]
    for thing, steps in things(deadlines).items():
        nearest = steps[0]
        line = TodoItem(
            kind=KIND_OF[nearest.rule],
            thing=thing,
            what=nearest.what,
            facility_id=pk,
            due_on=nearest.due_on,
            days_late=days_late(nearest.rule, nearest.due_on, on, nearest.working),
            assumed=nearest.assumed,
            more=len(steps) - 1,
        )
        yield _answered(line, nearest.subject, meeting_codes)


def _answered(line: TodoItem, subject: str, meeting_codes: Mapping[str, str]) -> TodoItem:
    """The line with what answers it, and who has it."""
    step = subject.rpartition(":")[2]
    if line.kind == "stage":
        amounts = [code for code, stage in AMOUNTS.items() if stage == step]
        return replace(
            line,
            register="procurements",
            row=int(line.thing.partition(":")[2]),
            cells=(stage_reached(Stage(step)), *amounts),
        )
    if line.kind == "milestone" and step != Milestone.COUNCIL:
        return replace(
            line, register="milestones", row=line.facility_id, cells=(milestone_reached(step),)
        )
    if line.kind in ("milestone", "council"):
        return replace(
            line,
            kind="council",
            code=meeting_codes.get(subject, ""),
            holder=DEPARTMENT,
            milestones=(Milestone.OFFICIAL.value,),
        )
    if line.kind == "campaign":
        return replace(line, code=subject.split(":")[1])
    if line.kind == "condition":
        return replace(line, holder=OTHERS, milestones=(Milestone.OFFICIAL.value,))
    return line


def _returned(facility_ids: Collection[int]) -> Iterator[TodoItem]:
    for edit in remarks_of(facility_ids):
        register = REGISTERS.get(edit.register)
        if register is None or not edit.column:
            continue
        yield TodoItem(
            kind="returned",
            thing=f"returned:{edit.register}:{edit.row}:{edit.column}",
            facility_id=edit.facility_id,
            what=format_lazy(
                "{}: {}", _("Returned by the Department"), register.column(edit.column).heading()
            ),
            because=edit.returned_because,
            register=edit.register,
            row=edit.row,
            cells=(edit.column,),
        )


def _missing(asked: Asked, facility_ids: frozenset[int] | None = None) -> Missing:
    as_of = asked.as_of(asked.on, facility_ids)
    found: dict[int, list[TodoItem]] = defaultdict(list)
    for line in (
        *_unrecorded(asked, facility_ids),
        *_papers(as_of),
        *_certificates(as_of),
        *_connections(as_of),
        *_devices(as_of),
    ):
        if line.facility_id is not None:
            found[line.facility_id].append(line)
    return {pk: tuple(lines) for pk, lines in found.items()}


def _unrecorded(asked: Asked, facility_ids: frozenset[int] | None) -> Iterator[TodoItem]:
    """Days that nobody wrote down though a later step was reached; or nothing is known at all."""
    if facility_ids is None:
        parts = cached_parts(
            asked.on, known_at=asked.known_at, map_on=asked.map_on, area=asked.area
        )
    else:
        parts = progress.parts_of(asked, facility_ids)
    for pk, part in parts.items():
        for milestone in part.result.milestones if part.result else ():
            if milestone.code == Milestone.COUNCIL or milestone.state != "unknown":
                continue
            if not milestone.passed_over and milestone.code != Milestone.LAUNCH:
                continue  # where nothing is known, one question is enough
            yield TodoItem(
                kind="milestone",
                thing=f"unrecorded:{pk}:{milestone.code}",
                facility_id=pk,
                what=format_lazy("{}: {}", _("Day of"), milestone.label),
                because=(
                    _("A later step was reached, but nobody has recorded the day of this one.")
                    if milestone.passed_over
                    else _("Nobody has recorded how far it is.")
                ),
                register="milestones",
                row=pk,
                cells=(milestone_reached(milestone.code),),
            )


def _papers(as_of: AsOf) -> Iterator[TodoItem]:
    """Steps that were reached without the paper that their kind asks for on that day."""
    described = {one.id: one for one in as_of.on(as_of.until)}
    without = as_of.facts(MilestoneEvent).filter(document__isnull=True)
    for pk, code, day in without.order_by("happened_on").values_list(
        "facility_id", "milestone", "happened_on"
    ):
        if pk not in described:
            continue
        if kind := ways(as_of).paper(described[pk], code, day):
            yield TodoItem(
                kind="paper",
                thing=f"paper:{pk}:{code}",
                facility_id=pk,
                what=format_lazy("{}: {}", _("Document of"), Milestone(code).label),
                because=format_lazy(
                    _("Asked for: {paper}. The step was reached on {day}."),
                    paper=StepPaper(kind).label,
                    day=_written(day),
                ),
                register="milestones",
                row=pk,
                cells=(milestone_reached(code), milestone_number(code)),
            )


def waiting_for(found: Iterable[CertificateOnDay], step: str) -> list[CertificateOnDay]:
    """Certificates that have what comes before a step (`WAITING_FOR`), and not the step."""
    kind, before = WAITING_FOR[step]
    return [row for row in found if row.counts_as(before) and not row.counts_as(kind)]


def _certificates(as_of: AsOf) -> Iterator[TodoItem]:
    for (pk, step), (count, since) in waiting_at(as_of, WAITING_FOR).items():
        yield TodoItem(
            kind="certificates",
            thing=f"{step}:{pk}",
            facility_id=pk,
            what=_waiting(step, count),
            because=format_lazy(_("The oldest waits since {day}."), day=_written(since)),
            register="certificates",
            step=step,
            since=since,
        )


def _waiting_text(step: str, count: int) -> str:
    if step == "handed-over":
        text = ngettext(
            "%(count)s digital signature issued and not handed over",
            "%(count)s digital signatures issued and not handed over",
            count,
        )
    else:
        text = ngettext(
            "%(count)s digital signature handed over and not authenticated",
            "%(count)s digital signatures handed over and not authenticated",
            count,
        )
    return text % {"count": count}


_waiting = lazily(_waiting_text)


def _connections(as_of: AsOf) -> Iterator[TodoItem]:
    """The next step of the connection to the counted partner."""
    on = as_of.until
    keys = [one.id for one in as_of.on(on) if one.in_connectivity]
    if not keys:
        return
    steps = [s for s in ConnectionStep.Step if s != ConnectionStep.Step.DISCONNECTED]
    values = REGISTERS["connections"].values(keys, on, as_of.known_at)
    for pk in keys:
        told = values.get(pk, {})
        missing = next((step for step in steps if not told.get(step.value)), None)
        if missing and not told.get(ConnectionStep.Step.DISCONNECTED.value):
            yield TodoItem(
                kind="connection",
                thing=f"connection:{pk}",
                facility_id=pk,
                what=format_lazy("{}: {}", _("Data connection"), missing.label),
                register="connections",
                row=pk,
                cells=(missing.value,),
            )


def _devices(as_of: AsOf) -> Iterator[TodoItem]:
    """What a facility has below its norms is one thing, answered type by type."""
    by_facility: dict[int, list[Stock]] = defaultdict(list)
    for line in known_stock(as_of):
        if line.missing:
            by_facility[line.facility_id].append(line)
    for pk, lines in by_facility.items():
        first = lines[0]
        yield TodoItem(
            kind="devices",
            thing=f"devices:{pk}",
            facility_id=pk,
            what=(_one(*_told(first)[:4]) if len(lines) == 1 else _types_missing(len(lines))),
            because=_listed(tuple(_told(line) for line in lines)),
            register="devices",
            row=pk,
            cells=tuple(column_code(line.device_type) for line in lines),
        )


Told = tuple[str, str, int, int | None, int]  # names of the type, installed, norm, on order


def _told(line: Stock) -> Told:
    kind = line.device_type
    return kind.name_vi, kind.name_en, line.installed, line.norm, line.on_order


def _one_text(name_vi: str, name_en: str, installed: int, norm: int | None) -> str:
    return gettext("%(device)s: %(count)s of %(norm)s") % {
        "device": in_language(name_vi, name_en),
        "count": installed,
        "norm": norm,
    }


def _listed_text(lines: tuple[Told, ...]) -> str:
    """Each type with what it has of its norm; of one alone, how many are missing and on order."""
    if len(lines) > 1:
        return "; ".join(_one_text(vi, en, has, norm) for vi, en, has, norm, _ordered in lines)
    _vi, _en, installed, norm, ordered = lines[0]
    return gettext("%(count)s below the norm; %(ordered)s on order.") % {
        "count": (norm or 0) - installed,
        "ordered": ordered,
    }


def _types_missing_text(count: int) -> str:
    return ngettext(
        "Devices below the norm: %(count)s type", "Devices below the norm: %(count)s types", count
    ) % {"count": count}


_one, _listed, _types_missing = (
    lazily(_one_text),
    lazily(_listed_text),
    lazily(_types_missing_text),
)
