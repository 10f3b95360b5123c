from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("facilities", "0003_search_keys")]

    operations = [
        migrations.AlterField(
            model_name="facilityscope",
            name="scope",
            field=models.CharField(
                choices=[
                    ("rollout", "EMR rollout: counted in every measure"),
                    ("connectivity", "Connectivity only"),
                    ("none", "Not counted"),
                    ("closed", "Closed: no longer in the register"),
                ],
                max_length=15,
                verbose_name="scope",
            ),
        ),
    ]
