from django.db import migrations

import facilities.models.derived
import facilities.search


class Migration(migrations.Migration):
    dependencies = [("signatures", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="certificate",
            name="holder_key",
            field=facilities.models.derived.SearchKeyField(of=("holder",)),
        ),
        facilities.search.TrigramIndex("signatures_certificate", "holder_key"),
    ]
