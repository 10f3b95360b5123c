from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("signatures", "0003_search_keys")]

    operations = [
        migrations.RemoveConstraint("certificate", "signatures_certificate_serial"),
        migrations.AddConstraint(
            "certificate",
            models.UniqueConstraint(
                name="signatures_certificate_serial",
                fields=["serial"],
                condition=models.Q(("serial", ""), _negated=True) & models.Q(withdrawn_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "certificate",
            models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["sort_key", "id"],
                name="signatures_certificate_holder",
            ),
        ),
        migrations.AddIndex(
            "certificateevent",
            models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=["kind", "happened_on", "certificate"],
                name="signatures_event_by_day",
            ),
        ),
    ]
