from django.db import migrations

from facilities.search import TrigramIndex, fill_derived


class Migration(migrations.Migration):
    dependencies = [("signatures", "0002_entries")]

    operations = [
        migrations.RunPython(fill_derived("signatures", "Certificate"), migrations.RunPython.noop),
        TrigramIndex("signatures_certificate"),
    ]
