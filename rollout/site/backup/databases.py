"""The database as one file, by the means of each database itself, and what is in its tables.

PostgreSQL: `pg_dump` and `pg_restore` of its own version or a later one, found on the PATH. SQLite:
its online copy. Counts and digests are of the very state that the file holds.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


class BackupError(Exception):
    """Says what to do instead; nothing was left half done."""


@dataclass(frozen=True, slots=True)
class Table:
    """`digest`: over all rows as text, in the order of the primary key."""

    rows: int
    digest: str


Tables = dict[str, Table]


def dump(to: Path) -> Tables:
    """Write the database as it stands at one moment; returns what is in it. Others go on writing."""
    if connection.vendor == "postgresql":
        return _dump_postgres(to)
    connection.ensure_connection()
    with closing(sqlite3.connect(to)) as copy:
        connection.connection.backup(copy)
        names = [name for (name,) in copy.execute(SQLITE_TABLES)]
        return {name: _sqlite_table(copy, name) for name in names}


def load(dumped: Path) -> None:
    """Fill an empty database. Raises BackupError when it is not empty, or not of the same kind."""
    if connection.introspection.table_names():
        raise BackupError(
            "The database is not empty. Give an empty one: DATABASE_URL, or EMR_VAR for SQLite."
        )
    if connection.vendor == "postgresql":
        _run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(dumped))
        return
    connection.ensure_connection()
    with closing(sqlite3.connect(dumped)) as copy:
        copy.backup(connection.connection)


def tables() -> Tables:
    """What is in the tables now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _postgres_tables(cursor)
        names = [name for (name,) in cursor.execute(SQLITE_TABLES)]
        return {name: _sqlite_table(connection.connection, name) for name in names}


def as_json(found: Tables) -> dict[str, dict[str, object]]:
    return {name: asdict(table) for name, table in found.items()}


SQLITE_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
)


def _sqlite_table(database: sqlite3.Connection, name: str) -> Table:
    quoted = '"' + name.replace('"', '""') + '"'
    columns = database.execute(f"PRAGMA table_info({quoted})").fetchall()
    keys = [f'"{column[1]}"' for column in sorted(columns, key=lambda c: c[5]) if column[5]]
    # As the file holds them: what the driver would make of days and truths is not asked.
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    parts = ", ".join(f'quote("{column[1]}")' for column in columns)
    return _digest(database.execute(f"SELECT {parts} FROM {quoted}{order}"))  # noqa: S608  # names of our tables


def _dump_postgres(to: Path) -> Tables:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        # The rows that are counted here are those that go into the file, whatever is written meanwhile.
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={to}")
        return _postgres_tables(cursor)


def _postgres_tables(cursor: CursorWrapper) -> Tables:
    found = {}
    for name in sorted(connection.introspection.table_names(cursor)):
        quoted = connection.ops.quote_name(name)
        keys = connection.introspection.get_primary_key_columns(cursor, name) or []
        order = ", ".join(map(connection.ops.quote_name, keys)) or "1"
        # Under an ordinary cursor the driver would hold a whole table in memory.
        with connection.chunked_cursor() as rows:
            rows.execute(f"SELECT {quoted}::text FROM {quoted} ORDER BY {order}")  # noqa: S608  # as above
            found[name] = _digest(rows)
    return found


def _digest(rows: Iterable[tuple[object, ...]]) -> Table:
    count, digest = 0, sha256()
    for row in rows:
        count += 1
        for part in row:
            digest.update(str(part).encode())
            digest.update(b"\0")
        digest.update(b"\n")
    return Table(count, digest.hexdigest())


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} was not found on the PATH: install PostgreSQL's client.")
    given = connection.get_connection_params()
    told = {
        "PGHOST": given.get("host"),
        "PGPORT": given.get("port"),
        "PGUSER": given.get("user"),
        "PGPASSWORD": given.get("password"),
        "PGSSLMODE": given.get("sslmode"),
    }
    name = str(given.get("dbname") or given.get("database"))
    done = subprocess.run(
        [path, f"--dbname={name}", *arguments],
        env=os.environ | {key: str(value) for key, value in told.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip()[-500:]}")
