import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import facilities.models.derived
import facilities.operations
import facilities.search
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        facilities.operations.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Ledger",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("version", models.PositiveBigIntegerField(default=0)),
                        ("general", models.PositiveBigIntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("pk", 1)), name="facilities_ledger_one_row"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Area",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("province", "Province"),
                                    ("district", "District, town or city"),
                                    ("commune", "Commune or ward"),
                                ],
                                max_length=10,
                                verbose_name="level",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "area",
                        "verbose_name_plural": "areas",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="Facility",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                    ],
                    options={
                        "verbose_name": "facility",
                        "verbose_name_plural": "facilities",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        (
                            "last_login",
                            models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                        ),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={
                                    "unique": "A user with that username already exists."
                                },
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[
                                    django.contrib.auth.validators.UnicodeUsernameValidator()
                                ],
                                verbose_name="username",
                            ),
                        ),
                        (
                            "email",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="email address"
                            ),
                        ),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="date joined"
                            ),
                        ),
                        (
                            "full_name",
                            models.CharField(blank=True, max_length=150, verbose_name="full name"),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=[("vi", "Tiếng Việt"), ("en", "English")],
                                default="vi",
                                max_length=5,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                        "ordering": ["username"],
                        "abstract": False,
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="ChangeSet",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=uuid.uuid4,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("form", "Form"),
                                    ("report", "Status report"),
                                    ("bulk", "Change of several rows"),
                                    ("import", "Import"),
                                    ("stocktake", "Stocktake"),
                                    ("reorganisation", "Reorganisation"),
                                    ("undo", "Taken back"),
                                ],
                                max_length=15,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="change_sets",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="at"
                            ),
                        ),
                        (
                            "facility",
                            models.ForeignKey(
                                blank=True,
                                help_text="The facility whose officer did it; empty for the Department.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="change_sets",
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "because",
                            models.CharField(blank=True, max_length=500, verbose_name="reason"),
                        ),
                        (
                            "file_name",
                            models.CharField(blank=True, max_length=200, verbose_name="file"),
                        ),
                        ("file_sha256", models.CharField(blank=True, max_length=64)),
                        (
                            "undoes",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="undone_by",
                                to="facilities.changeset",
                                verbose_name="takes back",
                            ),
                        ),
                        (
                            "looked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="looked at"),
                        ),
                        (
                            "looked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="looked at by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change set",
                        "verbose_name_plural": "change sets",
                        "ordering": ["-at"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("facility__isnull", False), ("looked_at__isnull", True)
                                ),
                                fields=["at"],
                                name="facilities_act_waiting",
                            ),
                            models.Index(
                                fields=["facility", "-at"], name="facilities_act_of_facility"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("looked_at__isnull", True), ("looked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("looked_at__isnull", False), ("looked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_act_looked_pair",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("register", models.SlugField(max_length=40, verbose_name="register")),
                        ("row", models.BigIntegerField(verbose_name="row")),
                        ("text", models.TextField(max_length=2000, verbose_name="note")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="at"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "note",
                        "verbose_name_plural": "notes",
                        "ordering": ["-at"],
                        "indexes": [
                            models.Index(fields=["register", "row"], name="facilities_note_of_row")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Draft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="drafts",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        ("form", models.CharField(max_length=120, verbose_name="form")),
                        ("fields", models.JSONField(default=dict, verbose_name="fields")),
                        ("saved_at", models.DateTimeField(auto_now=True, verbose_name="saved at")),
                    ],
                    options={
                        "verbose_name": "draft",
                        "verbose_name_plural": "drafts",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "form"), name="facilities_draft_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                            "import_key",
                            models.CharField(
                                blank=True,
                                editable=False,
                                help_text="File and row it came from: the same file twice changes nothing.",
                                max_length=120,
                                verbose_name="import key",
                            ),
                        ),
                        (
                            "number",
                            models.CharField(blank=True, max_length=80, verbose_name="number"),
                        ),
                        ("title", models.CharField(max_length=300, verbose_name="title")),
                        (
                            "issuer",
                            models.CharField(blank=True, max_length=200, verbose_name="issuer"),
                        ),
                        (
                            "issued_on",
                            models.DateField(blank=True, null=True, verbose_name="issued on"),
                        ),
                        (
                            "file",
                            models.FileField(
                                blank=True, upload_to="documents/%Y/%m/", verbose_name="file"
                            ),
                        ),
                        (
                            "search_key",
                            facilities.models.derived.SearchKeyField(
                                of=("number", "title", "issuer")
                            ),
                        ),
                        (
                            "sha256",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=64,
                                verbose_name="SHA-256 of the file",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "document",
                        "verbose_name_plural": "documents",
                        "ordering": ["-issued_on", "number"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_document_checked_pair",
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
                                name="facilities_document_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_document_import_key",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="names",
                                to="facilities.area",
                                verbose_name="area",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "name of an area",
                        "verbose_name_plural": "names of areas",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_areaname_checked_pair",
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
                                name="facilities_areaname_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_areaname_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("area", "effective_from"),
                                name="facilities_areaname_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AreaParent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parents",
                                to="facilities.area",
                                verbose_name="area",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="facilities.area",
                                verbose_name="lies in",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "area an area lies in",
                        "verbose_name_plural": "areas that areas lie in",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_areaparent_checked_pair",
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
                                name="facilities_areaparent_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_areaparent_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("area", "effective_from"),
                                name="facilities_areaparent_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "search_key",
                            facilities.models.derived.SearchKeyField(of=("name_vi", "name_en")),
                        ),
                        ("sort_key", facilities.models.derived.SortKeyField(of=("name_vi",))),
                    ],
                    options={
                        "verbose_name": "name of a facility",
                        "verbose_name_plural": "names of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilityname_checked_pair",
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
                                name="facilities_facilityname_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilityname_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilityname_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityArea",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="facilities.area",
                                verbose_name="area",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "area of a facility",
                        "verbose_name_plural": "areas of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilityarea_checked_pair",
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
                                name="facilities_facilityarea_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilityarea_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilityarea_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityScope",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("rollout", "EMR rollout: counted in every measure"),
                                    (
                                        "beyond",
                                        "EMR rollout without having to: counted, but not among those who must",
                                    ),
                                    ("connectivity", "Connectivity only"),
                                    ("none", "Watched only: not counted"),
                                    ("closed", "Closed: no longer in the register"),
                                ],
                                max_length=15,
                                verbose_name="scope",
                            ),
                        ),
                        (
                            "because",
                            models.CharField(blank=True, max_length=300, verbose_name="reason"),
                        ),
                    ],
                    options={
                        "verbose_name": "scope of a facility",
                        "verbose_name_plural": "scope of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilityscope_checked_pair",
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
                                name="facilities_facilityscope_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilityscope_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilityscope_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityLineage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "predecessor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="successors",
                                to="facilities.facility",
                                verbose_name="predecessor",
                            ),
                        ),
                        (
                            "successor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="predecessors",
                                to="facilities.facility",
                                verbose_name="successor",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("merged", "Merged into"), ("split", "Split into")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lineage",
                        "verbose_name_plural": "lineage",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilitylineage_checked_pair",
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
                                name="facilities_facilitylineage_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilitylineage_import_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("predecessor", models.F("successor")), _negated=True
                                ),
                                name="facilities_lineage_not_self",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                            "import_key",
                            models.CharField(
                                blank=True,
                                editable=False,
                                help_text="File and row it came from: the same file twice changes nothing.",
                                max_length=120,
                                verbose_name="import key",
                            ),
                        ),
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("off", "Day off"),
                                    ("working", "Worked instead of another day"),
                                ],
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "day of the working calendar",
                        "verbose_name_plural": "working calendar",
                        "ordering": ["day"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_calendarday_checked_pair",
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
                                name="facilities_calendarday_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_calendarday_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("day",),
                                name="facilities_calendar_day_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Edit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "change_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="edits",
                                to="facilities.changeset",
                                verbose_name="change set",
                            ),
                        ),
                        ("register", models.SlugField(max_length=40, verbose_name="register")),
                        ("row", models.BigIntegerField(verbose_name="row")),
                        (
                            "column",
                            models.SlugField(blank=True, max_length=60, verbose_name="column"),
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
                        ("old", models.TextField(blank=True, verbose_name="old value")),
                        ("new", models.TextField(blank=True, verbose_name="new value")),
                        (
                            "because",
                            models.CharField(blank=True, max_length=500, verbose_name="reason"),
                        ),
                        (
                            "reviewed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="judged at"),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="judged by",
                            ),
                        ),
                        (
                            "returned_because",
                            models.CharField(
                                blank=True,
                                help_text="Empty: accepted.",
                                max_length=500,
                                verbose_name="returned because",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "changed cell",
                        "verbose_name_plural": "changed cells",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["register", "row"], name="facilities_edit_of_row"),
                            models.Index(
                                condition=models.Q(
                                    ("reviewed_at__isnull", False),
                                    models.Q(("returned_because", ""), _negated=True),
                                ),
                                fields=["facility", "register"],
                                name="facilities_edit_returned",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("returned_because", ""),
                                        ("reviewed_at__isnull", True),
                                        ("reviewed_by__isnull", True),
                                    ),
                                    models.Q(
                                        ("reviewed_at__isnull", False),
                                        ("reviewed_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_edit_judged_together",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Agency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                    ],
                    options={
                        "verbose_name": "agency",
                        "verbose_name_plural": "agencies",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="RoleAssignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="assignments",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("department", "Department of Health staff"),
                                    ("officer", "Facility IT officer"),
                                    ("head", "Head of a facility"),
                                    ("leader", "Leader of the province"),
                                    ("agency", "Agency officer"),
                                    ("administrator", "Administrator"),
                                    ("client", "REST client"),
                                ],
                                max_length=20,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "facility",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="facilities.agency",
                                verbose_name="agency",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                help_text="Everything that lies in it, as it lies on the day. Without one: the whole province.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="facilities.area",
                                verbose_name="area",
                            ),
                        ),
                        ("valid_from", models.DateField(verbose_name="valid from")),
                        (
                            "valid_until",
                            models.DateField(
                                blank=True,
                                help_text="First day on which it no longer holds.",
                                null=True,
                                verbose_name="valid until",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "role assignment",
                        "verbose_name_plural": "role assignments",
                        "ordering": ["user", "valid_from"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("facility__isnull", False),
                                        ("role__in", ("officer", "head")),
                                    ),
                                    models.Q(
                                        models.Q(("role__in", ("officer", "head")), _negated=True),
                                        ("facility__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_assignment_officer_has_facility",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("agency__isnull", False), ("role", "agency")),
                                    models.Q(
                                        models.Q(("role", "agency"), _negated=True),
                                        ("agency__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_assignment_agency_officer_has_agency",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("role__in", ("department", "leader", "client")),
                                    ("area__isnull", True),
                                    _connector="OR",
                                ),
                                name="facilities_assignment_area_is_for_readers_and_department",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until__isnull", True),
                                    ("valid_until__gt", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="facilities_assignment_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="api_tokens",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        ("label", models.CharField(max_length=100, verbose_name="label")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("progress", "Read progress"),
                                    (
                                        "detail",
                                        "Read progress and the rows behind it, without personal data",
                                    ),
                                    (
                                        "programme",
                                        "Read these and connections, alerts, deadlines and forecasts of the whole province",
                                    ),
                                ],
                                default="progress",
                                max_length=10,
                                verbose_name="scope",
                            ),
                        ),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created at"),
                        ),
                        (
                            "expires_on",
                            models.DateField(
                                help_text="First day on which it is no longer accepted.",
                                verbose_name="expires on",
                            ),
                        ),
                        (
                            "revoked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="revoked at"),
                        ),
                    ],
                    options={
                        "verbose_name": "API token",
                        "verbose_name_plural": "API tokens",
                        "ordering": ["-created_at"],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityBeds",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        ("has_beds", models.BooleanField(verbose_name="has beds")),
                        (
                            "beds",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="beds"),
                        ),
                    ],
                    options={
                        "verbose_name": "beds of a facility",
                        "verbose_name_plural": "beds of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilitybeds_checked_pair",
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
                                name="facilities_facilitybeds_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilitybeds_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilitybeds_one_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("has_beds", True),
                                    ("beds__isnull", True),
                                    ("beds", 0),
                                    _connector="OR",
                                ),
                                name="facilities_no_beds_counted_without_beds",
                                violation_error_message="It says that there are no beds, and counts some.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityLevel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("initial", "Initial"),
                                    ("basic", "Basic"),
                                    ("specialised", "Specialised"),
                                ],
                                max_length=12,
                                verbose_name="technical level",
                            ),
                        ),
                        (
                            "facility_class",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("special", "Special class"),
                                    ("i", "Class I"),
                                    ("ii", "Class II"),
                                    ("iii", "Class III"),
                                    ("iv", "Class IV"),
                                ],
                                max_length=8,
                                verbose_name="class",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "level of a facility",
                        "verbose_name_plural": "levels of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilitylevel_checked_pair",
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
                                name="facilities_facilitylevel_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilitylevel_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilitylevel_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Kind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                    ],
                    options={
                        "verbose_name": "kind of facility",
                        "verbose_name_plural": "kinds of facility",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityKind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                db_column="kind",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="facilities.kind",
                                to_field="code",
                                verbose_name="kind",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "kind of a facility",
                        "verbose_name_plural": "kinds of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilitykind_checked_pair",
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
                                name="facilities_facilitykind_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilitykind_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilitykind_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KindTerm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        ("sort_key", facilities.models.derived.SortKeyField(of=("name_vi",))),
                        (
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="facilities.kind",
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "deadline_group",
                            models.CharField(
                                choices=[
                                    ("hospitals", "With the hospitals"),
                                    ("others", "With the other facilities that treat patients"),
                                    ("none", "No deadline binds it"),
                                ],
                                default="others",
                                max_length=10,
                                verbose_name="deadlines",
                            ),
                        ),
                        (
                            "group_without_beds",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("hospitals", "With the hospitals"),
                                    ("others", "With the other facilities that treat patients"),
                                    ("none", "No deadline binds it"),
                                ],
                                max_length=10,
                                verbose_name="deadlines without beds",
                            ),
                        ),
                        (
                            "asks_committee",
                            models.BooleanField(
                                blank=True,
                                null=True,
                                verbose_name="certificates of the Government Cipher Committee",
                            ),
                        ),
                        (
                            "signers_vi",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="who signs, in Vietnamese"
                            ),
                        ),
                        (
                            "signers_en",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="who signs, in English"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "name of a kind",
                        "verbose_name_plural": "names of kinds",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_kindterm_checked_pair",
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
                                name="facilities_kindterm_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_kindterm_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("kind", "effective_from"),
                                name="facilities_kindterm_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ManagingBody",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                    ],
                    options={
                        "verbose_name": "managing body",
                        "verbose_name_plural": "managing bodies",
                        "ordering": ["code"],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityOwnership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "ownership",
                            models.CharField(
                                choices=[("public", "Public"), ("private", "Private")],
                                max_length=10,
                                verbose_name="ownership",
                            ),
                        ),
                        (
                            "managed_by",
                            models.ForeignKey(
                                blank=True,
                                db_column="managed_by",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="facilities.managingbody",
                                to_field="code",
                                verbose_name="managed by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ownership of a facility",
                        "verbose_name_plural": "ownership of facilities",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_facilityownership_checked_pair",
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
                                name="facilities_facilityownership_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_facilityownership_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "effective_from"),
                                name="facilities_facilityownership_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ManagingBodyTerm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        ("sort_key", facilities.models.derived.SortKeyField(of=("name_vi",))),
                        (
                            "body",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="facilities.managingbody",
                                verbose_name="managing body",
                            ),
                        ),
                        (
                            "is_local",
                            models.BooleanField(default=False, verbose_name="of the province"),
                        ),
                    ],
                    options={
                        "verbose_name": "name of a managing body",
                        "verbose_name_plural": "names of managing bodies",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_managingbodyterm_checked_pair",
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
                                name="facilities_managingbodyterm_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_managingbodyterm_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("body", "effective_from"),
                                name="facilities_managingbodyterm_one_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CodeSystem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "name_vi",
                            models.CharField(max_length=200, verbose_name="name in Vietnamese"),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="name in English"
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        (
                            "pattern",
                            models.CharField(
                                blank=True,
                                help_text="A regular expression that the whole code meets; empty: any text.",
                                max_length=100,
                                verbose_name="pattern",
                            ),
                        ),
                        (
                            "example",
                            models.CharField(blank=True, max_length=40, verbose_name="example"),
                        ),
                        (
                            "digits",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="A number that lost its leading zeros in Excel gets them back up to so many.",
                                null=True,
                                verbose_name="digits",
                            ),
                        ),
                        (
                            "headings",
                            models.CharField(
                                blank=True,
                                help_text="What spreadsheets call the column, separated by commas.",
                                max_length=300,
                                verbose_name="headings",
                            ),
                        ),
                        (
                            "place",
                            models.PositiveSmallIntegerField(default=100, verbose_name="place"),
                        ),
                        (
                            "of",
                            models.CharField(
                                choices=[("facilities", "of facilities"), ("areas", "of areas")],
                                default="facilities",
                                max_length=10,
                                verbose_name="borne by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "system of codes",
                        "verbose_name_plural": "systems of codes",
                        "ordering": ["place", "code"],
                    },
                ),
                migrations.CreateModel(
                    name="ExternalCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="codes",
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "system",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="codes",
                                to="facilities.codesystem",
                                verbose_name="system",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("search_key", facilities.models.derived.SearchKeyField(of=("code",))),
                    ],
                    options={
                        "verbose_name": "external code",
                        "verbose_name_plural": "external codes",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_externalcode_checked_pair",
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
                                name="facilities_externalcode_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_externalcode_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "system", "effective_from"),
                                name="facilities_external_code_one_a_day",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("system", "code", "effective_from"),
                                name="facilities_external_code_once_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "facility",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contacts",
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "duty",
                            models.CharField(
                                choices=[
                                    ("director", "Director"),
                                    ("it_officer", "IT officer"),
                                    ("other", "Other"),
                                ],
                                max_length=12,
                                verbose_name="duty",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="full name")),
                        (
                            "telephone",
                            models.CharField(blank=True, max_length=20, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True,
                                help_text="First day on which it no longer holds.",
                                null=True,
                                verbose_name="until",
                            ),
                        ),
                        ("search_key", facilities.models.derived.SearchKeyField(of=("name",))),
                    ],
                    options={
                        "verbose_name": "contact",
                        "verbose_name_plural": "contacts",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_contact_checked_pair",
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
                                name="facilities_contact_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_contact_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("facility", "duty", "name", "effective_from"),
                                name="facilities_contact_once_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True),
                                    ("ends_on__gt", models.F("effective_from")),
                                    _connector="OR",
                                ),
                                name="facilities_contact_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FacilityVersion",
                    fields=[
                        (
                            "facility",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="facilities.facility",
                            ),
                        ),
                        ("version", models.PositiveBigIntegerField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="AreaCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="codes",
                                to="facilities.area",
                                verbose_name="area",
                            ),
                        ),
                        (
                            "system",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="area_codes",
                                to="facilities.codesystem",
                                verbose_name="system",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        ("search_key", facilities.models.derived.SearchKeyField(of=("code",))),
                    ],
                    options={
                        "verbose_name": "code of an area",
                        "verbose_name_plural": "codes of areas",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_areacode_checked_pair",
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
                                name="facilities_areacode_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_areacode_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("area", "system", "effective_from"),
                                name="facilities_area_code_one_a_day",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("system", "code", "effective_from"),
                                name="facilities_area_code_once_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LogEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="at"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("page", "read on a page"),
                                    ("export", "taken as a file"),
                                    ("sheet", "put into a sheet for the Committee"),
                                    ("signed_in", "signed in"),
                                    ("refused", "sign-in refused"),
                                    ("locked", "sign-in locked"),
                                    ("lock_lifted", "lock lifted"),
                                    ("password", "password changed"),
                                    ("link", "one-time link made"),
                                    ("factor_on", "second factor set up"),
                                    ("factor_off", "second factor removed"),
                                    ("recovery", "recovery code used"),
                                    ("session_end", "session ended"),
                                    ("role_given", "role given"),
                                    ("role_self", "role given to oneself"),
                                    ("role_ended", "end of a role set"),
                                    ("role_back", "role taken back"),
                                    ("account_off", "account closed"),
                                    ("key_made", "API key made"),
                                    ("key_revoked", "API key revoked"),
                                    ("key_refused", "API key refused"),
                                    ("changes", "change set written"),
                                ],
                                max_length=12,
                                verbose_name="what",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                help_text="Empty: a command, or somebody who is not known.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                        (
                            "about",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="whose account",
                            ),
                        ),
                        (
                            "facility",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="facilities.facility",
                                verbose_name="facility",
                            ),
                        ),
                        (
                            "address",
                            models.CharField(blank=True, max_length=45, verbose_name="from"),
                        ),
                        (
                            "subject",
                            models.SlugField(
                                blank=True, max_length=40, verbose_name="register or role"
                            ),
                        ),
                        ("count", models.PositiveIntegerField(null=True, verbose_name="names")),
                        (
                            "because",
                            models.CharField(blank=True, max_length=300, verbose_name="reason"),
                        ),
                        (
                            "change_set",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="log_entry",
                                to="facilities.changeset",
                                verbose_name="change set",
                            ),
                        ),
                        (
                            "number",
                            models.BigIntegerField(
                                editable=False, null=True, unique=True, verbose_name="number"
                            ),
                        ),
                        ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                    ],
                    options={
                        "verbose_name": "entry of the access log",
                        "verbose_name_plural": "entries of the access log",
                        "ordering": ["-at", "-pk"],
                        "indexes": [
                            models.Index(fields=["-at", "-id"], name="facilities_log_newest"),
                            models.Index(
                                fields=["facility", "-at"], name="facilities_log_of_facility"
                            ),
                            models.Index(fields=["kind", "-at"], name="facilities_log_of_kind"),
                            models.Index(
                                condition=models.Q(("kind__in", ["refused", "key_refused"])),
                                fields=["address", "-at"],
                                name="facilities_log_refused",
                            ),
                            models.Index(fields=["about", "-at"], name="facilities_log_about"),
                            models.Index(
                                condition=models.Q(("number__isnull", True)),
                                fields=["id"],
                                name="facilities_log_loose",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("digest", ""), ("number__isnull", True)),
                                    models.Q(
                                        ("number__isnull", False),
                                        models.Q(("digest", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_log_bound_together",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LogEnd",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.BigIntegerField(default=0)),
                        ("digest", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "end of the access log",
                        "verbose_name_plural": "end of the access log",
                    },
                ),
                migrations.CreateModel(
                    name="SecondFactor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="second_factor",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        ("secret", models.CharField(editable=False, max_length=40)),
                        (
                            "made_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="at"
                            ),
                        ),
                        (
                            "confirmed_at",
                            models.DateTimeField(null=True, verbose_name="confirmed at"),
                        ),
                        ("last_step", models.BigIntegerField(default=-1)),
                    ],
                    options={
                        "verbose_name": "second factor",
                        "verbose_name_plural": "second factors",
                    },
                ),
                migrations.CreateModel(
                    name="RecoveryCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="recovery_codes",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        ("used_at", models.DateTimeField(null=True, verbose_name="used at")),
                    ],
                    options={
                        "verbose_name": "recovery code",
                        "verbose_name_plural": "recovery codes",
                    },
                ),
                migrations.CreateModel(
                    name="SignedInSession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sessions",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                        ("key", models.CharField(editable=False, max_length=40, unique=True)),
                        (
                            "address",
                            models.CharField(blank=True, max_length=45, verbose_name="from"),
                        ),
                        (
                            "program",
                            models.CharField(blank=True, max_length=200, verbose_name="browser"),
                        ),
                        (
                            "began_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, verbose_name="signed in at"
                            ),
                        ),
                        (
                            "with_second",
                            models.BooleanField(
                                default=False, verbose_name="with the second factor"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "ordering": ["-began_at", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="AgencyContact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="withdrawn at"
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
                        (
                            "withdrawn_because",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=500,
                                verbose_name="withdrawn because",
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
                                    (
                                        "which",
                                        "The facility: a source gives the number, not which ones",
                                    ),
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
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contacts",
                                to="facilities.agency",
                                verbose_name="agency",
                            ),
                        ),
                        ("name", models.CharField(max_length=150, verbose_name="full name")),
                        (
                            "position",
                            models.CharField(blank=True, max_length=150, verbose_name="position"),
                        ),
                        (
                            "telephone",
                            models.CharField(blank=True, max_length=20, verbose_name="telephone"),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True,
                                help_text="First day on which it no longer holds.",
                                null=True,
                                verbose_name="until",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact of an agency",
                        "verbose_name_plural": "contacts of agencies",
                        "ordering": ["effective_from", "pk"],
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("checked_at__isnull", True), ("checked_by__isnull", True)
                                    ),
                                    models.Q(
                                        ("checked_at__isnull", False), ("checked_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="facilities_agencycontact_checked_pair",
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
                                name="facilities_agencycontact_withdrawn_set_together",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("import_key", ""), _negated=True),
                                fields=("import_key",),
                                name="facilities_agencycontact_import_key",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("withdrawn_at__isnull", True)),
                                fields=("agency", "name", "effective_from"),
                                name="facilities_agency_contact_once_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True),
                                    ("ends_on__gt", models.F("effective_from")),
                                    _connector="OR",
                                ),
                                name="facilities_agency_contact_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
            ],
        ),
        facilities.search.TrigramIndex(
            table="facilities_facilityname",
        ),
        facilities.search.TrigramIndex(
            table="facilities_document",
        ),
        facilities.search.TrigramIndex(
            table="facilities_externalcode",
        ),
        facilities.search.TrigramIndex(
            table="facilities_contact",
        ),
        facilities.search.TrigramIndex(
            table="facilities_areacode",
        ),
    ]
