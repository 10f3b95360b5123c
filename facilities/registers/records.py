"""Registers whose rows are facts themselves: what is changed is withdrawn and recorded anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from facilities.models import Document, Record
from facilities.registers.register import Register
from facilities.registers.writers import Attributes, RowEntry, Writing, signed, withdraw_all

Fact = TypeVar("Fact", bound=Record)


@dataclass
class Rows(Attributes):
    """Cells that are fields of the fact. A changed row goes on, under a new key, as a new fact."""

    is_fact = True

    def standing(
        self, rows: Sequence[Record], on: date, known_at: datetime | None = None
    ) -> dict[int, Record]:
        """The row itself: what was known of it earlier stands under its earlier key."""
        return {row.pk: row for row in rows if row.withdrawn_at is None}

    def write(self, entries: list[RowEntry[Fact]], writing: Writing) -> None:
        model = type(entries[0].stored)
        withdraw_all(model, [entry.stored for entry in entries], writing)
        for entry in entries:
            entry.row = signed(entry.stored.for_correction(assumed=""), writing, _paper(entry))
        self.fill(entries)
        model.objects.bulk_create([entry.stored for entry in entries], batch_size=1000)


class RecordRegister(Register[Fact]):
    """A register of rows that are withdrawn and known at a moment, as every record is."""

    def base(self, on: date, known_at: datetime | None = None) -> QuerySet[Fact]:
        rows: QuerySet[Any] = self.model.objects.known(known_at)
        return rows

    def create(self, entries: list[RowEntry[Fact]], writing: Writing) -> None:
        rows = next(writer for writer in self.writers if isinstance(writer, Rows))
        for entry in entries:
            entry.row = signed(self.model(), writing, _paper(entry))
        rows.fill(entries)
        self.model.objects.bulk_create([entry.stored for entry in entries], batch_size=1000)


def _paper(entry: RowEntry) -> Document | None:
    return next(iter(entry.documents.values()), None)
