from django.db import migrations

from facilities.search import TrigramIndex, fill_derived


class Migration(migrations.Migration):
    dependencies = [("facilities", "0002_acts_and_search")]

    operations = [
        migrations.RunPython(fill_derived("facilities", "FacilityName", "Document"), migrations.RunPython.noop),
        TrigramIndex("facilities_facilityname"),
        TrigramIndex("facilities_document"),
    ]
