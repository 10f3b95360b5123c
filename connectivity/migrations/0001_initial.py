import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import facilities.operations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('facilities', '0001_initial'),
    ]

    operations = [
        facilities.operations.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Partner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name_vi', models.CharField(max_length=200, verbose_name='name in Vietnamese')),
                        ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in English')),
                        ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                        ('counted', models.BooleanField(default=False, help_text="The one partner whose connections the province's progress counts.", verbose_name='counted')),
                    ],
                    options={
                        'verbose_name': 'partner',
                        'verbose_name_plural': 'partners',
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('counted', True)), fields=('counted',), name='connectivity_one_counted_partner')],
                    },
                ),
                migrations.CreateModel(
                    name='ConnectionStep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='document')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                        ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
                        ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                        ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                        ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                        ('source', models.CharField(blank=True, help_text='Where the row was taken from.', max_length=300, verbose_name='source')),
                        ('assumed', models.CharField(blank=True, choices=[('', 'Nothing: a source gives it'), ('date', 'The day: a source says that it happened, not when'), ('which', 'The facility: a source gives the number, not which ones'), ('all', 'Everything: sample data')], default='', max_length=10, verbose_name='assumed')),
                        ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='checked at')),
                        ('checked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by')),
                        ('import_key', models.CharField(blank=True, editable=False, help_text='File and row it came from: the same file twice changes nothing.', max_length=120, verbose_name='import key')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='facilities.facility', verbose_name='facility')),
                        ('happened_on', models.DateField(verbose_name='happened on')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='connectivity.partner', verbose_name='partner')),
                        ('step', models.CharField(choices=[('account', 'Account issued'), ('connected', 'Connection established'), ('first_message', 'First successful message'), ('disconnected', 'Disconnected')], max_length=15, verbose_name='step')),
                        ('attempt', models.PositiveSmallIntegerField(default=1, help_text='2 for a connection made again after it had ended.', verbose_name='attempt')),
                    ],
                    options={
                        'verbose_name': 'connection step',
                        'verbose_name_plural': 'connection steps',
                        'ordering': ['happened_on', 'pk'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='connectivity_connectionstep_checked_pair'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='connectivity_connectionstep_withdrawn_set_together'), models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='connectivity_connectionstep_import_key'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('facility', 'partner', 'step', 'attempt'), name='connectivity_step_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Gateway',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gateways', to='facilities.facility', verbose_name='facility')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gateways', to='connectivity.partner', verbose_name='partner')),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('interval_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='expected every, in minutes')),
                        ('grace_minutes', models.PositiveIntegerField(default=30, help_text='After it, a gateway that was delayed has no signal.', validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='grace, in minutes')),
                        ('issued_at', models.DateTimeField(verbose_name='issued at')),
                        ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                        ('because', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ],
                    options={
                        'verbose_name': 'gateway',
                        'verbose_name_plural': 'gateways',
                        'ordering': ['facility', 'partner', 'pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('facility', 'partner'), name='connectivity_one_gateway_stands'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False), models.Q(('because', ''), _negated=True)), _connector='OR'), name='connectivity_gateway_revoked_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='BeatDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('gateway', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='connectivity.gateway', verbose_name='gateway')),
                        ('day', models.DateField(verbose_name='day')),
                        ('beats', models.PositiveIntegerField(verbose_name='signals')),
                        ('sent', models.PositiveBigIntegerField(verbose_name='messages sent')),
                        ('errors', models.PositiveBigIntegerField(verbose_name='errors')),
                        ('first_at', models.DateTimeField(verbose_name='first at')),
                        ('last_at', models.DateTimeField(verbose_name='last at')),
                    ],
                    options={
                        'verbose_name': 'day of a gateway',
                        'verbose_name_plural': 'days of gateways',
                        'ordering': ['gateway', '-day'],
                        'constraints': [models.UniqueConstraint(fields=('gateway', 'day'), name='connectivity_beats_of_a_day')],
                    },
                ),
            ],
        ),
    ]
