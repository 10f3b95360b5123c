"""Migrations lead to the tables that the models describe, on the database of the run.

Every other test on SQLite works with tables made from the models; the product migrates.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from facilities.models.derived import SearchKeyField

OURS = ("facilities", "equipment", "signatures", "connectivity", "rollout")
ALIAS = "schema"

Schema = set[tuple]
"""What a database consists of, in words that two databases can be compared by."""

TRIGRAMS = re.compile(r"USING gin \((\w+) gin_trgm_ops\)")


def from_models() -> dict[str, None]:
    return {name.rpartition(".")[2]: None for name in settings.INSTALLED_APPS} | {"admin": None}


def our_tables() -> list[str]:
    return [
        model._meta.db_table
        for app in OURS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy
    ]


@contextmanager
def database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty database beside that of the tests, of the same kind."""
    if connection.vendor == "sqlite":
        name = str(folder / "schema.sqlite3")
    else:
        name = f"{connection.settings_dict['NAME']}_schema"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.settings[ALIAS] = connection.settings_dict | {"NAME": name}
    try:
        yield connections[ALIAS]
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.settings[ALIAS]
        if connection.vendor != "sqlite":
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def schema_of(other: BaseDatabaseWrapper) -> Schema:
    return (_of_sqlite if other.vendor == "sqlite" else _of_postgresql)(other, our_tables())


def _of_sqlite(other: BaseDatabaseWrapper, tables: list[str]) -> Schema:
    with other.cursor() as cursor:
        cursor.execute("SELECT type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        found = [row for row in cursor.fetchall() if row[1] in tables]
    return {
        (table, part)
        for kind, table, sql in found
        for part in (_parts(sql) if kind == "table" else [sql])
    }


def _parts(create_table: str) -> Iterator[str]:
    """The columns and constraints in a CREATE TABLE, in whatever order they stand there."""
    body = create_table[create_table.index("(") + 1 : create_table.rindex(")")]
    depth = start = 0
    quoted = False
    for place, sign in enumerate(body):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
            if sign == "," and depth == 0:
                yield body[start:place].strip()
                start = place + 1
    yield body[start:].strip()


def _of_postgresql(other: BaseDatabaseWrapper, tables: list[str]) -> Schema:
    questions = (
        """SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision,
                  numeric_scale, is_nullable, column_default, is_identity, generation_expression,
                  collation_name
           FROM information_schema.columns WHERE table_name = ANY(%s)""",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE conrelid::regclass::text = ANY(%s)""",
    )
    found: Schema = set()
    with other.cursor() as cursor:
        for question in questions:
            cursor.execute(question, [tables])
            found |= set(cursor.fetchall())
    return found


@pytest.fixture
def made_by_models_and_by_migrations(
    tmp_path: Path, settings, django_db_setup: None, django_db_blocker
) -> tuple[Schema, Schema]:
    found = []
    with django_db_blocker.unblock():
        for number, modules in enumerate((from_models(), {})):
            settings.MIGRATION_MODULES = modules
            (folder := tmp_path / str(number)).mkdir()
            with database(folder) as other:
                call_command("migrate", database=ALIAS, run_syncdb=True, verbosity=0)
                found.append(schema_of(other))
    return found[0], found[1]


def test_migrations_make_the_tables_of_the_models(made_by_models_and_by_migrations):
    by_models, by_migrations = made_by_models_and_by_migrations
    assert {part[0] for part in by_models} == set(our_tables())
    assert not by_models - by_migrations
    more = by_migrations - by_models
    # Django has no word for them that SQLite would overlook, so migrations alone make them.
    expected = searched_columns() if connection.vendor == "postgresql" else set()
    found = [(part[0], TRIGRAMS.search(part[-1])) for part in more]
    assert sorted((table, index and index[1]) for table, index in found) == sorted(expected)


def searched_columns() -> set[tuple[str, str]]:
    """By table, what a search compares."""
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SearchKeyField)
    }


def test_no_migration_is_missing(settings, django_db_setup, django_db_blocker):
    settings.MIGRATION_MODULES = {}
    with django_db_blocker.unblock():
        call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
