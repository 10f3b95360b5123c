"""Rows that a program writes: by the columns, the rules and the change sets of the pages.

Whatever the desk's form asks, this asks: that nothing has changed since it was read (`version`), a
reason where a value that stands is replaced or an odd one is given, and the right to keep the row.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from facilities.exchange.cells import BadCell, parser
from facilities.exchange.columns import Column, Kind, Value
from facilities.models import ChangeSet, Document, Facility
from facilities.permissions import NOWHERE, Access, Places, is_in
from facilities.registers.entering import (
    Stale,
    begin,
    enter_rows,
    lock,
    withdraw_row,
    writing_of,
)
from facilities.registers.register import Register
from facilities.registers.writers import RowEntry
from facilities.services import AlreadyWithdrawn
from rollout.registers.keeping import adds_to, elsewhere, kept_registers, refuse_elsewhere
from rollout.registers.own import ADDED, WRITTEN, own_columns

ANY = "*"  # whatever version stands


class Outcome(StrEnum):
    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a row is refused, for programs."""

    NOT_FOUND = "not-found"
    ELSEWHERE = "not-allowed"
    CHANGED = "changed-meanwhile"
    INVALID = "not-stored"


@dataclass(slots=True)
class Line:
    """One row to be written. `key` None: a new one. `version`: of the row as it was read; "*": any."""

    values: Mapping[str, Any]
    key: int | None = None
    version: str = ANY
    because: str = ""
    paper: Document | None = None  # that proves what is written


@dataclass(frozen=True, slots=True)
class Hand:
    """As whom rows are written: as the Department, or as an officer who reports of the own facility.

    What an officer writes waits to be looked at by the Department, as on the officer's pages.
    """

    access: Access
    is_own: bool

    @property
    def places(self) -> Places:
        return self.access.own_facility_ids if self.is_own else self.access.kept

    def columns(self, register: Register, on: date) -> list[Column]:
        """Those that may be written, none of which names a person."""
        if self.is_own:
            return own_columns(register, with_names=False, on=on)
        bound = register.bound(with_names=False, on=on, places=self.places)
        return [column for column in bound if column.writable]

    def adds_to(self, register: Register) -> bool:
        if self.is_own:
            return register.makes_rows and register.code in ADDED
        return adds_to(register, self.access)

    def keeps(self, register: Register, row: Any) -> bool:
        return self.places is None or is_in(register.facility_of(row), self.places)

    def refuse_elsewhere(self, register: Register, rows: Iterable[Any]) -> None:
        """After rows were written, inside the transaction. Raises ValidationError."""
        if not self.is_own:
            refuse_elsewhere(self.access, register, rows)
        elif not all(self.keeps(register, row) for row in rows):
            raise ValidationError(elsewhere_own(), code="elsewhere")

    def elsewhere(self) -> str:
        return elsewhere_own() if self.is_own else elsewhere()

    def reports_of(self, register: Register, entries: Iterable[RowEntry]) -> Facility | None:
        """Whose report it is; None for the Department. Raises ValidationError if it is about several."""
        if not self.is_own:
            return None
        found = {register.facility_of(entry.row) for entry in entries if entry.row is not None}
        if not found:
            found = set(self.places or ())
        if len(found) != 1:
            raise ValidationError(_("Write about one facility at a time."), code="several")
        [facility] = Facility.objects.filter(pk__in=[pk for pk in found if pk])
        return facility


def hand_for(access: Access, register: Register) -> Hand | None:
    """As whom this person writes the register: as the Department where it is both. None: not at all."""
    if access.kept != NOWHERE:
        return Hand(access, is_own=False) if register.code in kept_registers(access) else None
    if access.reports and register.code in WRITTEN:
        return Hand(access, is_own=True)
    return None


def elsewhere_own() -> str:
    """Why something of another facility is refused to an officer."""
    return _("This is not of your own facility.")


@dataclass(slots=True)
class Result:
    """What became of a line. `now`: the values that stand where another version was meant."""

    outcome: Outcome
    key: int | None = None
    refusal: Refusal | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    now: Mapping[str, Value] | None = None


def version_of(columns: Iterable[Column], values: Mapping[str, Value]) -> str:
    """Tells the cells of a row from what they were before: another one as soon as one is another.

    `columns`: all that are told to programs.
    """
    cells = "\x1f".join(f"{c.code}\x1e{c.text(values.get(c.code, c.empty))}" for c in columns)
    return hashlib.sha256(cells.encode()).hexdigest()[:24]


def write(
    register: Register,
    lines: Sequence[Line],
    *,
    hand: Hand,
    by: Any,
    on: date,
    kind: str = ChangeSet.Kind.BULK,
    because: str = "",
    each: bool = False,
) -> tuple[ChangeSet | None, list[Result]]:
    """Write lines in one change set: all or none, or with `each` those that may be. A fixed number of queries.

    Returns what became of each line, in their order, and the change set; None if nothing was written.
    Raises ValidationError if the whole cannot be stored, as when somebody else writes the same.
    """
    with transaction.atomic():
        results, entries = _judged(register, lines, hand=hand, on=on, because=because)
        refused = any(one.outcome == Outcome.REFUSED for one in results)
        wanted = [(number, entry) for number, entry in entries.items() if _writes(entry)]
        if not wanted or (refused and not each):
            return None, results
        facility = hand.reports_of(register, [entry for _number, entry in wanted])
        change_set = begin(kind=kind, by=by, because=because, facility=facility)
        enter_rows(register, [entry for _number, entry in wanted], writing_of(change_set, on=on))
        hand.refuse_elsewhere(register, [entry.stored for _number, entry in wanted])
        for number, entry in wanted:
            results[number].key = entry.stored.pk
    return change_set, results


def _writes(entry: RowEntry) -> bool:
    return entry.row is None or bool(entry.changed)


def _judged(
    register: Register, lines: Sequence[Line], *, hand: Hand, on: date, because: str
) -> tuple[list[Result], dict[int, RowEntry]]:
    """What would become of each line, and the entries of those that may be written, by their number."""
    keys = [line.key for line in lines if line.key is not None]
    lock(register, keys)
    rows = register.base(on).in_bulk(keys)
    old = register.values(list(rows), on)
    columns = register.bound(with_names=False, on=on)
    chosen = hand.columns(register, on)
    register.prepare(chosen, [_texts(line.values) for line in lines])
    readers = {column.code: _reader(column) for column in chosen}
    results = [Result(Outcome.REFUSED, line.key) for line in lines]
    entries: dict[int, RowEntry] = {}
    seen: set[int] = set()
    for number, (line, result) in enumerate(zip(lines, results, strict=True)):
        row = rows.get(line.key) if line.key is not None else None
        stands = old.get(line.key, {}) if line.key is not None else {}
        if line.key is not None and (row is None or not stands):
            result.refusal = Refusal.NOT_FOUND
            continue
        if row is not None and not hand.keeps(register, row):
            result.refusal, result.errors = Refusal.ELSEWHERE, {"": [hand.elsewhere()]}
            continue
        if row is not None and line.version not in (ANY, version_of(columns, stands)):
            result.refusal = Refusal.CHANGED
            result.now = {column.code: stands[column.code] for column in columns}
            continue
        if row is not None and row.pk in seen:
            result.refusal, result.errors = Refusal.INVALID, {"": [_("This row comes twice.")]}
            continue
        values, errors = _read(readers, line.values)
        if errors:
            result.refusal, result.errors = Refusal.INVALID, errors
            continue
        if row is not None:
            seen.add(row.pk)
        if row is None and hand.is_own and len(hand.places or ()) == 1:
            values |= _own_facility(register, hand)
        whole = {c.code: stands.get(c.code, c.empty) for c in register.columns} | values
        entries[number] = RowEntry(row, dict(stands), whole, has_paper=line.paper is not None)
        if line.paper is not None:
            entries[number].documents = dict.fromkeys(values, line.paper)
        entries[number].because = dict.fromkeys(
            entries[number].changed, (line.because or because).strip()[:500]
        )
    found = register.problems(list(entries.values()), on)
    for (number, entry), problems in zip(list(entries.items()), found, strict=True):
        errors = {code: list(texts) for code, texts in problems.errors.items()}
        reason = (lines[number].because or because).strip()
        if not reason:
            for code, texts in problems.warnings.items():
                errors.setdefault(code, []).extend(
                    _("%(warning)s If it is right, give the reason.") % {"warning": text}
                    for text in texts
                )
            if any(entry.old.get(code) not in (None, "") for code in entry.changed):
                errors.setdefault("because", []).append(_("Give the reason."))
        result = results[number]
        if errors:
            result.refusal, result.errors = Refusal.INVALID, errors
            del entries[number]
        elif entry.row is None:
            result.outcome = Outcome.MADE
        else:
            result.outcome = Outcome.CHANGED if entry.changed else Outcome.UNCHANGED
    return results, entries


def _own_facility(register: Register, hand: Hand) -> dict[str, Value]:
    """A new row of an officer is of the own facility."""
    if not any(column.code == "facility" for column in register.columns):
        return {}
    return {"facility": Facility.objects.get(pk__in=hand.places or ()).code}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {code: value for code, value in values.items() if isinstance(value, str)}


def _reader(column: Column) -> Any:
    """From what JSON holds to the value: days as 2025-05-21, numbers as numbers, choices by their code."""
    choices = column.choices() if column.choices is not None else None
    parse = parser(column) if choices is None else None

    def read(given: Any) -> Value:
        if given is None or given == "":
            return column.empty
        if column.is_number:
            if not isinstance(given, int) or isinstance(given, bool):
                raise BadCell(_("Give a whole number."))
        elif not isinstance(given, str):
            raise BadCell(_("Give a text."))
        elif column.kind == Kind.DAY:
            try:
                if len(given) != 10:
                    raise ValueError
                return date.fromisoformat(given)
            except ValueError:
                raise BadCell(_("Give a day as 2025-05-21.")) from None
        elif choices is not None:
            if given not in choices:
                raise BadCell(_("There is no such code, or it is not for you to choose."))
            return given
        return parse(given) if parse else given

    return read


def _read(
    readers: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Value], dict[str, list[str]]]:
    values: dict[str, Value] = {}
    errors: dict[str, list[str]] = {}
    for code, cell in given.items():
        if code not in readers:
            errors[code] = [_("There is no such column to be written.")]
            continue
        try:
            values[code] = readers[code](cell)
        except BadCell as error:
            errors[code] = [str(error)]
    return values, errors


def withdraw(
    register: Register, key: int, *, version: str, because: str, hand: Hand, by: Any, on: date
) -> tuple[ChangeSet | None, Result]:
    """Take a row back with every fact about it. Raises ValidationError as the page does."""
    with transaction.atomic():
        lock(register, [key])
        row = register.base(on).filter(pk=key).first()
        stands = register.values([key], on).get(key) if row is not None else None
        if row is None or stands is None:
            return None, Result(Outcome.REFUSED, key, Refusal.NOT_FOUND)
        if not hand.keeps(register, row):
            errors = {"": [hand.elsewhere()]}
            return None, Result(Outcome.REFUSED, key, Refusal.ELSEWHERE, errors=errors)
        columns = register.bound(with_names=False, on=on)
        if version not in (ANY, version_of(columns, stands)):
            now = {column.code: stands[column.code] for column in columns}
            return None, Result(Outcome.REFUSED, key, Refusal.CHANGED, now=now)
        change_set = begin(kind=ChangeSet.Kind.FORM, by=by, because=because)
        withdraw_row(register=register, row=row, change_set=change_set, on=on)
    return change_set, Result(Outcome.CHANGED, key)


def is_conflict(error: ValidationError) -> bool:
    """Whether somebody else was first, rather than that it cannot be so."""
    return isinstance(error, Stale | AlreadyWithdrawn) or getattr(error, "code", "") in (
        "clash",
        "sent",
        "stale",
        "already_withdrawn",
    )
