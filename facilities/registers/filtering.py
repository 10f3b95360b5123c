"""The filters of a register's list, made once from its columns: the same for pages and exports."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from facilities.choosing import SearchedMany, SearchedSelectMultiple
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.numbers import MONEY_LIMIT
from facilities.registers.choices import NamesOfDay
from facilities.registers.register import SUGGESTED, Register, sql_name
from facilities.registers.relative_days import SUFFIX, RelativeFilter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MISSING, GIVEN = "missing", "given"
TAKEN = ("area",)  # by these names an address asks every page which facilities it speaks of


class RegisterFilter(django_filters.FilterSet):
    """Filters work on `sql_name(code)`; the rows they get must have those columns (`filtered_rows`)."""

    register: Register
    on: date | None = None  # the day of the rows, where it is known
    known_at: datetime | None = None


class _SomeField(SearchedMany, django_filters.fields.MultipleChoiceField):
    widget = SearchedSelectMultiple
    names: NamesOfDay | None = None

    def look_up(self, names: NamesOfDay) -> None:
        """The choices are the facilities of a day; they are read as far as they are asked for."""
        self.names = self.widget.names = names
        self.choices = lambda: list(names.items())

    def valid_value(self, value: Any) -> bool:
        if self.names is not None:
            return str(value) in self.names
        return bool(super().valid_value(value))


class _SomeFilter(django_filters.MultipleChoiceFilter):
    field_class = _SomeField
    parent: RegisterFilter

    def __init__(self, column: Column, **kwargs: Any) -> None:
        # Whatever a column's SQL is, it gives one value a row.
        super().__init__(distinct=False, **kwargs)
        self.column = column

    def filter(self, rows: QuerySet[Model], value: list[str]) -> QuerySet[Model]:
        asked = self.parent
        if value and asked.on:
            code = self.column.code
            rows = asked.register.narrowed(rows, code, value, asked.on, asked.known_at)
        found: QuerySet[Model] = super().filter(rows, value)
        return found


def _given(name: str, empty: Value) -> Callable[[QuerySet[Model], str, str], QuerySet[Model]]:
    def method(rows: QuerySet[Model], _name: str, value: str) -> QuerySet[Model]:
        absent = Q(**{f"{name}__isnull": True})
        if empty == "":
            absent |= Q(**{name: ""})
        return rows.filter(absent) if value == MISSING else rows.exclude(absent)

    return method


def _filters(column: Column) -> dict[str, django_filters.Filter]:
    name = sql_name(column.code)
    found: dict[str, django_filters.Filter] = {}
    ask = column.choices
    if ask is not None:
        asked_as = f"{column.code}_in" if column.code in TAKEN else column.code
        found[asked_as] = _SomeFilter(
            column,
            field_name=name,
            label=column.label,
            choices=lambda: list(ask().items()),
            of=SUGGESTED.get(ask, ""),
        )
    elif column.kind == Kind.DAY:
        for end, lookup, words in (
            ("from", "gte", _("%(column)s from")),
            ("to", "lte", _("%(column)s until")),
        ):
            found[f"{column.code}_{end}"] = django_filters.DateFilter(
                field_name=name,
                lookup_expr=lookup,
                label=_Labelled(words, column.label),
                input_formats=["%Y-%m-%d", "%d/%m/%Y"],
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )
        found[f"{column.code}{SUFFIX}"] = RelativeFilter(field_name=name, label=column.label)
    elif column.is_number:
        for end, lookup, words in (
            ("min", "gte", _("%(column)s at least")),
            ("max", "lte", _("%(column)s at most")),
        ):
            found[f"{column.code}_{end}"] = django_filters.NumberFilter(
                field_name=name,
                lookup_expr=lookup,
                label=_Labelled(words, column.label),
                # Written out, -1e99999999 alone would keep the server busy for minutes.
                min_value=-MONEY_LIMIT,
                max_value=MONEY_LIMIT,
            )
    if not column.required and column.choices is None:
        found[f"{column.code}_is"] = django_filters.ChoiceFilter(
            label=_Labelled(_("%(column)s: is it there?"), column.label),
            empty_label="—",
            choices=[(MISSING, _("missing")), (GIVEN, _("given"))],
            method=_given(name, column.empty),
        )
    return found


class _Labelled:
    """ "%(column)s from" in the language of whoever reads it."""

    def __init__(self, words: "StrOrPromise", label: "StrOrPromise"):
        self.words, self.label = words, label

    def __str__(self) -> str:
        return str(self.words) % {"column": self.label}


@lru_cache(maxsize=64)
def filter_set(register: Register) -> type[RegisterFilter]:
    """Built once: making hundreds of filters for each request is what slows such lists."""
    declared: dict[str, object] = {}
    for column in register.columns:
        if column.filtered and register.has_sql(column.code):
            declared |= _filters(column)
    return type("RegisterFilter", (RegisterFilter,), {"register": register, **declared})
