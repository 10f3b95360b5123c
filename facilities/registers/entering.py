"""The one way in which people write into registers: by change sets, each all or nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities import access_log, bulk
from facilities.exchange.columns import Value
from facilities.models import ChangeSet, Document, Edit, Entry, Facility, LogEntry, Record, User
from facilities.registers.register import Register
from facilities.registers.writers import (
    Attributes,
    Row,
    RowEntry,
    Stale,
    Withdrawn,
    Writing,
    chunks,
    withdraw_all,
)
from facilities.services import AlreadyWithdrawn

__all__ = ["AlreadySent", "Clash", "Refused", "Stale"]


class AlreadySent(ValidationError):
    """The same form was sent before; what it said is stored."""

    def __init__(self) -> None:
        super().__init__(
            _("This form has been sent already. Nothing was saved twice."), code="sent"
        )


class Clash(ValidationError):
    """Another change set has written the same at the same moment; nothing of this one is stored."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else is writing the same just now. Reload the page to see what stands."),
            code="clash",
        )


class Refused(ValidationError):
    """Values that cannot be so, by column. `.odd`: the columns for which a reason would do."""

    def __init__(self, errors: dict[str, list[str]], odd: set[str]):
        self.odd = odd
        super().__init__({code or "__all__": texts for code, texts in errors.items()})


def begin(
    *,
    kind: str,
    by: User,
    change_set_id: UUID | None = None,
    facility: Facility | None = None,
    because: str = "",
    file_name: str = "",
    file_sha256: str = "",
    undoes: ChangeSet | None = None,
) -> ChangeSet:
    """Open a change set inside a transaction. Raises AlreadySent if its id has been used."""
    fields = {} if change_set_id is None else {"id": change_set_id}
    try:
        with transaction.atomic():
            change_set = ChangeSet.objects.create(
                **fields,
                kind=kind,
                by=by,
                facility=facility,
                because=because.strip()[:500],
                file_name=file_name[:200],
                file_sha256=file_sha256,
                undoes=undoes,
            )
            access_log.write(
                [
                    LogEntry(
                        kind=LogEntry.Kind.CHANGES,
                        by=by,
                        facility=facility,
                        change_set=change_set,
                    )
                ]
            )
            return change_set
    except IntegrityError:
        raise AlreadySent from None


def writing_of(
    change_set: ChangeSet, *, on: date, document: Document | None = None, source: str = ""
) -> Writing:
    return Writing(
        change_set=change_set,
        by=change_set.by,
        at=timezone.now(),
        on=on,
        because=change_set.because,
        document=document,
        source=source,
    )


@transaction.atomic
def enter(
    *,
    register: Register[Row],
    row: Row | None,
    values: Mapping[str, Value],
    change_set: ChangeSet,
    on: date,
    seen: Mapping[str, Value] | None = None,
    because: dict[str, str] | None = None,
    documents: dict[str, Document] | None = None,
    document: Document | None = None,
) -> Row:
    """Write some cells of one row, or a new row. Returns the row.

    `seen`: the values the form was filled with; another value there now raises `Stale`, unless it
    is what is being written. Raises ValidationError by column for what is impossible, and for what
    is odd and has no reason in `because`; AlreadyWithdrawn if the row is. Nothing is stored then.
    """
    if row is not None:
        lock(register, [row.pk])
        row = register.model._default_manager.get(pk=row.pk)
        if getattr(row, "withdrawn_at", None) is not None:
            raise AlreadyWithdrawn
    old = register.values([row.pk], on)[row.pk] if row is not None else {}
    if seen:
        moved = {
            code: (value, old.get(code))
            for code, value in seen.items()
            if old.get(code) != value and old.get(code) != values.get(code)
        }
        if moved:
            raise Stale(moved)
    unchanged = {column.code: old.get(column.code, column.empty) for column in register.columns}
    new = {**unchanged, **values}
    entry = RowEntry(
        row,
        old,
        new,
        because=because or {},
        documents=documents or {},
        has_paper=document is not None,
    )
    found = register.problems([entry], on)[0]
    odd = {code for code in found.warnings if not entry.because.get(code, "").strip()}
    for code in odd:
        for text in found.warnings[code]:
            found.refuse(
                code, _("%(warning)s If it is right, give the reason.") % {"warning": text}
            )
    if found.errors:
        raise Refused(found.errors, odd)
    enter_rows(register, [entry], writing_of(change_set, on=on, document=document))
    return entry.stored


def lock(register: Register, keys: list[int]) -> None:
    """Let nobody else write these rows until the transaction ends; always taken in one order.

    Facts of other registers about the same rows may be written meanwhile (`no_key`). SQLite knows no
    row locks: there one transaction writes at a time anyway.
    """
    for some in chunks(sorted(keys)):
        rows = (
            register.model._default_manager.filter(pk__in=some)
            .order_by("pk")
            .select_for_update(no_key=True)
        )
        list(rows.values_list("pk"))


def enter_rows(register: Register, entries: list[RowEntry], writing: Writing) -> None:
    """Write rows that have been judged, and log every cell. Rows in which nothing changes are left.

    All or nothing. Raises Stale or AlreadyWithdrawn if a cell has changed since it was judged, Clash
    if another change set has just written what may be there only once.
    """
    with _clashes_named():
        keys = [entry.row.pk for entry in entries if entry.row is not None]
        lock(register, keys)
        _refuse_withdrawn(register, keys)
        _write(register, entries, writing)


def _refuse_withdrawn(register: Register, keys: list[int]) -> None:
    """A fact about a row that was taken back would count all the same."""
    if not hasattr(register.model, "withdrawn_at"):
        return
    for some in chunks(keys):
        if register.model._default_manager.filter(pk__in=some, withdrawn_at__isnull=False).exists():
            raise AlreadyWithdrawn


@contextmanager
def _clashes_named() -> Iterator[None]:
    """All or nothing; what the database refuses because of another writer is a Clash."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Clash from error


def _write(register: Register, entries: list[RowEntry], writing: Writing) -> None:
    before = {id(entry): entry.row.pk for entry in entries if entry.row is not None}
    created = [entry for entry in entries if entry.row is None]
    if created:
        register.create(created, writing)
    fresh = {id(entry) for entry in created}
    for writer in register.writers:
        touched = [
            entry
            for entry in entries
            if any(
                entry.new.get(code) != entry.old.get(code, register.column(code).empty)
                for code in writer.columns
                if code in entry.new
            )
            and not (id(entry) in fresh and isinstance(writer, Attributes))
        ]
        if touched:
            writer.write(touched, writing)
    bulk.insert(
        [
            edit
            for entry in entries
            for edit in _edits(register, entry, writing, id(entry) in fresh, before.get(id(entry)))
        ]
    )


def _edits(
    register: Register, entry: RowEntry, writing: Writing, is_new: bool, before: int | None = None
) -> Iterator[Edit]:
    """`before`: the key of the row before it was written."""
    common: dict[str, Any] = {
        "change_set_id": writing.change_set.pk,
        "register": register.code,
        "row": entry.stored.pk,
        "facility_id": register.facility_of(entry.stored),
        "row_before": before if before != entry.stored.pk else None,
    }
    if is_new:
        yield Edit(**common, column="", old="", new=register.title(entry.new)[:300])
        return
    for column in register.columns:
        if column.code not in entry.new or not column.writable:
            continue
        if column.code in register.logged_elsewhere:
            continue
        old, new = entry.old.get(column.code, column.empty), entry.new[column.code]
        if old == new:
            continue
        yield Edit(
            **common,
            column=column.code,
            old=column.text(old),
            new=column.text(new),
            because=entry.because.get(column.code, "")[:500],
            document=entry.documents.get(column.code) or writing.document,
        )


@transaction.atomic
def withdraw_row(*, register: Register[Row], row: Row, change_set: ChangeSet, on: date) -> None:
    """Take a row back that was entered by mistake, with every fact about it. The change set needs a reason.

    Raises AlreadyWithdrawn if somebody else was first.
    """
    if not change_set.because:
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    lock(
        register, [row.pk]
    )  # what was written while this waited was recorded before it is withdrawn
    withdraw_rows(register, [row], writing_of(change_set, on=on))


@transaction.atomic
def withdraw_fact(
    *, register: Register[Row], row: Row, column: str, change_set: ChangeSet, on: date
) -> None:
    """Take back the one fact behind a cell, with all the cells that it fills. The change set needs a reason.

    What had been said before it holds again, where cells are dated. Raises AlreadyWithdrawn if the row
    or the fact is gone, Refused if what would be left cannot be so; nothing is withdrawn then.
    """
    if not change_set.because:
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    writer = register.writer_of(column)
    if writer is None or writer.withdrawn is None:
        raise ValidationError(_("There is nothing here to undo."), code="nothing")
    lock(register, [row.pk])
    _refuse_withdrawn(register, [row.pk])
    fact = writer.standing([row], on).get(row.pk)
    if fact is None:
        raise AlreadyWithdrawn
    reasons = {one.code: change_set.because for one in register.columns}
    if writer.withdrawn is Withdrawn.EMPTY:
        nothing = {code: register.column(code).empty for code in writer.columns}
        enter(
            register=register,
            row=row,
            values=nothing,
            change_set=change_set,
            on=on,
            because=reasons,
        )
        return
    old = register.values([row.pk], on)[row.pk]
    writing = writing_of(change_set, on=on)
    withdraw_all(type(fact), [fact], writing)
    entry = RowEntry(row, old, register.values([row.pk], on)[row.pk], because=reasons)
    if errors := register.problems([entry], on)[0].errors:
        raise Refused(errors, set())
    bulk.insert(list(_edits(register, entry, writing, is_new=False)))


def withdraw_rows(register: Register[Row], rows: list[Row], writing: Writing) -> None:
    """Take rows back with every fact about them: all or none.

    Raises AlreadyWithdrawn if somebody was first, Clash if another change set writes about them just now.
    """
    if not rows:
        return
    with _clashes_named():
        lock(register, [row.pk for row in rows])
        _withdraw(register, rows, writing)


def _withdraw(register: Register[Row], rows: list[Row], writing: Writing) -> None:
    register.refuse_withdrawal(rows)
    keys = [row.pk for row in rows]
    values = register.values(keys, writing.on)
    by_model: dict[type[Record], list[Record]] = defaultdict(list)
    for fact in register.facts_of_rows(rows):
        by_model[type(fact)].append(fact)
    for model, facts in by_model.items():
        withdraw_all(model, facts, writing)
    of_book = register.model
    if issubclass(of_book, Record | Entry):  # a facility only loses what describes it
        withdraw_all(of_book, [row for row in rows if isinstance(row, Record | Entry)], writing)
    register.take_back(rows, writing)
    bulk.insert(
        [
            Edit(
                change_set_id=writing.change_set.pk,
                register=register.code,
                row=row.pk,
                facility_id=register.facility_of(row),
                column="",
                old=register.title(values[row.pk])[:300],
                new="",
            )
            for row in rows
        ]
    )


@transaction.atomic
def undo(
    *, change_set: ChangeSet, registers: Mapping[str, Register], by: User, because: str, on: date
) -> ChangeSet:
    """Take back everything a change set wrote, as one of its own. Returns it.

    Raises ValidationError if the change set was taken back before, if it wrote no cell or is itself a
    taking back, or if somebody has since changed one of its cells: that later word is not
    overwritten.
    """
    if not because.strip():
        raise ValidationError({"because": _("Give the reason.")}, code="required")
    if ChangeSet.objects.filter(undoes=change_set).exists():
        raise ValidationError(_("This has been undone already."), code="undone")
    edits = list(Edit.objects.filter(change_set=change_set))
    if not edits or change_set.kind in (ChangeSet.Kind.UNDO, ChangeSet.Kind.BLANKING):
        raise ValidationError(_("There is nothing here to undo."), code="nothing")
    taking_back = begin(
        kind=ChangeSet.Kind.UNDO,
        by=by,
        because=because,
        undoes=change_set,
        facility=change_set.facility,
    )
    writing = writing_of(taking_back, on=on)
    by_register = defaultdict(list)
    for edit in edits:
        by_register[edit.register].append(edit)
    # What was written last may hang on what was written first.
    for code, edits in reversed(by_register.items()):
        _undo_in(registers[code], edits, writing)
    return taking_back


def _undo_in(register: Register, edits: list[Edit], writing: Writing) -> None:
    if any(edit.withdrew_the_row for edit in edits):
        raise ValidationError(
            _("What was withdrawn is not brought back. Enter it again."), code="withdrawn"
        )
    made = {edit.row for edit in edits if edit.made_the_row}
    cells: dict[int, dict[str, Edit]] = defaultdict(dict)
    for edit in edits:
        if edit.column:
            cells[edit.row][edit.column] = edit
    lock(register, [*made, *cells])
    rows = register.model._default_manager.in_bulk([*made, *cells])
    values = register.values(list(cells), writing.on)
    entries, moved = [], set()
    for key, changed in cells.items():
        now = values[key]
        is_gone = getattr(rows[key], "withdrawn_at", None) is not None
        if is_gone or any(register.column(c).text(now[c]) != e.new for c, e in changed.items()):
            moved.add(key)
            continue
        back = {c: register.column(c).value(edit.old) for c, edit in changed.items()}
        entries.append(RowEntry(rows[key], now, now | back))
    # What was written later and taken back itself stands in nobody's way.
    later = (
        Edit.objects.filter(register=register.code, change_set__undone_by=None)
        .exclude(change_set__kind=ChangeSet.Kind.UNDO)
        .exclude(change_set_id=edits[0].change_set_id)
    )
    for keys in chunks(sorted(made)):
        moved.update(later.filter(row__in=keys).values_list("row", flat=True))
    moved.update(key for key in made if getattr(rows[key], "withdrawn_at", None) is not None)
    if moved:
        raise ValidationError(
            _("%(count)s rows have been changed since. Correct those one by one.")
            % {"count": len(moved)},
            code="changed_since",
        )
    enter_rows(register, entries, writing)
    withdraw_rows(register, [rows[key] for key in sorted(made)], writing)
