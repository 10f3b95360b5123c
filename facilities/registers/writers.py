"""How the cells of a column are read from the tables and written to them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, F, Model, OuterRef, QuerySet, Subquery, When
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from facilities import bulk
from facilities.exchange.columns import Value
from facilities.models import ChangeSet, DatedFact, Document, Entry, Record, User
from facilities.services import AlreadyWithdrawn

Row = TypeVar("Row", bound=Model)
Fact = TypeVar("Fact", bound=Record)
Key = TypeVar("Key", int, str)
Subject = TypeVar("Subject", bound=Hashable)

CHUNK = 5000  # keys named in one statement


class Stale(ValidationError):
    """Somebody changed the same cells meanwhile. `.cells`: column -> (value seen, value now)."""

    def __init__(self, cells: Mapping[str, tuple[Value, Value]]):
        self.cells = cells
        super().__init__(
            _("Somebody else has changed this meanwhile. Compare both versions and choose."),
            code="stale",
        )


@dataclass(frozen=True)
class Writing:
    """What one change set says about everything it writes. `on`: from which day names, targets, counts hold."""

    change_set: ChangeSet
    by: User
    at: datetime
    on: date
    because: str = ""
    document: Document | None = None
    source: str = ""

    def source_of(self, entry: "RowEntry | None") -> str:
        """Where the values of a row were taken from: of a file, which of its rows."""
        if entry is None or entry.number is None:
            return self.source
        return _("%(source)s, row %(row)s") % {"source": self.source, "row": entry.number}

    def import_key(self, entry: "RowEntry | None", column: str) -> str:
        """The mark of a fact that came by file: no change set writes the same cell of a row twice.

        It names the change set and not the file: a file that was taken back may be imported again.
        """
        if entry is None or entry.number is None:
            return ""
        return f"{self.change_set.pk.hex}:{entry.number}:{column}"


@dataclass
class RowEntry(Generic[Row]):
    """One row to be written: its values before and after. `row` None: a new one."""

    row: Row | None
    old: dict[str, Value]
    new: dict[str, Value]
    because: dict[str, str] = field(default_factory=dict)  # by column, where a warning asked for it
    documents: dict[str, Document] = field(
        default_factory=dict
    )  # by column, where one was attached
    number: int | None = None  # of the row in the file it came from
    has_paper: bool = False  # one comes with all that is written

    @property
    def stored(self) -> Row:
        """The row once it is there: writers come after `Register.create`."""
        if self.row is None:
            raise ValueError("this row has not been created")
        return self.row

    def day(self, code: str) -> date | None:
        """The new value of a column of days."""
        value = self.new.get(code)
        return value if isinstance(value, date) else None

    def number_in(self, code: str) -> int | None:
        """The new value of a column of counts or money."""
        value = self.new.get(code)
        return value if isinstance(value, int) else None

    def text(self, code: str) -> str:
        """The new value of any other column."""
        return str(self.new.get(code) or "")

    @property
    def identity(self) -> int:
        """Tells the row from every other, stored or not: keys are never negative."""
        return self.row.pk if self.row else -id(self)

    def is_second(self, holders: dict[Subject, int], subject: Subject) -> bool:
        """Whether another row, stored or before it in the same file, has what only one may have.

        `holders`: whose it is, by `RowEntry.identity`. What nobody had is this row's from now on.
        """
        return holders.setdefault(subject, self.identity) != self.identity

    @property
    def changed(self) -> list[str]:
        return [code for code in self.new if self.new[code] != self.old.get(code)]


class Withdrawn(StrEnum):
    """What a withdrawn fact leaves behind in its cells."""

    EMPTY = "empty"
    EARLIER = "earlier"  # what had been said before it holds again


class Writer:
    """Reads and writes some columns of a register together. `columns`: column code -> field."""

    columns: Mapping[str, str]
    is_fact = False  # its cells are rows of their own, with a paper, a check, a withdrawal
    # What a cell shows once the fact behind it is withdrawn by itself; None: it is not.
    withdrawn: Withdrawn | None = None

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable | None:
        """SQL for the value of a column of the register's row on a day; None if no SQL gives it."""
        raise NotImplementedError

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        """Write the columns of rows in which one of them has changed."""
        raise NotImplementedError

    def standing(
        self, rows: Sequence[Any], on: date, known_at: datetime | None = None
    ) -> Mapping[int, Record]:
        """The fact behind the cells of each row on a day, by the row's key; none for attributes."""
        return {}


@dataclass
class Attributes(Writer):
    """Plain columns of the row. `codes`: foreign keys written by their code: column -> path, or SQL."""

    columns: Mapping[str, str]
    find: Mapping[str, Callable[[set[str]], Mapping[str, Model]]] = field(default_factory=dict)
    codes: Mapping[str, str | Combinable] = field(default_factory=dict)

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable:
        found = self.codes.get(code, self.columns[code])
        return F(found) if isinstance(found, str) else found

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        changed = {code for entry in entries for code in entry.changed if code in self.columns}
        model = type(entries[0].stored)
        self._refuse_moved(model, entries, sorted(changed))
        self.fill(entries)
        derived = [f.name for f in model._meta.concrete_fields if hasattr(f, "derive")]
        names = [name for code, name in self.columns.items() if code in changed]
        bulk.update([entry.stored for entry in entries], [*names, *derived])

    def _refuse_moved(self, model: type[Model], entries: list[RowEntry], codes: list[str]) -> None:
        """Nothing tells apart two writings of one attribute but what each had before its eyes."""
        paths = [self.codes.get(code, self.columns[code]) for code in codes]
        old = {entry.stored.pk: entry.old for entry in entries}
        for keys in chunks(list(old)):
            for key, *values in model._default_manager.filter(pk__in=keys).values_list(
                "pk", *paths
            ):
                refuse_moved(old[key], dict(zip(codes, values, strict=True)))

    def fill(self, entries: list[RowEntry]) -> None:
        """Put the new values on the rows, unsaved."""
        found = {
            code: find({str(entry.new[code]) for entry in entries if entry.new.get(code)})
            for code, find in self.find.items()
        }
        for entry in entries:
            for code, name in self.columns.items():
                if code not in entry.new:
                    continue
                value = entry.new[code]
                setattr(
                    entry.row, name, found[code].get(str(value or "")) if code in found else value
                )


class Tabled(Writer):
    """What says its cells in rows of a table of their own, of each kind at most one of them at a time.

    `link`: the field of the table that leads to the register's row. `kind`: which of its rows. Several of
    them are read together, see `facilities.registers.reading`.
    """

    model: Any
    link: str
    kind: Mapping[str, object]
    order: tuple[str, ...]

    def _all(self, on: date, known_at: datetime | None) -> QuerySet[Any]:
        """What stands on the day, of every kind and in no order."""
        raise NotImplementedError

    def path(self, code: str) -> str | None:
        """Where in a row of the table the value of a column is; None: only `expression` tells."""
        return self.columns[code]

    def cells(self, codes: Collection[str]) -> dict[str, str]:
        """Column to path, of those among the columns that stand in the table as they are."""
        paths = {code: self.path(code) for code in self.columns if code in codes}
        return {code: path for code, path in paths.items() if path is not None}

    @property
    def _order(self) -> tuple[str, ...]:
        # Of what happens once, nobody asks for an order.
        return self.order or type(self).order

    @property
    def kinds(self) -> tuple[object, ...]:
        """What `kind` says, other rows by their keys."""
        return tuple(one.pk if isinstance(one, Model) else one for one in self.kind.values())

    @property
    def table(self) -> Hashable:
        """The same for all whose rows are read together."""
        return self.model, self.link, self._order, tuple(self.kind), type(self)._all

    def rows_of_all(
        self,
        alike: Sequence["Tabled"],
        keys: list[int],
        on: date,
        known_at: datetime | None = None,
    ) -> QuerySet[Any]:
        """What stands about these rows of the register, of the kinds of all who are alike, newest first."""
        kinds = {
            f"{name}__in": sorted({writer.kinds[place] for writer in alike}, key=str)
            for place, name in enumerate(self.kind)
        }
        rows = self._all(on, known_at).filter(**{f"{self.link}__in": keys}, **kinds)
        return rows.order_by(*self._order)

    def _rows(self, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
        return self._all(on, known_at).filter(**self.kind).order_by(*self.order)


@dataclass
class Facts(Tabled):
    """Facts of one kind about a row, at most one standing: withdrawn and recorded anew when changed.

    `link`: the field of the fact that leads to the register's row. `kind`: which facts of the model.
    `day`: the column that says the fact is there at all. `make(row, **fields)`: a new, unsaved fact.
    """

    model: type[DatedFact]
    link: str
    columns: Mapping[str, str]
    day: str
    make: Callable[..., DatedFact]
    kind: Mapping[str, object] = field(default_factory=dict)
    order: tuple[str, ...] = ("-happened_on", "-pk")

    is_fact = True
    withdrawn = Withdrawn.EMPTY

    def _all(self, on: date, known_at: datetime | None) -> QuerySet[DatedFact]:
        return self.model.objects.as_of(on, known_at)

    def expression(self, code: str, on: date, known_at: datetime | None) -> Subquery:
        rows = self._rows(on, known_at).filter(**{self.link: OuterRef("pk")})
        return Subquery(rows.values(self.columns[code])[:1])

    def standing(
        self, rows: Sequence[Any], on: date, known_at: datetime | None = None
    ) -> dict[int, DatedFact]:
        found: dict[int, DatedFact] = {}
        keys = [row.pk for row in rows]
        facts = (
            self._rows(on, known_at).filter(**{f"{self.link}__in": keys}).select_related("document")
        )
        for fact in facts:
            found.setdefault(getattr(fact, f"{self.link}_id"), fact)
        return found

    def known(self, entries: list[RowEntry]) -> dict[int, list[DatedFact]]:
        """Every fact that stands about the rows, the one shown first; whatever its day."""
        found: dict[int, list[DatedFact]] = defaultdict(list)
        facts = self.model.objects.known().filter(**self.kind).order_by(*self.order)
        for keys in chunks([entry.stored.pk for entry in entries]):
            for fact in facts.filter(**{f"{self.link}__in": keys}):
                found[getattr(fact, f"{self.link}_id")].append(fact)
        return found

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        known = self.known(entries)
        gone, made = [], []
        for entry in entries:
            before = next(iter(known[entry.stored.pk]), None)
            self.refuse_moved(entry, before)
            if before:
                gone.append(before)
            if entry.new.get(self.day):
                made.append(self.made(entry, before, writing))
        withdraw_all(self.model, gone, writing)
        bulk.insert(made)

    def refuse_moved(self, entry: RowEntry, before: DatedFact | None) -> None:
        now = {
            code: before.serializable_value(name) if before else None
            for code, name in self.columns.items()
        }
        refuse_moved(entry.old, now)

    def made(
        self, entry: RowEntry, before: DatedFact | None, writing: Writing, **more: object
    ) -> DatedFact:
        """The fact that says what is new. A day mended leaves it proven by the same paper."""
        fields = {name: entry.new.get(code) for code, name in self.columns.items()}
        fact = self.make(entry.row, before, **fields, **more)
        paper = next((entry.documents[c] for c in self.columns if c in entry.documents), None)
        signed(fact, writing, paper, entry, self.day)
        if before and not fact.document_id:
            fact.document_id = before.document_id
        return fact


@dataclass
class Dated(Tabled):
    """A yardstick of a row: what it is called, by when something is planned. A new value is a new
    row from `writing.on` on; one that began on that very day is withdrawn."""

    model: Any  # a class of yardsticks, or of facts whose latest one holds
    link: str
    columns: Mapping[str, str]
    make: Callable[..., Any]
    kind: Mapping[str, object] = field(default_factory=dict)
    value_of: Mapping[str, str] = field(default_factory=dict)  # column -> path to its written form

    is_fact = True
    withdrawn = Withdrawn.EARLIER
    since = "effective_from"  # the field with the first day
    order = ("-effective_from", "-recorded_at", "-pk")

    def _all(self, on: date, known_at: datetime | None) -> QuerySet[Any]:
        return self.model.objects.in_force(on, known_at)

    def path(self, code: str) -> str | None:
        return self.value_of.get(code, self.columns[code])

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable:
        rows = self._rows(on, known_at).filter(**{self.link: OuterRef("pk")})
        return Subquery(rows.values(self.value_of.get(code, self.columns[code]))[:1])

    def standing(
        self, rows: Sequence[Any], on: date, known_at: datetime | None = None
    ) -> dict[int, Record]:
        found: dict[int, Record] = {}
        keys = [row.pk for row in rows]
        standing = self._rows(on, known_at).filter(**{f"{self.link}__in": keys})
        for row in standing.select_related("document"):
            found.setdefault(getattr(row, f"{self.link}_id"), row)
        return found

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        self._refuse_moved(entries, writing.on)
        keys = [entry.stored.pk for entry in entries]
        same_day = self.model.objects.known().filter(
            **{f"{self.link}__in": keys}, **self.kind, **{self.since: writing.on}
        )
        gone = {row.pk: row for row in same_day}
        rows: list[Record] = []
        emptied: list[Model] = []
        for entry in entries:
            fields = {name: entry.new.get(code) for code, name in self.columns.items()}
            if all(value in (None, "") for value in fields.values()):
                emptied.append(entry.stored)
                continue
            made = self.make(entry.row, writing, **fields)
            paper = next((entry.documents[c] for c in self.columns if c in entry.documents), None)
            rows.append(signed(made, writing, paper, entry, next(iter(self.columns))))
        # Nothing can hold from a day on but a value: without one, what was entered is taken back.
        gone |= {row.pk: row for row in self.standing(emptied, writing.on).values()}
        withdraw_all(self.model, list(gone.values()), writing)
        bulk.insert(rows)

    def _refuse_moved(self, entries: list[RowEntry], on: date) -> None:
        codes = list(self.columns)
        told = {f"told_{n}": self.expression(code, on, None) for n, code in enumerate(codes)}
        old = {entry.stored.pk: entry.old for entry in entries}
        for keys in chunks(list(old)):
            rows = type(entries[0].stored)._base_manager.filter(pk__in=keys).annotate(**told)
            for key, *values in rows.values_list("pk", *told):
                refuse_moved(old[key], dict(zip(codes, values, strict=True)))


@dataclass
class DatedYesNo(Dated):
    """Where the table says true or false, the cell says yes or no."""

    def _is_yes_no(self, name: str) -> bool:
        return isinstance(self.model._meta.get_field(name), BooleanField)

    def path(self, code: str) -> str | None:
        return None if self._is_yes_no(self.columns[code]) else super().path(code)

    def expression(self, code: str, on: date, known_at: datetime | None) -> Combinable:
        name = self.columns[code]
        if not self._is_yes_no(name):
            return super().expression(code, on, known_at)
        rows = self._rows(on, known_at).filter(**{self.link: OuterRef("pk")})
        word = Case(
            When(**{name: True}, then=Literal("yes")), When(**{name: False}, then=Literal("no"))
        )
        return Subquery(rows.annotate(word=word).values("word")[:1])


@dataclass
class Latest(Dated):
    """A fact of a row of which the latest holds: on which level it is. What is written is a fact of the day."""

    since = "happened_on"
    order = ("-happened_on", "-recorded_at", "-pk")

    def _all(self, on: date, known_at: datetime | None) -> QuerySet[Any]:
        return self.model.objects.as_of(on, known_at)


def chunks(keys: list[Key]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def refuse_moved(seen: Mapping[str, Value], now: Mapping[str, Value]) -> None:
    """Raises Stale if a cell holds another value than the one that was seen when it was judged."""
    moved = {
        code: (seen.get(code), value)
        for code, value in now.items()
        if (seen.get(code) or None) != (value or None)
    }
    if moved:
        raise Stale(moved)


def withdraw_all(
    model: type[Record] | type[Entry], facts: Sequence[Record | Entry], writing: Writing
) -> None:
    """Withdraw facts of one model in one statement. Raises AlreadyWithdrawn if another was first."""
    if not facts:
        return
    gone = 0
    for keys in chunks([fact.pk for fact in facts]):
        gone += model.objects.filter(pk__in=keys, withdrawn_at__isnull=True).update(
            withdrawn_at=writing.at,
            withdrawn_by=writing.by,
            withdrawn_because=(writing.because or writing.source or str(writing.change_set))[:500],
        )
    if gone != len(facts):
        raise AlreadyWithdrawn


def signed(
    fact: Fact,
    writing: Writing,
    paper: Document | None = None,
    entry: RowEntry | None = None,
    column: str = "",
) -> Fact:
    """The fact with who wrote it down, when, and what proves it.

    `entry`, `column`: the row and the column it was made of, so that a fact names its row of a file.
    """
    fact.recorded_by_id = writing.by.pk
    fact.recorded_at = writing.at
    fact.document = paper or writing.document
    fact.source = writing.source_of(entry)[:300]
    fact.import_key = writing.import_key(entry, column)
    return fact
