"""What a table would change in a register: row by row, before anything is stored."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db.models import F
from django.utils.translation import gettext as _

from facilities.exchange.abbreviations import by_loose_name, loose
from facilities.exchange.cells import BadCell, padded, parser
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.day_columns import DayCells
from facilities.exchange.headers import Heading
from facilities.exchange.outcomes import Compared, Problem
from facilities.exchange.spoiled import lost_letters
from facilities.exchange.tables import Cell, Row, excerpt
from facilities.folding import fold
from facilities.models import Facility
from facilities.naming import areas_by_external_code, facilities_by_external_code
from facilities.registers.choices import area_names, codes_by_name, facility_names, names_on
from facilities.registers.register import Register, sql_name
from facilities.registers.writers import Dated, RowEntry

CHUNK = 1000  # rows compared at once

# Written into a cell, they take its value away; an empty cell leaves the value as it is.
CLEARING = frozenset({"xoa", "delete"})

_Words = tuple[Value, ...]  # what stands in the columns of a key
_Key = tuple[tuple[str, ...], _Words]

OWNER = "facility"  # the column of a register that says whose its row is


@dataclass(frozen=True, slots=True)
class _Hit:
    """A row of the register that a row of the table may mean, with whatever says which it is."""

    pk: int
    facility: int | None
    values: dict[str, Value]


def reader_of(column: Column, on: date) -> Callable[[Cell], Value]:
    """Reads the cells of a column.

    A facility answers to its name of the day, then to any it has borne, then to what other systems call
    it on the day, then to a name shortened as people do; an area to its code in such a system. A number
    that Excel made of a code means the code with its leading zeros.
    """
    if column.choices is facility_names:
        parse = parser(replace(column, choices=lambda: names_on(on)))
        ever, elsewhere = codes_by_name(), facilities_by_external_code(on)
    elif column.choices is area_names:
        parse, ever, elsewhere = parser(column), {}, areas_by_external_code(on)
    else:
        return parser(column)
    widths = sorted({len(code) for code in elsewhere})
    shortened: dict[str, Mapping[str, set[str]]] = {}  # made once somebody shortens a name

    def by_loose(text: str) -> set[str]:
        if not shortened:
            shortened["names"] = by_loose_name(ever)
        return shortened["names"].get(loose(text), set())

    def meant(cell: Cell) -> set[str]:
        if isinstance(cell, str):
            return ever.get(fold(cell)) or elsewhere.get(fold(cell)) or by_loose(cell)
        if not isinstance(cell, int | float | Decimal) or isinstance(cell, bool):
            return set()
        told = {padded(cell, width) for width in widths}
        return {code for text in told for code in elsewhere.get(text, ())}

    def parse_named(cell: Cell) -> Value:
        try:
            return parse(cell)
        except BadCell:
            if len(codes := meant(cell)) == 1:
                return next(iter(codes))
            raise

    return parse_named


def refuse_lost(cell: Cell) -> None:
    """Raises BadCell for a text in which letters became question marks."""
    if isinstance(cell, str) and "?" in cell and lost_letters(cell):
        raise BadCell(_("A question mark stands for a letter that was lost. Type the text again."))


class Comparison:
    """Compares the rows of one table with one register on one day.

    `facility_ids`: whose rows may be written, None for all. Rows of others are refused without a
    word about what they hold. `of_department`: they are kept, plans and all, not reported by an
    officer.
    """

    def __init__(
        self,
        register: Register,
        heading: Heading,
        *,
        on: date,
        facility_ids: Iterable[int] | None = None,
        of_department: bool = False,
        with_names: bool = True,
    ):
        self.register, self.heading, self.on = register, heading, on
        bound = register.bound(with_names=with_names, on=on)
        self.columns = {column.code: column for column in bound}
        # Whatever says which row is meant.
        keys = self.identifying = list(dict.fromkeys(c for key in register.keys for c in key))
        # Not the bound columns: those know their choices in the reader's language alone.
        self.read = {
            place: (self.columns[code], reader_of(register.column(code), on))
            for place, code in heading.columns.items()
            if self.columns[code].writable or code in keys
        }
        self.places = {code: place for place, code in heading.columns.items()}
        self.facility_ids = None if facility_ids is None else frozenset(facility_ids)
        self.facilities = (
            set(Facility.objects.filter(pk__in=self.facility_ids).values_list("code", flat=True))
            if self.facility_ids is not None
            else None
        )
        # What is planned, and what things are called, is the Department's to write.
        plans = (writer for writer in register.writers if isinstance(writer, Dated))
        reported = self.facilities is not None and not of_department
        self._closed = {c for w in plans for c in w.columns} if reported else ()
        self._of_department = of_department
        self.empties = {column.code: column.empty for column in register.columns}
        self._base = register.base(on)
        self._days: dict[str, DayCells] = {}
        self.rows_seen = 0  # by `repeated`: how many there are to compare
        self._seen: dict[int, int] = {}  # key of a row of the register -> row of the table
        # The facility that rows belong to unless they say otherwise: an officer speaks for one.
        self._own_code = ""
        if reported and self.facilities and len(self.facilities) == 1 and OWNER in self.columns:
            self._own_code = next(iter(self.facilities))
        given = {*self.places, *([OWNER] if self._own_code else [])}
        # The ways to find a row that the headings of the table allow.
        self.usable_keys = [key for key in register.keys if given.issuperset(key)]

    # --- Reading the cells --------------------------------------------------------------

    def repeated(self, rows: Iterable[Row]) -> dict[int, int]:
        """Rows that speak of the same row of the register: number of each -> number of another one.

        Walks the whole table and keeps only what says which row is meant.
        """
        read = {p: pair for p, pair in self.read.items() if pair[0].code in self.identifying}
        first: dict[_Key, int] = {}
        twice: dict[int, int] = {}
        for number, cells in rows:
            self.rows_seen += 1
            compared = self._parsed(number, cells, read)
            key = self._key(compared.values)
            if key is None or compared.problems:
                continue
            if key in first:
                twice[number] = first[key]
                twice.setdefault(first[key], number)
            else:
                first[key] = number
        return twice

    def notices(self) -> list[str]:
        """What is odd about whole columns, once the rows were compared."""
        found = []
        for code, days in self._days.items():
            if told := days.told(self.columns[code].heading()):
                found.append(told)
        return found

    def _parsed(self, number: int, cells: Sequence[Cell], read: Mapping) -> Compared:
        found = Compared(number, tuple(cells))
        for place, (column, parse) in read.items():
            cell = cells[place] if place < len(cells) else None
            if cell is None or cell == "":
                continue
            if isinstance(cell, str) and fold(cell) in CLEARING:
                found.cleared.add(column.code)
                continue
            if column.kind == Kind.DAY:
                self._days.setdefault(column.code, DayCells()).add(number, cell)
            try:
                found.values[column.code] = parse(cell)
                refuse_lost(cell)
            except BadCell as error:
                told = Problem(column.code, place, excerpt(str(cell)), str(error), error.offer)
                found.problems.append(told)
        if self._own_code and not found.values.get(OWNER):
            found.values[OWNER] = self._own_code
        return found

    def _key(self, values: Mapping[str, Value]) -> _Key | None:
        """Which row is meant: the first key that is filled in; else the one that is so most."""
        for key in self.usable_keys:
            if all(values.get(code) not in (None, "") for code in key):
                return (key, tuple(values[code] for code in key))
        given = {
            key: {code for code in key if values.get(code) not in (None, "")}
            for key in self.usable_keys
        }
        key = max(given, key=lambda key: len(given[key]), default=())
        if not given.get(key, set()) - {OWNER}:
            return None
        return (key, self._values_of(key, values))

    # --- Comparing ----------------------------------------------------------------------

    def compare(
        self, rows: Iterable[Row], repeated: Mapping[int, int], chunk: int = CHUNK
    ) -> Iterator[list[Compared]]:
        """The rows of the table in chunks, each compared by a fixed number of queries."""
        rows = iter(rows)
        while some := list(islice(rows, chunk)):
            yield self._compared(some, repeated)

    def _compared(self, rows: list[Row], repeated: Mapping[int, int]) -> list[Compared]:
        found = [self._parsed(number, cells, self.read) for number, cells in rows]
        for compared in found:
            if compared.number in repeated:
                self._refuse_repeated(compared, repeated[compared.number])
        self._fill(self._matched(found))
        self._judge(found)
        return found

    def _refuse(self, compared: Compared, text: str, code: str = "") -> None:
        place = self.places.get(code)
        cell = compared.cells[place] if place is not None and place < len(compared.cells) else ""
        value = "" if cell is None else excerpt(str(cell))
        compared.problems.append(Problem(code, place, value, text))

    def _what_to_add(self) -> str:
        return _("It does not say which %(what)s is meant. Fill in %(columns)s.") % {
            "what": self.register.row_label,
            "columns": self.key_names(),
        }

    def key_names(self) -> str:
        """The ways to say which row is meant, in words."""
        return _(" or ").join(
            _(" and ").join(f"“{self.register.column(code).heading()}”" for code in key)
            for key in self.usable_keys or self.register.keys
        )

    def _matched(self, found: list[Compared]) -> dict[int, Compared]:
        """The rows of the register that rows of the table mean, by their key; the others are made new."""
        matched: dict[int, Compared] = {}
        waiting = []
        for compared in found:
            if self._key(compared.values) is not None:
                waiting.append(compared)
            elif not compared.problems:
                self._refuse(compared, self._what_to_add())
        for codes in self.usable_keys:
            filled = [c for c in waiting if self._is_filled(codes, c.values)]
            waiting = [c for c in waiting if not self._is_filled(codes, c.values)]
            waiting += self._match(codes, filled, matched)
        for codes in self.usable_keys:
            # Nothing says it wholly: what is said in part may do.
            partly = [c for c in waiting if (self._key(c.values) or ((), ()))[0] == codes]
            partly = [c for c in partly if not self._is_filled(codes, c.values)]
            met = {id(c) for c in partly} - {id(c) for c in self._match(codes, partly, matched)}
            waiting = [c for c in waiting if id(c) not in met]
        for compared in waiting:
            self._new(compared)
        return matched

    @staticmethod
    def _is_filled(codes: tuple[str, ...], values: Mapping[str, Value]) -> bool:
        return all(values.get(code) not in (None, "") for code in codes)

    def _match(
        self, codes: tuple[str, ...], rows: list[Compared], matched: dict[int, Compared]
    ) -> list[Compared]:
        """Match rows of the table by these columns. Returns those that no row of the register answers to."""
        wanted: dict[_Words, list[Compared]] = defaultdict(list)
        for compared in rows:
            wanted[self._values_of(codes, compared.values)].append(compared)
        hits = self._hits(codes, wanted.keys()) if wanted else {}
        unmet = []
        for key, same in wanted.items():
            for compared in same:
                agreeing = [hit for hit in hits.get(key, ()) if self._agrees(compared, hit, codes)]
                if agreeing:
                    self._take(compared, agreeing, codes, matched)
                else:
                    unmet.append(compared)
        return unmet

    def _values_of(self, codes: tuple[str, ...], values: Mapping[str, Value]) -> _Words:
        return tuple(
            self.empties[code] if values.get(code) is None else values[code] for code in codes
        )

    def _hits(self, codes: tuple[str, ...], wanted: Iterable[_Words]) -> dict[_Words, list[_Hit]]:
        """The rows of the register that have these values in these columns."""
        wanted = set(wanted)
        every = self.identifying
        rows = self._base.annotate(
            **{sql_name(code): self.register.expression(code, self.on) for code in every},
            owner_of_row=F(self.register.facility_id_path),
        )
        for place, code in enumerate(codes):
            values = {values[place] for values in wanted}
            if not values & {None, ""}:
                rows = rows.filter(**{f"{sql_name(code)}__in": values})
        found: dict[_Words, list[_Hit]] = defaultdict(list)
        wanted_of_row = ["pk", "owner_of_row", *map(sql_name, every)]
        for pk, facility, *values in rows.order_by().values_list(*wanted_of_row):
            hit = _Hit(pk, facility, dict(zip(every, values, strict=True)))
            key = self._values_of(codes, hit.values)
            if key in wanted:
                found[key].append(hit)
        return found

    def _agrees(self, compared: Compared, hit: _Hit, codes: tuple[str, ...]) -> bool:
        """Whether what counts more does not say otherwise: of one holder, another serial number is
        another certificate, but a serial number where none stood is a change."""
        for key in self.usable_keys[: self.usable_keys.index(codes)]:
            if self._is_filled(key, compared.values) and self._is_filled(key, hit.values):
                return False
        return True

    def _take(
        self,
        compared: Compared,
        hits: list[_Hit],
        codes: tuple[str, ...],
        matched: dict[int, Compared],
    ) -> None:
        given = [c for c in self.identifying if compared.values.get(c) not in (None, "")]
        if len(hits) > 1:
            same = [h for h in hits if all(h.values[c] == compared.values[c] for c in given)]
            hits = same if len(same) == 1 else hits
        if len(hits) > 1:
            labels = [self.register.column(c).heading() for c in self.identifying if c not in given]
            self._refuse(
                compared,
                _("It may mean %(count)s different rows. Fill in one more of: %(columns)s.")
                % {"count": len(hits), "columns": ", ".join(labels)},
                codes[0],
            )
            return
        hit = hits[0]
        if self.facility_ids is not None and hit.facility not in self.facility_ids:
            self._refuse_foreign(compared)
        elif hit.pk in matched or hit.pk in self._seen:
            other = matched[hit.pk].number if hit.pk in matched else self._seen[hit.pk]
            self._refuse_repeated(compared, other)
        else:
            matched[hit.pk] = compared
            self._seen[hit.pk] = compared.number

    def _refuse_repeated(self, compared: Compared, other: int) -> None:
        if not compared.is_repeated:
            compared.is_repeated = True
            self._refuse(
                compared,
                _("Row %(row)s is for the same %(what)s. Keep one of them.")
                % {"row": other, "what": self.register.row_label},
            )

    def _refuse_foreign(self, compared: Compared) -> None:
        self._refuse(
            compared,
            _(
                "This facility is outside your area. Leave the row out; who keeps its area enters it."
            )
            if self._of_department
            else _("It is not a row of your facility. Leave it out; its own officer enters it."),
            OWNER if OWNER in self.places else "",
        )

    def _new(self, compared: Compared) -> None:
        fixed = [
            code
            for key in self.usable_keys
            for code in key
            if not self.columns[code].writable and compared.values.get(code) not in (None, "")
        ]
        if not self.register.makes_rows or fixed:
            code = fixed[0] if fixed else self.usable_keys[0][0]
            self._refuse(
                compared,
                _("There is no such %(what)s in this list on the day, and none is added here.")
                % {"what": self.register.row_label},
                code,
            )
        elif self.facilities is not None and not self.register.facility_path:
            self._refuse_foreign(compared)
        else:
            new = self.empties | compared.values
            compared.entry = RowEntry(None, {}, new, number=compared.number)

    def _fill(self, matched: dict[int, Compared]) -> None:
        """Put old and new values beside each other; what the table does not say stays as it is."""
        keys = list(matched)
        values = self.register.values(keys, self.on)
        rows = self.register.model._default_manager.in_bulk(keys)
        for key, compared in matched.items():
            old = values[key]
            new = dict(old)
            for code, value in compared.values.items():
                if self.columns[code].writable:
                    new[code] = value
            for code in compared.cleared:
                # Unless that very word stands there.
                if self.columns[code].writable and fold(str(old[code])) not in CLEARING:
                    new[code] = self.empties[code]
            compared.entry = RowEntry(rows[key], old, new, number=compared.number)

    def _judge(self, found: list[Compared]) -> None:
        judged: list[tuple[Compared, RowEntry]] = []
        for compared in found:
            entry = compared.entry
            if entry is None or (entry.row is not None and not entry.changed):
                continue
            if self._is_foreign(entry):
                self._refuse_foreign(compared)
                continue
            for code in self._closed:
                if (entry.new[code] or None) != (entry.old.get(code) or None):
                    self._refuse(
                        compared, _("The Department writes this. Leave the cell empty."), code
                    )
            judged.append((compared, entry))
        entries = [entry for _compared, entry in judged]
        problems = self.register.problems(entries, self.on) if entries else []
        for (compared, entry), told in zip(judged, problems, strict=True):
            # A cell that could not be read is empty here: what follows from that is not said too.
            unread = {problem.column for problem in compared.problems}
            errors = {code: texts for code, texts in told.errors.items() if code not in unread}
            compared.problems += self._told(entry, errors)
            compared.warnings += self._told(entry, told.warnings)

    def _is_foreign(self, entry: RowEntry) -> bool:
        return (
            self.facilities is not None
            and OWNER in self.columns
            and entry.new.get(OWNER) not in self.facilities
        )

    def _told(self, entry: RowEntry, by_column: Mapping[str, list[str]]) -> list[Problem]:
        found = []
        for code, texts in by_column.items():
            column: Column | None = self.columns.get(code)
            value = entry.new.get(code)
            shown = excerpt(column.show(value)) if column else ""
            found += [Problem(code, self.places.get(code), shown, text) for text in texts]
        return found
