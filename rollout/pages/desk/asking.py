"""What the address of a list asks for: which rows, which columns, in which order, how many a page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from facilities.choosing import FACILITIES
from facilities.exchange.columns import Column
from facilities.permissions import Places
from facilities.registers.choices import NamesOfDay
from facilities.registers.filtering import GIVEN, MISSING, RegisterFilter, filter_set
from facilities.registers.register import Register
from facilities.registers.relative_days import RELATIONS, SUFFIX, RelativeField
from facilities.registers.relative_days import Asked as Relative
from rollout.day import PARAMETERS, Day

SIZES = (20, 50, 100, 200)
# What a small form of the list sends, to be put into the address of the list it leads to.
ADDS, MOVES, MENU = ("day-column", "day-rel", "day-number"), "move", "menu"
# What is true of one showing of the list alone.
PASSING = frozenset({"page", "view", "filters", "csrfmiddlewaretoken", *ADDS, MOVES, MENU})
OWN = {"q", "sort", "columns", "size", "page", "view", "filters", *ADDS, MOVES, MENU, *PARAMETERS}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    without: str


class Asked:
    """A list as its address asks for it. What cannot be read is left out, what nobody knows refused;
    both are named in `problems`."""

    def __init__(
        self,
        register: Register,
        parameters: QueryDict,
        day: Day,
        *,
        with_names: bool,
        places: Places = None,
    ) -> None:
        """`places`: only rows of these facilities; None: of all."""
        self.register, self.parameters, self.day = register, parameters, day
        self.places = places
        self.all_columns = register.bound(with_names=with_names, on=day.on)
        self.by_code = {column.code: column for column in self.all_columns}

    @cached_property
    def columns(self) -> list[Column]:
        """Those shown, in the order asked for."""
        codes = [c for part in self.parameters.getlist("columns") for c in part.split(",") if c]
        chosen = [self.by_code[code] for code in codes if code in self.by_code]
        return chosen or self.register.at_first(self.all_columns)

    @cached_property
    def search(self) -> str:
        return self.parameters.get("q", "").strip()[:100]

    @cached_property
    def size(self) -> int:
        asked = self.parameters.get("size", "")
        return int(asked) if asked in map(str, SIZES) else SIZES[0]

    @cached_property
    def sort(self) -> str:
        """A column's code, with "-" before it for descending."""
        asked = self.parameters.get("sort", "")
        code = asked.removeprefix("-")
        sortable = code in self.by_code and (
            self.register.has_sql(code) or code in self.register.sorts
        )
        if sortable:
            return asked
        named = self.register.found_sort
        return named if self.search and named in self.by_code else self.register.default_sort

    @cached_property
    def filters(self) -> RegisterFilter:
        """The bound filter set over the rows; its form says what could not be read."""
        rows = self.register.base(self.day.on, self.day.known_at)
        rows = self.register.of_facilities(rows, self.places)
        if self.day.area and self.register.is_by_facility:
            rows = self.register.of_facilities(rows, self.day.as_of().facility_ids)
        asked = {name for name in self.parameters if name not in OWN}
        needed = {
            column.code
            for column in self.all_columns
            if any(name == column.code or name.startswith(f"{column.code}_") for name in asked)
        }
        rows = self.register.with_columns(rows, needed, self.day.on, self.day.known_at)
        found = filter_set(self.register)(self.parameters, queryset=rows)
        found.on, found.known_at = self.day.on, self.day.known_at
        for field in found.form.fields.values():
            if getattr(field, "of", "") == FACILITIES:
                field.look_up(self._names)
        return found

    @cached_property
    def _names(self) -> NamesOfDay:
        """The facilities to choose from: those of the day looked at, under their names of that day."""
        if self.places is not None:
            return NamesOfDay(self.day.on, self.places)
        shown = (c.choices() for c in self.all_columns if c.suggests == FACILITIES and c.choices)
        return next(names for names in shown if isinstance(names, NamesOfDay))

    @cached_property
    def unknown(self) -> list[str]:
        """What the address asks for that no column answers: a list that left it out would show too much."""
        known = {*OWN, "csrfmiddlewaretoken", *self.filters.form.fields}
        return [name for name in self.parameters if name not in known]

    @property
    def problems(self) -> dict[str, list[str]]:
        form = self.filters.form
        found = {str(form.fields[name].label): list(texts) for name, texts in form.errors.items()}
        no_such = _("There is no such filter here. Choose one of those below.")
        return found | {name[:40]: [no_such] for name in self.unknown}

    @cached_property
    def found(self) -> QuerySet:
        """The rows that the filters leave; none for a filter that nobody knows."""
        if self.unknown:
            return self.filters.qs.none()
        if self.search:
            return self.register.search(self.filters.qs, self.search, self.day.on)
        return self.filters.qs

    @property
    def rows(self) -> QuerySet:
        """The rows that the filters leave, in order."""
        return self.register.in_order(self.found, self.sort, self.day.on, self.day.known_at)

    def keys(self, places: range) -> list[int]:
        """The keys of the rows that stand in these places."""
        return self.register.keys_in_order(
            self.found, self.sort, places, self.day.on, self.day.known_at
        )

    def query(self, *, drop: Iterable[str] = (), **changed: Any) -> str:
        """The address's query with changes; the page number goes with any of them."""
        gone = {*PASSING, *drop, *changed}
        kept = self._kept(gone)
        return urlencode([*kept, *((n, v) for n, v in changed.items() if v not in (None, ""))])

    def _kept(self, gone: Collection[str]) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, values in self.parameters.lists()
            if name not in gone
            for value in values
            if value
        ]

    @property
    def taken(self) -> list[tuple[str, str]]:
        """What a form that changes one thing about the list takes along of all others."""
        return self._kept(PASSING)

    @property
    def taken_without_columns(self) -> list[tuple[str, str]]:
        return self._kept(PASSING | {"columns"})

    @cached_property
    def chips(self) -> list[Chip]:
        found = []
        if self.search:
            found.append(Chip(f"“{self.search}”", self.query(drop=["q"])))
        form = self.filters.form
        for name, field in form.fields.items():
            asked = [value for value in self.parameters.getlist(name) if value]
            if not asked or name in form.errors:
                continue
            words = self._words(name, asked, field, form)
            found.append(Chip(f"{field.label}: {words}", self.query(drop=[name])))
        return found

    def _words(self, name: str, asked: list[str], field: forms.Field, form: forms.Form) -> str:
        column = self.by_code.get(name)
        if column is not None and column.choices is not None:
            return ", ".join(str(column.choices().get(value, value)) for value in asked)
        if asked[0] in (MISSING, GIVEN):
            return _("missing") if asked[0] == MISSING else _("given")
        choices = dict(getattr(field, "choices", ()) or ())
        if choices:
            return ", ".join(str(choices.get(value, value)) for value in asked)
        value = form.cleaned_data.get(name, asked[0])
        if isinstance(value, Relative):
            return value.words
        base = name.rsplit("_", 1)[0]
        return self.by_code[base].show(value) if base in self.by_code else str(value)

    def fields(self) -> tuple[list[BoundField], list[BoundField]]:
        """The fields of the filters: of the columns shown or filtered by, and the others.

        Whether something is there at all is asked seldom: with the others.
        """
        near: list[BoundField] = []
        far: list[BoundField] = []
        shown = {column.code for column in self.columns}
        for field in self.filters.form:
            if isinstance(field.field, RelativeField):
                continue  # added one at a time
            code = next((c for c in shown if field.name == c or field.name.startswith(f"{c}_")), "")
            asked = any(self.parameters.getlist(field.name))
            is_near = code and field.name != f"{code}_is"
            (near if is_near or asked else far).append(field)
        return near, far

    def days(self) -> list[Column]:
        """The columns of days to which a filter by the list's own day can be added."""
        return [c for c in self.all_columns if f"{c.code}{SUFFIX}" in self.filters.form.fields]

    def relative(self) -> list[tuple[str, str]]:
        """The filters of that kind that are on: what a form that asks anew takes along."""
        names = [f"{column.code}{SUFFIX}" for column in self.days()]
        return [(name, str(self.parameters[name])) for name in names if self.parameters.get(name)]

    @cached_property
    def led_to(self) -> str:
        """The query of the list that a small form on it leads to; "" if none was sent."""
        column, relation, number = (self.parameters.get(name, "").strip() for name in ADDS)
        if column in {one.code for one in self.days()} and relation:
            counts = relation in RELATIONS and RELATIONS[relation].counts
            told = f"{relation}-{number}" if counts else relation
            return self.query(**{f"{column}{SUFFIX}": told})
        if MOVES in self.parameters:
            codes = self._moved([column.code for column in self.columns])
            return f"{self.query(columns=','.join(codes))}&{MENU}=columns"
        return ""

    @property
    def menu(self) -> bool:
        """Whether the menu of columns is open: one of them has just been moved."""
        return MENU in self.parameters or MOVES in self.parameters

    def _moved(self, codes: list[str]) -> list[str]:
        """The columns with one of them a place further to the front ("up") or to the back ("down")."""
        way, _colon, code = self.parameters.get(MOVES, "").partition(":")
        if code not in codes:
            return codes
        place = codes.index(code)
        to = max(place - 1, 0) if way == "up" else place + 1
        codes.insert(to, codes.pop(place))
        return codes

    def pickers(self) -> list[tuple[Column, bool, bool]]:
        """Every column, whether it is shown and whether as the last: those shown first, in their order."""
        last = self.columns[-1]
        shown = [(column, True, column is last) for column in self.columns]
        return [*shown, *((c, False, False) for c in self.all_columns if c not in self.columns)]

    @property
    def with_all_filters(self) -> bool:
        """Whether the filters of columns that are not shown are drawn: most readers need none of them."""
        return self.parameters.get("filters") == "all"

    def sort_links(self) -> list[tuple[Column, str, str]]:
        """For the heads of the table: column, address that sorts by it ("" if none), how it is sorted."""
        found = []
        for column in self.columns:
            code = column.code
            sortable = self.register.has_sql(code) or code in self.register.sorts
            now = {code: "ascending", f"-{code}": "descending"}.get(self.sort, "")
            to = f"-{code}" if now == "ascending" else code
            found.append((column, self.query(sort=to) if sortable else "", now))
        return found
