"""What supports the accent-blind search: trigrams on PostgreSQL.

SQLite has no such index and reads the keys of the whole table; they are short, so it stays quick
up to some ten thousand rows.
"""

from django.db.migrations.operations.base import Operation


class TrigramIndex(Operation):
    """An index that finds a piece of text anywhere in a column; nothing on other databases."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, column: str = "search_key"):
        self.table, self.column = table, column

    @property
    def name(self) -> str:
        return f"{self.table}_{self.column}_trigram"

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            schema_editor.execute(
                f"CREATE INDEX {self.name} ON {self.table} USING gin ({self.column} gin_trgm_ops)"
            )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX {self.name}")

    def describe(self):
        return f"Index pieces of text in {self.table}.{self.column}"
