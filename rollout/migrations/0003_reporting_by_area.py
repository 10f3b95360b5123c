"""A reporting calendar, and an exception from it, may be of an area."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Value
from django.db.models.functions import Concat


SHEET = ":reporting_calendars:"


def name_the_area(apps, schema_editor):
    """The key of a row of a folder now ends with its area, which was everybody's until here."""
    calendars = apps.get_model("rollout", "ReportingCalendar").objects
    rows = calendars.filter(import_key__contains=SHEET)
    rows.update(import_key=Concat("import_key", Value(":")))


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0002_access_log_stands"),
        ("rollout", "0002_api_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="reportingcalendar",
            name="rollout_reporting_calendar_one_a_day",
        ),
        migrations.AddField(
            model_name="reportingcalendar",
            name="area",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose facilities report by it. Empty: those of every area without its own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="facilities.area",
                verbose_name="area",
            ),
        ),
        migrations.AddField(
            model_name="reportingexception",
            name="area",
            field=models.ForeignKey(
                blank=True,
                help_text="All facilities that lie in it on that day.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="facilities.area",
                verbose_name="area",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportingcalendar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("area__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("effective_from",),
                name="rollout_reporting_calendar_one_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportingcalendar",
            constraint=models.UniqueConstraint(
                condition=models.Q(("area__isnull", False), ("withdrawn_at__isnull", True)),
                fields=("area", "effective_from"),
                name="rollout_reporting_calendar_of_an_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportingexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("area__isnull", True), ("facility__isnull", True), _connector="OR"
                ),
                name="rollout_reporting_exception_of_an_area_or_a_facility",
                violation_error_message="Give an area or a facility, not both.",
            ),
        ),
        migrations.RunPython(name_the_area, migrations.RunPython.noop),
    ]
