import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def of_the_only_one(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Sessions held so far are those of the one province there was."""
    programme = apps.get_model("rollout", "Programme").objects.first()
    if programme is not None:
        sessions = apps.get_model("rollout", "WorkingSession").objects
        sessions.filter(programme=None).update(programme=programme)


class Migration(migrations.Migration):
    dependencies = [("facilities", "0001_initial"), ("rollout", "0002_mending")]

    operations = [
        migrations.RemoveConstraint("programme", "rollout_programme_one_row"),
        migrations.RemoveConstraint("programmearea", "rollout_programme_area_one_a_day"),
        migrations.AlterField(
            "programme",
            "area",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="facilities.area",
                verbose_name="area",
            ),
        ),
        migrations.AddField(
            "programme",
            "begun_at",
            models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="begun at"
            ),
        ),
        # Until now the one row had the number 1.
        migrations.AddField(
            "programmearea",
            "programme",
            models.ForeignKey(
                default=1,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="rollout.programme",
                verbose_name="programme",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "programmearea",
            models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("programme", "effective_from"),
                name="rollout_programme_area_one_a_day",
            ),
        ),
        migrations.AddField(
            "workingsession",
            "programme",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="rollout.programme",
                verbose_name="province",
            ),
        ),
        migrations.RunPython(of_the_only_one, migrations.RunPython.noop),
    ]
