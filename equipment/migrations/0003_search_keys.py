from django.db import migrations

from facilities.search import TrigramIndex, fill_derived


class Migration(migrations.Migration):
    dependencies = [("equipment", "0002_entries")]

    operations = [
        migrations.RunPython(fill_derived("equipment", "Procurement", "Asset"), migrations.RunPython.noop),
        TrigramIndex("equipment_procurement"),
        TrigramIndex("equipment_asset"),
    ]
