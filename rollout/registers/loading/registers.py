"""The sheets of a folder as registers: read, judged, written, logged and taken back as all others are.

A row of the desk's registers gathers facts of several days and papers in one line. A row of a sheet is
one fact, with its own source and its own part that is assumed (docs/decisions/0013).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.exchange.columns import Column, Value
from facilities.models import Area, Edit, Record
from facilities.registers.records import Rows
from facilities.registers.register import Problems, Register
from facilities.registers.writers import Attributes, RowEntry, Writer, Writing
from rollout.models import WorkingSession
from rollout.registers.catalogue import REGISTERS, TAKING_FILES
from rollout.registers.loading.columns import column_of, desk_columns
from rollout.registers.loading.names import Names
from rollout.registers.loading.sheets import SHEETS, Sheet

# What a row is called in files, where its table keeps no such thing: it lives on in the import key.
CODE = Column("code", gettext_lazy("code"), required=True, max_length=80)


class SheetRegister(Register):
    """One sheet of the folder whose names are given."""

    search_path = ""

    def __init__(self, sheet: Sheet, names: Names):
        meta = sheet.model._meta
        self.sheet, self.names, self.model = sheet, names, sheet.model
        # In the log, rows of the desk's registers stand among what else was written about them.
        self.code = kept_in(sheet.model) or f"file-{sheet.name}"
        self.label = meta.verbose_name_plural or self.code
        self.row_label = meta.verbose_name or self.code
        fields = {field.name: field for field in sheet.fields()}
        self.columns_of = {name: self._column(field) for name, field in fields.items()}
        code_of = {name: column.code for name, column in self.columns_of.items()}
        keys = [self.columns_of.get(name, CODE) for name in sheet.key]
        self.key = tuple(column.code for column in keys)
        self._columns = (*{c.code: c for c in (*keys, *self.columns_of.values())}.values(),)
        self.takes = frozenset(code_of[name] for name in sheet.takes)
        self.many = {code_of[n]: n for n, field in fields.items() if field.many_to_many}
        self.related: dict[str, type[Model]] = {
            code_of[name]: field.related_model
            for name, field in fields.items()
            if field.is_relation and field.related_model
        }
        self.attributes = self._attributes({c: n for n, c in code_of.items() if c not in self.many})

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @property
    def writers(self) -> tuple[Writer, ...]:
        return (self.attributes,)

    def _column(self, field: models.Field) -> Column:
        name = self.sheet.column_of.get(field.name, field.name)
        kept = desk_columns().get((self.model, field.name))
        # Where the table says true or false, the desk says yes or no in words of its own.
        if kept is None or name != field.name or isinstance(field, models.BooleanField):
            return column_of(field, name)
        return replace(kept, aliases=(*kept.aliases, name))

    def _attributes(self, fields: Mapping[str, str]) -> Attributes:
        rows = {code: self.related[code] for code in fields if code in self.related}
        return (Rows if self.sheet.is_record else Attributes)(
            columns=fields,
            find={code: self._finder(model) for code, model in rows.items()},
            codes={c: f"{fields[c]}__code" for c, model in rows.items() if _has_code(model)},
        )

    def _finder(self, model: type[Model]) -> Callable[[set[str]], Mapping[str, Model]]:
        return lambda _codes: self.names.rows(model)

    # --- Reading ------------------------------------------------------------------------

    def readable(self) -> list[Column]:
        """The columns with the names that may stand in them by now."""
        return [
            self.names.choices(column, self.related[column.code])
            if column.code in self.related and column.code not in self.many
            else column
            for column in self.columns
        ]

    def _told(self, values: Mapping[str, Value]) -> Iterator[str]:
        return (self.column(code).text(values.get(code)) for code in self.key)

    def key_of(self, values: Mapping[str, Value]) -> str:
        """What tells the row from every other of its sheet."""
        return ":".join(self._told(values))

    def title(self, values: Mapping[str, Value]) -> str:
        return " · ".join(filter(None, self._told(values)))

    def stored(self) -> set[str]:
        """The keys of rows that are there, withdrawn ones too: what was taken back does not return."""
        if issubclass(self.model, Record):
            return self.names.stored(self.model, self.sheet.name)
        columns, codes = self.attributes.columns, self.attributes.codes
        rows = self._rows().values_list(*(codes.get(code, columns[code]) for code in self.key))
        return {self.key_of(dict(zip(self.key, row, strict=True))) for row in rows}

    def _rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    # --- Judging ------------------------------------------------------------------------

    def check(self, entry: RowEntry, problems: Problems, context: object, on: date) -> None:
        """Everything the model asks of a row by itself; what it asks of the table, the database does."""
        if self.sheet.is_record and not (entry.new.get("source") or entry.new.get("document")):
            problems.refuse("source", _("Give a source or a document."))
        if self.sheet.one_of and not any(entry.new.get(code) for code in self.sheet.one_of):
            problems.refuse(
                self.sheet.one_of[0],
                _("Fill one of these columns: %(columns)s.")
                % {"columns": ", ".join(self.sheet.one_of)},
            )
        for code in self.many:
            for name in _names_in(entry, code):
                if name not in self.names.rows(self.related[code]):
                    problems.refuse(code, _("“%(text)s” is unknown.") % {"text": name})
        if problems.errors:
            return
        row = self.model()
        self.attributes.fill([RowEntry(row, {}, entry.new)])
        try:
            row.clean_fields(exclude={f.name for f in self.model._meta.fields if f.is_relation})
            row.clean()
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                column = self.columns_of.get(name)
                for text in texts:
                    problems.refuse(column.code if column else "", text)
            return
        for code, name in self.attributes.columns.items():
            if code in entry.new and code not in self.related:
                entry.new[code] = getattr(row, name)  # a number as its field keeps it

    # --- Writing ------------------------------------------------------------------------

    def create(self, entries: list[RowEntry], writing: Writing) -> None:
        rows = [self._row(entry, writing) for entry in entries]
        self.attributes.fill(entries)
        self.model._default_manager.bulk_create(rows, batch_size=1000)
        for code, name in self.many.items():
            named = self.names.rows(self.related[code])
            for entry in entries:
                if others := [named[other] for other in _names_in(entry, code)]:
                    getattr(entry.row, name).set(others)

    def _row(self, entry: RowEntry, writing: Writing) -> Model:
        """A new row; a record says who wrote it down, when, and which row of which file it is."""
        row = entry.row = self.model()
        if isinstance(row, Record):
            row.recorded_by, row.recorded_at = writing.by, writing.at
            place = f"{self.sheet.name}:{self.key_of(entry.new)}"
            row.import_key = writing.import_key(entry, place)
        if isinstance(row, WorkingSession):
            row.programme = self.names.programme  # a folder is about one province
        return row

    def facility_of(self, row: Model) -> int | None:
        return getattr(row, "facility_id", None)

    # --- Taking back --------------------------------------------------------------------

    def facts_of(self, row: Model) -> list:
        return self.facts_of_rows([row])

    def facts_of_rows(self, rows: list[Model]) -> list:
        """None: each file is taken back by itself. Raises ValidationError while others speak of its rows."""
        # An area has names and places in the tree to lose; those of other plain tables say it all.
        if not (hasattr(self.model, "withdrawn_at") or self.model is Area):
            raise ValidationError(
                _("“%(what)s” are not undone. Change them in the administration.")
                % {"what": self.label},
                code="not_withdrawn",
            )
        for relation in self.model._meta.get_fields(include_hidden=True):
            model = relation.related_model
            if not isinstance(relation, models.ManyToOneRel):
                continue
            if not (isinstance(model, type) and issubclass(model, Model)):
                continue
            if model is Edit or model._meta.auto_created:
                continue
            others = model._base_manager.filter(**{f"{relation.field.name}__in": rows})
            if hasattr(model, "withdrawn_at"):
                others = others.filter(withdrawn_at__isnull=True)
            if others.exists():
                raise ValidationError(
                    _("Other entries refer to these: “%(what)s”. Take those back first.")
                    % {"what": model._meta.verbose_name_plural},
                    code="referred_to",
                )
        return []


def _names_in(entry: RowEntry, code: str) -> list[str]:
    """Several rows named in one cell, with blanks between them."""
    return str(entry.new.get(code, "")).split()


def _has_code(model: type[Model]) -> bool:
    return any(field.name == "code" for field in model._meta.concrete_fields)


def kept_in(model: type[Model]) -> str:
    """The code of the desk's register that makes rows of this table; "" if there is none."""
    made = (one for one in REGISTERS.values() if one.model is model and one.makes_rows)
    return next((register.code for register in made), "")


@cache
def loaded_registers() -> dict[str, Register]:
    """Everything whose rows a folder can bring, by the code in the log: what can be taken back."""
    sheets = (SheetRegister(sheet, Names("")) for sheet in SHEETS)
    return {register.code: register for register in sheets} | TAKING_FILES
