import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('equipment', '0004_procurement_details'),
        ('facilities', '0003_search_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StocktakeClosed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                ('source', models.CharField(blank=True, help_text='Where the row was taken from.', max_length=300, verbose_name='source')),
                ('assumed', models.CharField(blank=True, choices=[('', 'Nothing: a source gives it'), ('date', 'The day: a source says that it happened, not when'), ('which', 'The facility: a source gives the number, not which ones'), ('all', 'Everything: sample data')], default='', max_length=10, verbose_name='assumed')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='checked at')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                ('import_key', models.CharField(blank=True, editable=False, help_text='File and row it came from: the same file twice changes nothing.', max_length=120, verbose_name='import key')),
                ('closed_on', models.DateField(verbose_name='closed on')),
            ],
            options={
                'verbose_name': 'end of a stocktake',
                'verbose_name_plural': 'ends of stocktakes',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StocktakeRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                ('source', models.CharField(blank=True, help_text='Where the row was taken from.', max_length=300, verbose_name='source')),
                ('assumed', models.CharField(blank=True, choices=[('', 'Nothing: a source gives it'), ('date', 'The day: a source says that it happened, not when'), ('which', 'The facility: a source gives the number, not which ones'), ('all', 'Everything: sample data')], default='', max_length=10, verbose_name='assumed')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='checked at')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                ('import_key', models.CharField(blank=True, editable=False, help_text='File and row it came from: the same file twice changes nothing.', max_length=120, verbose_name='import key')),
                ('opened_on', models.DateField(verbose_name='opened on')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
            ],
            options={
                'verbose_name': 'stocktake',
                'verbose_name_plural': 'stocktakes',
                'ordering': ['-opened_on', '-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StocktakeSighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                ('source', models.CharField(blank=True, help_text='Where the row was taken from.', max_length=300, verbose_name='source')),
                ('assumed', models.CharField(blank=True, choices=[('', 'Nothing: a source gives it'), ('date', 'The day: a source says that it happened, not when'), ('which', 'The facility: a source gives the number, not which ones'), ('all', 'Everything: sample data')], default='', max_length=10, verbose_name='assumed')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='checked at')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                ('import_key', models.CharField(blank=True, editable=False, help_text='File and row it came from: the same file twice changes nothing.', max_length=120, verbose_name='import key')),
                ('count', models.PositiveIntegerField(blank=True, null=True, verbose_name='count')),
            ],
            options={
                'verbose_name': 'sighting in a stocktake',
                'verbose_name_plural': 'sightings in stocktakes',
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='asset',
            name='equipment_asset_serial',
        ),
        migrations.RemoveConstraint(
            model_name='asset',
            name='equipment_asset_tag',
        ),
        migrations.AlterField(
            model_name='devicemovement',
            name='reason',
            field=models.CharField(choices=[('opening', 'Opening stock'), ('accepted', 'Accepted from a procurement'), ('donated', 'Donated'), ('moved', 'Moved between facilities'), ('retired', 'Retired'), ('stocktake', 'Difference found by stocktake'), ('numbered', 'Was in the count, given a number')], max_length=12, verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='asset',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('serial', ''), _negated=True), ('withdrawn_at__isnull', True)), fields=('device_type', 'serial'), name='equipment_asset_serial'),
        ),
        migrations.AddConstraint(
            model_name='asset',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('tag', ''), _negated=True), ('withdrawn_at__isnull', True)), fields=('tag',), name='equipment_asset_tag'),
        ),
        migrations.AddField(
            model_name='stocktakeclosed',
            name='checked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by'),
        ),
        migrations.AddField(
            model_name='stocktakeclosed',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='stocktakeclosed',
            name='recorded_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='stocktakeclosed',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by'),
        ),
        migrations.AddField(
            model_name='stocktakeround',
            name='checked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by'),
        ),
        migrations.AddField(
            model_name='stocktakeround',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='stocktakeround',
            name='facility',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stocktakes', to='facilities.facility', verbose_name='facility'),
        ),
        migrations.AddField(
            model_name='stocktakeround',
            name='recorded_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='stocktakeround',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by'),
        ),
        migrations.AddField(
            model_name='stocktakeclosed',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='equipment.stocktakeround', verbose_name='stocktake'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='asset',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sightings', to='equipment.asset', verbose_name='asset'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='checked_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='device_type',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='equipment.devicetype', verbose_name='device type'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='recorded_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sightings', to='equipment.stocktakeround', verbose_name='stocktake'),
        ),
        migrations.AddField(
            model_name='stocktakesighting',
            name='withdrawn_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='equipment_stocktakeround_checked_pair'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeround',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='equipment_stocktakeround_withdrawn_set_together'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeround',
            constraint=models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='equipment_stocktakeround_import_key'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeclosed',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='equipment_stocktakeclosed_checked_pair'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeclosed',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='equipment_stocktakeclosed_withdrawn_set_together'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeclosed',
            constraint=models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='equipment_stocktakeclosed_import_key'),
        ),
        migrations.AddConstraint(
            model_name='stocktakeclosed',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('round',), name='equipment_stocktake_closed_once'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='equipment_stocktakesighting_checked_pair'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='equipment_stocktakesighting_withdrawn_set_together'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='equipment_stocktakesighting_import_key'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', False), ('count__isnull', True), ('device_type__isnull', True)), models.Q(('asset__isnull', True), ('count__isnull', False), ('device_type__isnull', False)), _connector='OR'), name='equipment_sighting_of_asset_or_count'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.UniqueConstraint(condition=models.Q(('asset__isnull', False), ('withdrawn_at__isnull', True)), fields=('round', 'asset'), name='equipment_sighting_of_asset_once'),
        ),
        migrations.AddConstraint(
            model_name='stocktakesighting',
            constraint=models.UniqueConstraint(condition=models.Q(('device_type__isnull', False), ('withdrawn_at__isnull', True)), fields=('round', 'device_type'), name='equipment_sighting_of_type_once'),
        ),
    ]
