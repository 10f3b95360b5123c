"""What the registers of the programme share: their rows are of the province, and described in place.

A row's code and what hangs on it stay: the row is withdrawn where it was wrong. What describes it is
changed in its place, each change logged with its reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Case, CharField, F, IntegerField, QuerySet, When
from django.db.models import Value as Literal
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from facilities.exchange.columns import Value
from facilities.models import Record
from facilities.registers.few import holding
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, Facts, RowEntry, Writing, signed
from rollout.models import WorkingSession

Row = TypeVar("Row", bound=Record)

SESSION = Cast(F("session_id"), CharField())


class Steering(Register[Row]):
    """Rows that belong to no facility. They are few: what a search looks for is read whole."""

    facility_path = ""
    is_by_facility = False
    search_path = ""
    searched: tuple[str, ...] = ()  # fields in which a search looks
    began = ""  # the field with the first day on which there is such a row

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Row]:
        rows: QuerySet[Any] = self.model.objects.known(known_at)
        return rows.filter(**{f"{self.began}__lte": on})

    def of_facilities(
        self, rows: QuerySet[Row], facility_ids: Iterable[int] | None
    ) -> QuerySet[Row]:
        """Of no facility: only who sees all rows sees the register."""
        return rows if facility_ids is None else rows.none()

    def facility_of(self, row: Row) -> int | None:
        return None

    def search(self, rows: QuerySet[Row], text: str, on: date) -> QuerySet[Row]:
        return holding(rows, text, self.searched)

    def create(self, entries: list[RowEntry[Row]], writing: Writing) -> None:
        """The columns that are facts of their own come with their writers."""
        attributes = next(w for w in self.writers if isinstance(w, Attributes))
        for entry in entries:
            paper = next(iter(entry.documents.values()), None)
            entry.row = signed(self.model(), writing, paper, entry, "code")
            if "source" in entry.new and not entry.text("source"):
                entry.new["source"] = entry.row.source
        attributes.fill(entries)
        self.begin(entries)
        self.model._default_manager.bulk_create([e.stored for e in entries], batch_size=1000)

    def begin(self, entries: list[RowEntry[Row]]) -> None:
        """What new rows hold besides their cells."""

    def refuse_future(
        self, entry: RowEntry[Row], column: str, problems: Problems, on: date
    ) -> None:
        day = entry.day(column)
        if day is not None and day > on and column in entry.changed:
            problems.refuse(column, _("This day is still to come. Record it once it has happened."))

    def refuse_other(self, entry: RowEntry[Row], column: str, problems: Problems) -> None:
        """What a row is known by stays as it is."""
        if entry.row is not None and column in entry.changed:
            problems.refuse(column, _("This stays as it is. Withdraw the row and enter it again."))


def sessions() -> Mapping[str, str]:
    """The working sessions to choose from, the latest first: by their number, under day and name."""
    return {
        str(row.pk): f"{row.held_on:%d/%m/%Y} · {row.name}"
        for row in WorkingSession.objects.known().order_by("-held_on", "-pk")
    }


def sessions_by_number(numbers: set[str]) -> Mapping[str, WorkingSession]:
    rows = WorkingSession.objects.in_bulk([int(one) for one in numbers if one.isdecimal()])
    return {str(key): row for key, row in rows.items()}


def told(values: Mapping[int, Value], *, number: bool = False) -> Combinable:
    """What was computed of each row, so that rows can be filtered and sorted by it. They are few."""
    field = IntegerField() if number else CharField()
    whens = [When(pk=key, then=Literal(value)) for key, value in values.items()]
    return Case(*whens, default=None, output_field=field)


@dataclass
class Told(Facts):
    """A fact about a row that stands at most once, from the day in its own field on."""

    def _all(self, on: date, known_at: datetime | None) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.known(known_at)
        return rows.filter(**{f"{self.columns[self.day]}__lte": on})
