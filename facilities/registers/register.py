"""A register: one kind of rows, with the columns that everybody who reads or writes them goes by."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from facilities.choosing import AREAS, FACILITIES
from facilities.exchange.columns import Column, Kind, Value
from facilities.folding import fold
from facilities.models import ExternalCode, FacilityName, Record
from facilities.models.facts import EntryQuerySet
from facilities.registers.choices import (
    FACILITY_HEADINGS,
    NamesOfDay,
    area_names,
    facility_names,
    names_for,
)
from facilities.registers.reading import apart, told
from facilities.registers.steps import Part, Step
from facilities.registers.writers import Attributes, Row, RowEntry, Writer, Writing, chunks
from facilities.services import HAPPENED

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Whose names a page offers where the choices are too many to list.
SUGGESTED: dict[Callable[[], Mapping[str, Any]], str] = {
    facility_names: FACILITIES,
    area_names: AREAS,
}
PREFIX = "v_"  # of the SQL names of columns, so that none meets a field of the model
SORTED_BY = "sorted_by"
MOST_KEYS = 500  # facilities that a search names one by one


def sql_name(code: str) -> str:
    return PREFIX + code.replace("-", "_").replace(":", "_")


@dataclass
class Problems:
    """What is wrong with the new values of a row, by column ("" is the row as a whole).

    Errors refuse it. Warnings ask for a reason: a number above the norm, days in an odd order.
    """

    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, column: str, text: str) -> None:
        self.errors.setdefault(column, []).append(text)

    def warn(self, column: str, text: str) -> None:
        self.warnings.setdefault(column, []).append(text)


class Register(Generic[Row]):
    """Subclasses set the attributes and, where they have more rules, `check` and `create`."""

    code: str  # in addresses
    label: "StrOrPromise"  # lazy: what the list is called
    row_label: "StrOrPromise"  # lazy: what one row is called
    model: type[Row]
    # Each way to find the row a file speaks of: the first whose columns are all filled in.
    keys: tuple[tuple[str, ...], ...] = ()
    search_path = "search_key"  # of the model; "" if only the facility's name is searched
    facility_path: str = "facility"  # from the row to its facility; "" if the row is the facility
    is_by_facility: bool = True  # whether each row belongs to a facility
    sorts: Mapping[str, str] = {}  # column -> path to sort by instead of its value
    default_sort = "pk"
    found_sort = ""  # of what a search finds, where that is not the order of the list
    makes_rows = True  # whether new rows may be entered
    # Columns that another register writes and logs, in the same change set.
    logged_elsewhere: frozenset[str] = frozenset()
    # Headings, folded, of what must never be kept: a file that has one is refused before it is stored.
    forbidden: frozenset[str] = frozenset()

    # Properties, since registers of changing columns compute them.
    @property
    def columns(self) -> tuple[Column, ...]:
        return ()

    @property
    def writers(self) -> tuple[Writer, ...]:
        """What reads and writes the cells."""
        return ()

    @property
    def takes_files(self) -> bool:
        """Whether a file can be brought to it; some registers are only computed."""
        return bool(self.keys) and any(column.writable for column in self.columns)

    # --- Reading ------------------------------------------------------------------------

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Row]:
        """The rows of the register on a day, without the values of their columns."""
        rows = self.model._default_manager.all()
        return rows.standing(known_at) if isinstance(rows, EntryQuerySet) else rows

    @property
    def facility_id_path(self) -> str:
        return f"{self.facility_path}_id" if self.facility_path else "pk"

    def of_facilities(
        self, rows: QuerySet[Row], facility_ids: Iterable[int] | None
    ) -> QuerySet[Row]:
        """The rows of these facilities; None: all."""
        if facility_ids is None:
            return rows
        return rows.filter(**{f"{self.facility_id_path}__in": list(facility_ids)})

    def writer_of(self, code: str) -> Writer | None:
        return next((writer for writer in self.writers if code in writer.columns), None)

    def has_sql(self, code: str) -> bool:
        """Whether rows can be filtered and sorted by the column."""
        return self.writer_of(code) is not None

    def expression(
        self, code: str, on: date, known_at: datetime | None = None
    ) -> Combinable | None:
        """SQL for a column; None for one that is computed after reading."""
        writer = self.writer_of(code)
        return writer.expression(code, on, known_at) if writer else None

    def with_columns(
        self, rows: QuerySet[Row], codes: Iterable[str], on: date, known_at: datetime | None = None
    ) -> QuerySet[Row]:
        """Rows that can be filtered and sorted by `sql_name(code)` of these columns."""
        found = {code: self.expression(code, on, known_at) for code in codes}
        return rows.alias(**{sql_name(c): e for c, e in found.items() if e is not None})

    def narrowed(
        self,
        rows: QuerySet[Row],
        code: str,
        values: list[str],
        on: date,
        known_at: datetime | None = None,
    ) -> QuerySet[Row]:
        """Rows among which are all that have one of the values in a column, where an index finds those.

        The column itself is asked besides. By default nothing is known beforehand.
        """
        return rows

    def values(
        self,
        keys: list[int],
        on: date,
        known_at: datetime | None = None,
        codes: Iterable[str] | None = None,
    ) -> dict[int, dict[str, Value]]:
        """The values of some rows on a day, by key and in the order of `keys`: a fixed number of queries."""
        chosen = None if codes is None else set(codes)
        wanted = [c for c in self.columns if chosen is None or c.code in chosen]
        empties = {column.code: column.empty for column in wanted}
        tables = apart(self.writers, empties)
        elsewhere = {code for table in tables for one in table for code in one.cells(empties)}
        expressions = {
            code: self.expression(code, on, known_at) for code in empties if code not in elsewhere
        }
        in_sql = {code: e for code, e in expressions.items() if e is not None}
        rows = self.model._default_manager.filter(pk__in=keys).annotate(
            **{sql_name(code): e for code, e in in_sql.items()}
        )
        names = [sql_name(code) for code in in_sql]
        found = {
            key: empties
            | {code: v for code, v in zip(in_sql, values, strict=True) if v is not None}
            for key, *values in rows.values_list("pk", *names)
        }
        for table in tables:
            for key, more in told(table, empties, list(found), on, known_at).items():
                found[key] |= more
        if empties.keys() - in_sql.keys() - elsewhere:
            for key, more in self.computed(list(found), on, known_at).items():
                found[key] |= {code: v for code, v in more.items() if code in empties}
        return {key: found[key] for key in keys if key in found}

    def order(self, code: str, on: date, known_at: datetime | None = None) -> Combinable:
        """SQL to sort by a column: facilities by their names, as a dictionary does."""
        if code in self.sorts:
            return F(self.sorts[code])
        if code == "facility":
            names = FacilityName.objects.in_force(on, known_at).filter(
                facility=OuterRef(self.facility_id_path)
            )
            newest = names.order_by("-effective_from", "-recorded_at", "-pk")
            return Subquery(newest.values("sort_key")[:1])
        found = self.expression(code, on, known_at)
        return F(code) if found is None else found

    def in_order(
        self, rows: QuerySet[Row], sort: str, on: date, known_at: datetime | None = None
    ) -> QuerySet[Row]:
        """Rows sorted by a column, "-" before its code for descending; where it is empty, last."""
        keyed = rows.alias(**{SORTED_BY: self.order(sort.removeprefix("-"), on, known_at)})
        if sort.startswith("-"):
            return keyed.order_by(F(SORTED_BY).desc(nulls_last=True), "-pk")
        return keyed.order_by(F(SORTED_BY).asc(nulls_last=True), "pk")

    def keys_in_order(
        self,
        rows: QuerySet[Row],
        sort: str,
        places: range,
        on: date,
        known_at: datetime | None = None,
    ) -> list[int]:
        """The keys of the rows in these places of that order."""
        rows = self.in_order(rows, sort, on, known_at)
        return list(rows.values_list("pk", flat=True)[places.start : places.stop])

    def computed(
        self, keys: list[int], on: date, known_at: datetime | None = None
    ) -> dict[int, dict[str, Value]]:
        """Values of the columns that no SQL gives."""
        return {}

    def search(self, rows: QuerySet[Row], text: str, on: date) -> QuerySet[Row]:
        """Rows in which every word is found, in the row or in a name or code of the facility; no accents."""
        for word in fold(text).split()[:6]:
            names = (
                FacilityName.objects.in_force(on)
                .filter(Q(search_key__contains=word) | Q(facility__code__contains=word))
                .order_by()
                .values_list("facility_id", flat=True)
            )
            codes = (
                ExternalCode.objects.in_force(on)
                .filter(search_key__contains=word)
                .order_by()
                .values_list("facility_id", flat=True)
            )
            # The facilities first: a list of keys lets the indexes of both sides be used. Where
            # they are very many, most rows are found anyway.
            keys = [*names.distinct()[: MOST_KEYS + 1], *codes[: MOST_KEYS + 1]]
            found = Q(**{f"{self.facility_id_path}__in": keys})
            if len(keys) > MOST_KEYS:
                path = f"{self.facility_id_path}__in"
                found = Q(**{path: names}) | Q(**{path: codes})
            if self.search_path:
                found |= Q(**{f"{self.search_path}__contains": word})
            rows = rows.filter(found)
        return rows

    def totals(
        self, rows: QuerySet[Row], on: date, known_at: datetime | None = None
    ) -> list[tuple[str, int]]:
        """Sums of the rows a filter leaves, beside their number: (label, sum)."""
        return []

    # The columns of which `title` and `named` speak, where they are not the first alone.
    named_by: tuple[str, ...] = ()

    @property
    def naming(self) -> tuple[str, ...]:
        """The columns that are read where nothing but the name of a row is asked."""
        is_first = type(self).title is Register.title
        codes = tuple(column.code for column in self.columns)
        return self.named_by or (codes[:1] if is_first else codes)

    def title(self, values: Mapping[str, Value]) -> str:
        """What one row is called on its page, by the columns of `named_by`."""
        return str(values.get(self.columns[0].code, ""))

    def bound(
        self,
        *,
        with_names: bool = True,
        on: date | None = None,
        places: Iterable[int] | None = None,
    ) -> tuple[Column, ...]:
        """The columns for one request: choices asked once, names left out where they are not seen.

        `on`: the day whose names facilities bear; None: today's. `places`: where the reader writes, if
        facilities are to be chosen; None: everywhere.
        """
        found = []
        names = names_for(on, places)
        for column in self.columns:
            if column.personal and not with_names:
                continue
            ask = column.choices
            if ask is not None:
                is_facility = ask is facility_names
                if is_facility and not column.aliases:
                    column = replace(column, aliases=self._facility_headings())
                known = (lambda: names) if is_facility else _known(ask())
                column = replace(column, choices=known, suggests=SUGGESTED.get(ask, ""))
            found.append(column)
        return tuple(found)

    def prepare(self, columns: Iterable[Column], rows: Iterable[Mapping[str, Value]]) -> None:
        """Read at once the names of the facilities in these rows, for columns of `bound`."""
        codes = [c.code for c in columns if c.suggests == FACILITIES]
        names = next((c.choices() for c in columns if c.suggests == FACILITIES and c.choices), None)
        if isinstance(names, NamesOfDay):
            names.prepare(str(row.get(code) or "") for row in rows for code in codes)

    def _facility_headings(self) -> tuple[str, ...]:
        """What sheets call the column of facilities, but for what another column here is called."""
        others = [column for column in self.columns if column.choices is not facility_names]
        taken = {fold(text) for one in others for text in (str(one.label), *one.aliases)}
        return tuple(text for text in FACILITY_HEADINGS if fold(text) not in taken)

    def at_first(self, columns: Iterable[Column]) -> list[Column]:
        """Those of the columns that a list shows unless its reader chooses.

        Where rows have a name in each language, each reader sees that of the own.
        """
        columns = list(columns)
        found = [column for column in columns if column.shown]
        english = next((column for column in columns if column.code == "name-en"), None)
        if english is None or not (get_language() or "vi").startswith("en"):
            return found
        return [english if column.code == "name-vi" else column for column in found]

    def named(
        self, values: Mapping[str, Value], columns: Iterable[Column], *, with_names: bool = True
    ) -> str:
        """The title in words, by columns of `bound`: a facility's name rather than its code.

        `with_names` False: no name of a person, for what browsers keep.
        """
        title, first = self.title(values), self.columns[0]
        if first.choices is None or title != str(values.get(first.code, "")):
            return title
        return next((c.show(title) for c in columns if c.code == first.code), title)

    def column(self, code: str) -> Column:
        return next(column for column in self.columns if column.code == code)

    # --- The way of a row ---------------------------------------------------------------

    def way(self, row: Row, values: Mapping[str, Value], on: date) -> tuple[Step, ...]:
        """The steps of a row on a day, in their order; none where rows go no way."""
        return ()

    def parts(self, values: Mapping[str, Value]) -> tuple[Part, ...]:
        """How a form groups the cells of a row; without parts they stand in one group."""
        return ()

    # --- Judging ------------------------------------------------------------------------

    def context(self, entries: list[RowEntry[Row]], on: date) -> Any:
        """What `check` needs to know beside the row, read once for many rows."""
        return None

    def check(self, entry: RowEntry[Row], problems: Problems, context: Any, on: date) -> None:
        """Rules of this register. `on`: the day of writing."""

    def problems(self, entries: list[RowEntry[Row]], on: date) -> list[Problems]:
        """For each row, what is wrong with its new values."""
        context = self.context(entries, on)
        return [self._problems(entry, context, on) for entry in entries]

    def _problems(self, entry: RowEntry[Row], context: Any, on: date) -> Problems:
        problems = Problems()
        changed = set(entry.changed)
        for column in self.columns:
            value = entry.new.get(column.code)
            if column.required and value in (None, ""):
                problems.refuse(column.code, _("Fill this in."))
            if column.code not in changed or value in (None, ""):
                continue
            writer = self.writer_of(column.code)
            if column.kind == Kind.DAY and isinstance(value, date) and writer and writer.is_fact:
                self.check_day(column, value, writer, problems, on)
            if isinstance(value, str) and len(value) > column.max_length:
                problems.refuse(
                    column.code,
                    _("At most %(limit)s characters; there are %(count)s.")
                    % {"limit": column.max_length, "count": len(value)},
                )
        self.check(entry, problems, context, on)
        return problems

    def check_day(
        self, column: Column, day: date, writer: Writer, problems: Problems, on: date
    ) -> None:
        """What has happened has happened by the day of writing; a plan may be ahead."""
        if writer.columns[column.code] in HAPPENED and day > on:
            problems.refuse(
                column.code, _("This day is still to come. Record it once it has happened.")
            )

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry[Row]], writing: Writing) -> None:
        """Store new rows and put them on their entries, with their describing attributes."""
        attributes = next(w for w in self.writers if isinstance(w, Attributes))
        for entry in entries:
            entry.row = self.model()
        attributes.fill(entries)
        self.model._default_manager.bulk_create([e.stored for e in entries], batch_size=1000)

    def facility_of(self, row: Row) -> int | None:
        """The facility a row belongs to."""
        return getattr(row, f"{self.facility_path}_id") if self.facility_path else row.pk

    def facts_of(self, row: Row) -> list[Record]:
        """Every standing fact about the row, to be withdrawn with it."""
        return self._facts_about([row])

    def facts_of_rows(self, rows: list[Row]) -> list[Record]:
        """The same for many rows: a query for each kind of fact, unless a register has rules of its own."""
        if type(self).facts_of is not Register.facts_of:
            return [fact for row in rows for fact in self.facts_of(row)]
        return self._facts_about(rows)

    def refuse_withdrawal(self, rows: list[Row]) -> None:
        """Raises ValidationError if something else has come to depend on these rows."""

    def take_back(self, rows: list[Row], writing: Writing) -> None:
        """What goes with rows that know no withdrawal; by default they stay."""

    def _facts_about(self, rows: list[Row]) -> list[Record]:
        found: list[Record] = []
        for relation in self.model._meta.related_objects:
            related = relation.related_model
            if issubclass(related, Record):
                for keys in chunks([row.pk for row in rows]):
                    found += related.objects.known().filter(**{f"{relation.field.name}__in": keys})
        return found


def _known(
    choices: "Mapping[str, StrOrPromise]",
) -> "Callable[[], Mapping[str, StrOrPromise]]":
    """Choices of a column that have been asked already."""
    asked = dict(choices)
    return lambda: asked
