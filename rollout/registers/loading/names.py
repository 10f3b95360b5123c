"""What the files of a folder call the rows that other rows speak of."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet

from facilities.exchange.columns import Column
from facilities.models import Facility, Record
from facilities.registers.choices import names_on
from rollout.models import Programme
from rollout.registers.loading.sheets import SHEET_OF

NATIONAL = "vietnam"  # the folder of what holds in every province


class Names:
    """The stored rows by the names that files give them: a code, or the key of the row's own file."""

    def __init__(self, province: str):
        # Begins every import key: two provinces never take each other's rows.
        self.province = province
        self._rows: dict[type[Model], Mapping[str, Model]] = {}

    @cached_property
    def programme(self) -> Programme | None:
        """The province's own; asked once the folder's programme has been read."""
        return Programme.objects.filter(area__code=self.province).first()

    def import_key(self, sheet: str, key: str) -> str:
        return f"{self.province}:{sheet}:{key}"

    def rows(self, model: type[Model]) -> Mapping[str, Model]:
        if model not in self._rows:
            self._rows[model] = self._read(model)
        return self._rows[model]

    def forget(self, model: type[Model]) -> None:
        """Rows of the model were added."""
        self._rows.pop(model, None)

    def choices(self, column: Column, model: type[Model]) -> Column:
        """The column with the names that may stand in it by now. A facility answers to its latest name too."""
        named = {name: name for name in self.rows(model)}
        if model is Facility:
            named |= names_on(date.max)
        return replace(column, choices=lambda: named)

    def stored(self, model: type[Record], sheet: str) -> set[str]:
        """The keys of the records that a sheet of the folder has brought, whatever became of them.

        What is national stands for every province: a folder that has it too adds nothing.
        """
        found: set[str] = set()
        for folder in (NATIONAL, self.province):
            prefix = f"{folder}:{sheet}:"
            keys = model.objects.filter(import_key__startswith=prefix)
            found |= {key.removeprefix(prefix) for key in keys.values_list("import_key", flat=True)}
        return found

    def _read(self, model: type[Model]) -> Mapping[str, Model]:
        """What is national may be spoken of by every province; its own rows go first."""
        if issubclass(model, Record):
            found: dict[str, Model] = {}
            for folder in (NATIONAL, self.province):
                prefix = f"{folder}:{SHEET_OF[model].name}:"
                rows = model.objects.filter(import_key__startswith=prefix)
                found |= {row.import_key.removeprefix(prefix): row for row in rows}
            return found
        return {row.code: row for row in _coded(model).select_related()}


def _coded(model: type[Model]) -> QuerySet[Any]:
    """The rows of a table that keeps a code for each."""
    return model._default_manager.all()
