"""What supports the accent-blind search: trigrams on PostgreSQL.

SQLite has no such index and reads the keys of the whole table; they are short, so it stays quick
up to some ten thousand rows.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class TrigramIndex(Operation):
    """An index that finds a piece of text anywhere in a column; nothing on other databases."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, column: str = "search_key"):
        self.table, self.column = table, column

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_trigram"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute(
                f"CREATE INDEX {self.name} ON {self.table} USING gin ({self.column} gin_trgm_ops)"
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX {self.name}")

    def describe(self) -> str:
        return f"Index pieces of text in {self.table}.{self.column}"
