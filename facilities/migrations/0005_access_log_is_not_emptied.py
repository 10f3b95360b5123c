"""PostgreSQL refuses to empty the access log as a whole: TRUNCATE passes triggers of rows."""

from django.db import migrations

GUARD = """
CREATE TRIGGER facilities_log_not_emptied BEFORE TRUNCATE ON facilities_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION facilities_log_stands();
"""
UNGUARD = "DROP TRIGGER facilities_log_not_emptied ON facilities_logentry;"


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GUARD, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNGUARD, params=None)


class Migration(migrations.Migration):
    dependencies = [("facilities", "0004_accounts_over_time")]

    operations = [migrations.RunPython(guard, unguard)]
