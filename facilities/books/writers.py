"""How the cells of a column are read from the tables and written to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Expression, F, Model, OuterRef, Subquery

from facilities.exchange.columns import Value
from facilities.models import Act, Document, Record, User, Yardstick
from facilities.services import AlreadyWithdrawn


@dataclass(frozen=True)
class Writing:
    """What one act says about everything it writes. `on`: from which day names, targets, counts hold."""

    act: Act
    by: User
    at: datetime
    on: date
    because: str = ""
    document: Document | None = None
    source: str = ""


@dataclass
class RowEntry:
    """One row to be written: its values before and after. `row` None: a new one."""

    row: Model | None
    old: dict[str, Value]
    new: dict[str, Value]
    because: dict[str, str] = field(default_factory=dict)  # by column, where a warning asked for it
    documents: dict[str, Document] = field(default_factory=dict)  # by column, where one was attached
    number: int | None = None  # of the row in the file it came from

    @property
    def changed(self) -> list[str]:
        return [code for code in self.new if self.new[code] != self.old.get(code)]


class Writer:
    """Reads and writes some columns of a book together. `columns`: column code -> field."""

    columns: Mapping[str, str]
    is_fact = False  # its cells are rows of their own, with a paper, a check, a withdrawal

    def expression(self, code: str, on: date, known_at: datetime | None) -> Expression:
        """SQL for the value of a column of the book's row on a day."""
        raise NotImplementedError

    def write(self, entries: list[RowEntry], writing: Writing) -> None:
        """Write the columns of rows in which one of them has changed."""
        raise NotImplementedError

    def standing(self, rows: list[Model], on: date) -> dict[int, Record]:
        """The fact behind the cells of each row on a day, by the row's key; none for attributes."""
        return {}


@dataclass
class Attributes(Writer):
    """Plain columns of the row. `codes`: foreign keys that are written by their code: column -> path."""

    columns: Mapping[str, str]
    find: Mapping[str, Callable[[set[str]], Mapping[str, Model]]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    def expression(self, code, on, known_at):
        return F(self.codes.get(code, self.columns[code]))

    def write(self, entries, writing):
        self.fill(entries)
        rows = [entry.row for entry in entries]
        if rows:
            model = type(rows[0])
            derived = [f.name for f in model._meta.concrete_fields if hasattr(f, "derive")]
            model.objects.bulk_update(rows, [*self.columns.values(), *derived], batch_size=500)

    def fill(self, entries: list[RowEntry]) -> None:
        """Put the new values on the rows, unsaved."""
        found = {
            code: find({entry.new[code] for entry in entries if entry.new.get(code)})
            for code, find in self.find.items()
        }
        for entry in entries:
            for code, name in self.columns.items():
                if code not in entry.new:
                    continue
                value = entry.new[code]
                if code in found:
                    value = found[code].get(value)
                setattr(entry.row, name, value)


@dataclass
class Facts(Writer):
    """Facts of one kind about a row, at most one standing: withdrawn and recorded anew when changed.

    `link`: the field of the fact that leads to the book's row. `kind`: which facts of the model.
    `day`: the column that says the fact is there at all. `make(row, **fields)`: a new, unsaved fact.
    """

    model: type[Record]
    link: str
    columns: Mapping[str, str]
    day: str
    make: Callable[..., Record]
    kind: Mapping[str, object] = field(default_factory=dict)
    order: tuple[str, ...] = ("-happened_on", "-pk")

    is_fact = True

    def _rows(self, on, known_at=None):
        rows = self.model.objects.as_of(on, known_at).filter(**self.kind)
        return rows.order_by(*self.order)

    def expression(self, code, on, known_at):
        rows = self._rows(on, known_at).filter(**{self.link: OuterRef("pk")})
        return Subquery(rows.values(self.columns[code])[:1])

    def standing(self, rows, on):
        found: dict[int, Record] = {}
        keys = [row.pk for row in rows]
        facts = self._rows(on).filter(**{f"{self.link}__in": keys}).select_related("document")
        for fact in facts:
            found.setdefault(getattr(fact, f"{self.link}_id"), fact)
        return found

    def write(self, entries, writing):
        before = self.standing([entry.row for entry in entries], writing.at.date())
        gone = [before[entry.row.pk] for entry in entries if entry.row.pk in before]
        withdraw_all(self.model, gone, writing)
        self.model.objects.bulk_create(
            [
                self._made(entry, before.get(entry.row.pk), writing)
                for entry in entries
                if entry.new.get(self.day)
            ],
            batch_size=1000,
        )

    def _made(self, entry: RowEntry, before: Record | None, writing: Writing) -> Record:
        fields = {name: entry.new.get(code) for code, name in self.columns.items()}
        fact = self.make(entry.row, before, **fields)
        paper = next((entry.documents[c] for c in self.columns if c in entry.documents), None)
        return signed(fact, writing, paper)


@dataclass
class Dated(Writer):
    """A yardstick of a row: what it is called, by when something is planned. A new value is a new
    row from `writing.on` on; one that began on that very day is withdrawn."""

    model: type[Yardstick]
    link: str
    columns: Mapping[str, str]
    make: Callable[..., Yardstick]
    kind: Mapping[str, object] = field(default_factory=dict)
    value_of: Mapping[str, str] = field(default_factory=dict)  # column -> path to its written form

    is_fact = True

    def _rows(self, on, known_at=None):
        rows = self.model.objects.in_force(on, known_at).filter(**self.kind)
        return rows.order_by("-effective_from", "-recorded_at", "-pk")

    def expression(self, code, on, known_at):
        rows = self._rows(on, known_at).filter(**{self.link: OuterRef("pk")})
        return Subquery(rows.values(self.value_of.get(code, self.columns[code]))[:1])

    def standing(self, rows, on):
        found: dict[int, Record] = {}
        keys = [row.pk for row in rows]
        for row in self._rows(on).filter(**{f"{self.link}__in": keys}).select_related("document"):
            found.setdefault(getattr(row, f"{self.link}_id"), row)
        return found

    def write(self, entries, writing):
        keys = [entry.row.pk for entry in entries]
        same_day = self.model.objects.known().filter(
            **{f"{self.link}__in": keys}, **self.kind, effective_from=writing.on
        )
        withdraw_all(self.model, list(same_day), writing)
        rows = []
        for entry in entries:
            fields = {name: entry.new.get(code) for code, name in self.columns.items()}
            made = self.make(entry.row, writing, **fields)
            paper = next((entry.documents[c] for c in self.columns if c in entry.documents), None)
            rows.append(signed(made, writing, paper))
        self.model.objects.bulk_create(rows, batch_size=1000)


def withdraw_all(model: type[Record], facts: list[Record], writing: Writing) -> None:
    """Withdraw facts of one model in one statement. Raises AlreadyWithdrawn if another was first."""
    if not facts:
        return
    keys = [fact.pk for fact in facts]
    gone = 0
    for start in range(0, len(keys), 5000):
        gone += model.objects.filter(
            pk__in=keys[start : start + 5000], withdrawn_at__isnull=True
        ).update(
            withdrawn_at=writing.at,
            withdrawn_by=writing.by,
            withdrawn_because=(writing.because or writing.source or str(writing.act))[:500],
        )
    if gone != len(keys):
        raise AlreadyWithdrawn


def signed(fact: Record, writing: Writing, paper: Document | None = None) -> Record:
    """The fact with who wrote it down, when, and what proves it."""
    fact.recorded_by = writing.by
    fact.recorded_at = writing.at
    fact.document = paper or writing.document
    fact.source = writing.source[:300]
    return fact
