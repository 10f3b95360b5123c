"""The filters of a register's list, made once from its columns: the same for pages and exports."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from facilities.choosing import FACILITIES, SearchedMany, SearchedSelectMultiple
from facilities.exchange.columns import Column, Kind, Value
from facilities.exchange.numbers import MONEY_LIMIT
from facilities.registers.choices import facility_names, within
from facilities.registers.register import SUGGESTED, Register, sql_name

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MISSING, GIVEN = "missing", "given"
TAKEN = ("area",)  # by these names an address asks every page which facilities it speaks of


class RegisterFilter(django_filters.FilterSet):
    """Filters work on `sql_name(code)`; the rows they get must have those columns (`filtered_rows`)."""

    register: Register


class _SomeField(SearchedMany, django_filters.fields.MultipleChoiceField):
    widget = SearchedSelectMultiple


class _SomeFilter(django_filters.MultipleChoiceFilter):
    field_class = _SomeField


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


def narrow(filters: RegisterFilter, places: Iterable[int] | None) -> None:
    """Offer only these facilities to choose from; None: all."""
    if places is None:
        return
    for field in filters.form.fields.values():
        if isinstance(field, _SomeField) and field.of == FACILITIES:
            field.choices = list(within(facility_names(), places).items())


@lru_cache(maxsize=64)
def filter_set(register: Register) -> type[RegisterFilter]:
    """Built once: making hundreds of filters for each request is what slows such lists."""
    declared: dict[str, object] = {}
    for column in register.columns:
        if column.filtered and register.has_sql(column.code):
            declared |= _filters(column)
    return type("RegisterFilter", (RegisterFilter,), {"register": register, **declared})
