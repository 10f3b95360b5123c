"""What supports the accent-blind search: keys for rows older than their column, trigrams on PostgreSQL.

SQLite has no such index and reads the keys of the whole table; they are short, so it stays quick
up to some ten thousand rows.
"""

from django.db.migrations.operations.base import Operation

from facilities.models.derived import DerivedField


def fill_derived(app: str, *models: str):
    """For `RunPython`: compute the derived columns of the rows that are there already."""

    def fill(apps, schema_editor):
        for name in models:
            model = apps.get_model(app, name)
            derived = [f for f in model._meta.concrete_fields if isinstance(f, DerivedField)]
            rows = []
            for row in model._base_manager.iterator(chunk_size=2000):
                for field in derived:
                    field.pre_save(row, add=False)
                rows.append(row)
            model._base_manager.bulk_update(rows, [f.name for f in derived], batch_size=500)

    return fill


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
