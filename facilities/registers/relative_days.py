"""Days told from the day a list speaks of: "within 14 days", "before this day", "10 working days ago"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from facilities.grouping import grouped
from facilities.working_days import WorkingDays, working_days

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAY = timedelta(days=1)
MOST = 3660  # days; more is a day of its own
SUFFIX = "_rel"  # of the parameter of an address, after the column's code


class Span(NamedTuple):
    """First and last day meant, both included; None: open."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class Relation:
    """`label`: for the choice, with "…" for the number of days, if it takes one."""

    label: "StrOrPromise"
    span: Callable[[date, int, WorkingDays], Span]
    words: Callable[[int], str] | None = None

    @property
    def counts(self) -> bool:
        return self.words is not None

    def told(self, days: int) -> str:
        return self.words(days) if self.words else str(self.label)


def _within(days: int) -> str:
    return ngettext("within %(days)s day", "within %(days)s days", days) % _number(days)


def _past(days: int) -> str:
    return ngettext("in the last %(days)s day", "in the last %(days)s days", days) % _number(days)


def _silent(days: int) -> str:
    return ngettext(
        "at least %(days)s working day ago", "at least %(days)s working days ago", days
    ) % _number(days)


def _number(days: int) -> dict[str, str]:
    return {"days": grouped(days)}


def silent_since(on: date, days: int, working: WorkingDays) -> date:
    """The last day after which so many working days have gone by at the end of `on`."""
    day = on
    for _once in range(days):
        day = working.last_working(day) - DAY
    return day


RELATIONS: dict[str, Relation] = {
    "within": Relation(
        gettext_lazy("within … days"), lambda on, n, _w: Span(on, on + n * DAY), _within
    ),
    "past": Relation(
        gettext_lazy("in the last … days"), lambda on, n, _w: Span(on - n * DAY, on), _past
    ),
    "silent": Relation(
        gettext_lazy("at least … working days ago"),
        lambda on, n, working: Span(None, silent_since(on, n, working)),
        _silent,
    ),
    "before": Relation(gettext_lazy("before this day"), lambda on, _n, _w: Span(None, on - DAY)),
    "after": Relation(gettext_lazy("after this day"), lambda on, _n, _w: Span(on + DAY, None)),
}


class Asked(NamedTuple):
    relation: str
    days: int

    @property
    def words(self) -> str:
        return RELATIONS[self.relation].told(self.days)


class RelativeField(forms.CharField):
    """Written "within-14"; relations that count nothing stand alone: "before"."""

    def clean(self, value: object) -> Asked | None:
        code, _dash, number = str(value or "").strip().partition("-")
        if not code:
            return None
        relation = RELATIONS.get(code)
        if relation is None:
            raise ValidationError(
                _("Write one of: %(choices)s.") % {"choices": ", ".join(RELATIONS)}, code="unknown"
            )
        if not relation.counts:
            return Asked(code, 0)
        if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= MOST):
            raise ValidationError(
                _("Give a number of days from 1 to %(most)s.") % {"most": grouped(MOST)},
                code="number",
            )
        return Asked(code, int(number))


class RelativeFilter(django_filters.Filter):
    """Goes by the day of the rows (`RegisterFilter.on`), never by today."""

    field_class = RelativeField

    def filter(self, rows: QuerySet[Model], value: Asked | None) -> QuerySet[Model]:
        on: date | None = self.parent.on
        if value is None or on is None:
            return rows
        working = working_days(self.parent.known_at)
        first, last = RELATIONS[value.relation].span(on, value.days, working)
        if first is not None:
            rows = rows.filter(**{f"{self.field_name}__gte": first})
        return rows if last is None else rows.filter(**{f"{self.field_name}__lte": last})
