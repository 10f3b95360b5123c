"""Rows of text become rows of the database; those already there are left alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Model

from facilities.models import Record, User
from facilities.services import record_many
from rollout.registers.loading.reading import BadFolder, Problem, Row
from rollout.registers.loading.sheets import SHEETS, Sheet

SHEET_OF = {sheet.model: sheet for sheet in SHEETS}
FILLED_ON_WRITING = {"recorded_by", "checked_by", "withdrawn_by"}


@dataclass
class Load:
    """One loading of one folder: whose it is, when, and which stored rows its files speak of."""

    province: str  # begins every import key, so that two folders never take each other's rows
    by: User
    at: datetime
    _found: dict[type[Model], dict[str, Model]] = field(default_factory=dict)

    def import_key(self, sheet_name: str, key: str) -> str:
        return f"{self.province}:{sheet_name}:{key}"

    def find(self, model: type[Model], name: str) -> Model | None:
        """The stored row that the files call `name`, or None."""
        if model not in self._found:
            self._found[model] = self._all(model)
        return self._found[model].get(name)

    def forget(self, model: type[Model]) -> None:
        self._found.pop(model, None)

    def _all(self, model: type[Model]) -> dict[str, Model]:
        if not issubclass(model, Record):
            return {row.code: row for row in model.objects.select_related()}
        prefix = self.import_key(SHEET_OF[model].name, "")
        rows = model.objects.filter(import_key__startswith=prefix)
        return {row.import_key.removeprefix(prefix): row for row in rows}


def write(load: Load, sheet: Sheet, rows: Iterable[Row]) -> tuple[int, int]:
    """Store the rows of a sheet; returns how many were new, and how many there were.

    Raises BadFolder with everything that is wrong in the sheet; nothing is stored then.
    """
    built: dict[str, tuple[Model, Row]] = {}
    problems: list[Problem] = []
    for row in rows:
        if sheet.takes and not any(row.cells.get(sheet.column_of.get(c, c)) for c in sheet.takes):
            continue
        key = ":".join(row.cells[column] for column in sheet.key_columns())
        if key in built:
            if not sheet.takes:
                problems.append(row.problem("", f"“{key}” comes twice"))
            continue
        instance, wrong = build(load, sheet, row)
        problems += wrong
        if sheet.is_record:
            instance.import_key = load.import_key(sheet.name, key)
        built[key] = (instance, row)
    if problems:
        raise BadFolder(problems)

    instances = [instance for instance, _row in built.values()]
    new = _store(load, sheet, instances)
    _link(load, sheet, built.values())
    load.forget(sheet.model)
    return new, len(instances)


def build(load: Load, sheet: Sheet, row: Row) -> tuple[Model, list[Problem]]:
    """An unsaved row of the sheet's table, and what is wrong with it."""
    problems: list[Problem] = []
    instance = sheet.model()
    columns = sheet.columns()
    for name, column in columns.items():
        text = row.cells.get(column, "")
        model_field = sheet.model._meta.get_field(name)
        if not text or model_field.many_to_many:
            continue
        if model_field.is_relation:
            other = load.find(model_field.related_model, text)
            if other is None:
                problems.append(row.problem(column, f"“{text}” is not in the files"))
            else:
                setattr(instance, name, other)
        else:
            try:
                setattr(instance, name, model_field.to_python(text))
            except ValidationError as error:
                problems.append(row.problem(column, " ".join(error.messages)))
    return instance, problems or _check(instance, row, sheet, columns)


def _check(instance: Model, row: Row, sheet: Sheet, columns: dict[str, str]) -> list[Problem]:
    """Everything the model asks of a row by itself; what it asks of the table, the database does."""
    problems = []
    for name in sheet.relations() - FILLED_ON_WRITING:
        model_field = sheet.model._meta.get_field(name)
        if not model_field.null and getattr(instance, model_field.attname) is None:
            problems.append(row.problem(columns.get(name, name), "must not be empty"))
    if sheet.is_record and not (instance.source or row.cells.get("document")):
        problems.append(row.problem("source", "give a source or a document"))
    if problems:
        return problems
    try:
        instance.clean_fields(exclude=sheet.relations())
        instance.clean()
    except ValidationError as error:
        return row.problems(error, columns)
    return []


def _store(load: Load, sheet: Sheet, instances: list[Model]) -> int:
    """Returns how many were new."""
    if sheet.is_record:
        return record_many(instances, by=load.by, at=load.at)
    attributes = [sheet.model._meta.get_field(name).attname for name in sheet.key]
    stored = set(sheet.model.objects.values_list(*attributes))
    missing = [i for i in instances if tuple(getattr(i, a) for a in attributes) not in stored]
    if missing:
        sheet.model.objects.bulk_create(missing, batch_size=2000)
    return len(missing)


def _link(load: Load, sheet: Sheet, built: Iterable[tuple[Model, Row]]) -> None:
    """Columns that name several rows, separated by blanks; only for rows stored just now."""
    for model_field in sheet.model._meta.many_to_many:
        for instance, row in built:
            names = row.cells.get(model_field.name, "").split()
            if instance.pk is None or not names:
                continue
            others = [load.find(model_field.related_model, name) for name in names]
            if None in others:
                unknown = names[others.index(None)]
                raise BadFolder([row.problem(model_field.name, f"“{unknown}” is not in the files")])
            getattr(instance, model_field.name).set(others)
