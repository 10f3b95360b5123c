import django.db.models.deletion
import django.utils.timezone
import facilities.models.derived
from django.conf import settings
from django.db import migrations, models

from facilities.folding import fold


def fill_name_keys(apps, schema_editor):
    member = apps.get_model("signatures", "StaffMember")
    rows = member._default_manager.exclude(name="").only("pk", "name")
    for row in rows.iterator(chunk_size=2000):
        member._default_manager.filter(pk=row.pk).update(name_key=fold(row.name))


class Migration(migrations.Migration):
    dependencies = [
        ("facilities", "0002_access_log_stands"),
        ("signatures", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="staffmember",
            name="name_key",
            field=facilities.models.derived.SearchKeyField(of=("name",)),
        ),
        migrations.RunPython(fill_name_keys, migrations.RunPython.noop),
        migrations.CreateModel(
            name="SigningRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="withdrawn at"
                    ),
                ),
                (
                    "withdrawn_because",
                    models.CharField(
                        blank=True, editable=False, max_length=500, verbose_name="withdrawn because"
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="recorded at",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Where the row was taken from.",
                        max_length=300,
                        verbose_name="source",
                    ),
                ),
                (
                    "assumed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Nothing: a source gives it"),
                            ("date", "The day: a source says that it happened, not when"),
                            ("which", "The facility: a source gives the number, not which ones"),
                            ("all", "Everything: sample data"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="assumed",
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="checked at"
                    ),
                ),
                (
                    "import_key",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="File and row it came from: the same file twice changes nothing.",
                        max_length=120,
                        verbose_name="import key",
                    ),
                ),
                ("effective_from", models.DateField(verbose_name="effective from")),
                ("unit", models.CharField(blank=True, max_length=150, verbose_name="unit")),
                (
                    "duty",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("doctor", "Doctor"),
                            ("nurse", "Nurse, midwife"),
                            ("pharmacist", "Pharmacist"),
                            ("technician", "Technician"),
                            ("clerk", "Clerk"),
                            ("head", "Head of the facility"),
                            ("other", "Other"),
                        ],
                        max_length=12,
                        verbose_name="role in the record",
                    ),
                ),
                ("must_sign", models.BooleanField(default=True, verbose_name="must sign")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="basis")),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.document",
                        verbose_name="document",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="facilities.facility",
                        verbose_name="facility",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="withdrawn by",
                    ),
                ),
            ],
            options={
                "verbose_name": "rule who must sign",
                "verbose_name_plural": "rules who must sign",
                "ordering": ["effective_from", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_at__isnull", True), ("checked_by__isnull", True)),
                            models.Q(("checked_at__isnull", False), ("checked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="signatures_signingrule_checked_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True),
                                ("withdrawn_because", ""),
                                ("withdrawn_by__isnull", True),
                            ),
                            models.Q(
                                ("withdrawn_at__gte", models.F("recorded_at")),
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="signatures_signingrule_withdrawn_set_together",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("import_key", ""), _negated=True),
                        fields=("import_key",),
                        name="signatures_signingrule_import_key",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("facility__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        fields=("unit", "duty", "effective_from"),
                        name="signatures_rule_one_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("facility__isnull", False), ("withdrawn_at__isnull", True)
                        ),
                        fields=("facility", "unit", "duty", "effective_from"),
                        name="signatures_rule_of_facility_one_a_day",
                    ),
                ],
            },
        ),
    ]
