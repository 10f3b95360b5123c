"""Many rows at once, written straight into a table: COPY on PostgreSQL, executemany elsewhere."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from django.db import connection
from django.db.models import NOT_PROVIDED, Model

from facilities.models.derived import DerivedField

BATCH = 50_000


def write(model: type[Model], columns: str, rows: Iterable[tuple], **same) -> None:
    """Insert `rows`: tuples of numbers, texts, days or None in the order of `columns`.

    `columns` are field names (`facility_id` for a foreign key), `same` the values that all rows
    share. What neither names gets the default of its field. Nothing is validated but what the
    database itself refuses; texts hold no tab, line break or backslash.
    """
    varying, rows = _with_derived(model, columns.split(), rows, same)
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    constant = [
        field.get_db_prep_save(_value(field, same), connection)
        for name, field in fields.items()
        if name not in varying
    ]
    names = [*varying, *(name for name in fields if name not in varying)]
    target = ", ".join(connection.ops.quote_name(_column(model, name)) for name in names)
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        with _indexes_made_afterwards(table):
            while batch := list(islice(rows, BATCH)):
                _copy(table, target, batch, constant)
    else:
        while batch := list(islice(rows, BATCH)):
            _insert_many(table, target, batch, constant)


def _with_derived(
    model: type[Model], columns: list[str], rows: Iterable[tuple], same: dict
) -> tuple[list[str], Iterator[tuple]]:
    """Rows with the columns that follow from others, as the product fills them on every save."""
    derived = [f for f in model._meta.concrete_fields if isinstance(f, DerivedField)]

    def texts(field: DerivedField, row: tuple) -> list[str]:
        told = same | dict(zip(columns, row, strict=True))
        return [told.get(name, "") for name in field.of]

    return (
        [*columns, *(field.attname for field in derived)],
        ((*row, *(field.derive(texts(field, row)) for field in derived)) for row in rows),
    )


def _value(field, same: dict):
    for name in (field.name, field.attname):
        if name in same:
            return same[name]
    return field.get_default() if field.default is not NOT_PROVIDED or field.null else ""


def _column(model: type[Model], name: str) -> str:
    return "id" if name == "id" else model._meta.get_field(name.removesuffix("_id")).column


@contextmanager
def _indexes_made_afterwards(table: str) -> Iterator[None]:
    """Making an index of many rows is several times faster than adding each row to it."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '128MB'")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
            "WHERE indrelid = %s::regclass AND indexrelid NOT IN "
            "(SELECT conindid FROM pg_constraint WHERE conrelid = %s::regclass)",
            [table, table],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)


def _copy(table: str, target: str, rows: list[tuple], constant: list) -> None:
    tail = "".join(f"\t{_text(value)}" for value in constant) + "\n"
    text = io.StringIO("".join(["\t".join(map(_text, row)) + tail for row in rows]))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({target}) FROM STDIN", text)


def _text(value) -> str:
    return "\\N" if value is None else str(value)


def _insert_many(table: str, target: str, rows: list[tuple], constant: list) -> None:
    places = ", ".join(["%s"] * (len(rows[0]) + len(constant)))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({target}) VALUES ({places})",
            [(*map(_plain, row), *constant) for row in rows],
        )


def _plain(value):
    return value if value is None or isinstance(value, int) else str(value)
