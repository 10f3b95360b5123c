"""PostgreSQL refuses to change what stands in the access log, and to empty it as a whole.

Only an entry's place in the chain is given later, and once. On SQLite the chain alone tells.
"""

from django.db import migrations

GUARD = """
CREATE FUNCTION facilities_log_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
        AND (NEW.id, NEW.at, NEW.kind, NEW.by_id, NEW.about_id, NEW.facility_id, NEW.address,
             NEW.subject, NEW.count, NEW.because, NEW.change_set_id)
        IS NOT DISTINCT FROM
            (OLD.id, OLD.at, OLD.kind, OLD.by_id, OLD.about_id, OLD.facility_id, OLD.address,
             OLD.subject, OLD.count, OLD.because, OLD.change_set_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The access log is not changed.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER facilities_log_stands BEFORE UPDATE OR DELETE ON facilities_logentry
    FOR EACH ROW EXECUTE FUNCTION facilities_log_stands();
CREATE TRIGGER facilities_log_not_emptied BEFORE TRUNCATE ON facilities_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION facilities_log_stands();
"""
UNGUARD = """
DROP TRIGGER facilities_log_not_emptied ON facilities_logentry;
DROP TRIGGER facilities_log_stands ON facilities_logentry;
DROP FUNCTION facilities_log_stands();
"""


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(GUARD, params=None)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNGUARD, params=None)


class Migration(migrations.Migration):
    dependencies = [("facilities", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
