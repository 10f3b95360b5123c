from django.db import migrations

MOVE = """
INSERT INTO facilities_logentry
    (at, kind, by_id, facility_id, address, subject, count, because, digest)
SELECT at, how, by_id, facility_id, '', register, count, because, ''
FROM signatures_namesread ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0003_access_log_guarded"),
        ("signatures", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="NamesRead"),
    ]
