import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('equipment', '0003_search_keys'),
        ('facilities', '0003_search_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='procurement',
            name='selection',
            field=models.CharField(choices=[('open_domestic', 'Open bidding, domestic'), ('open_international', 'Open bidding, international'), ('quotation', 'Competitive quotation'), ('direct', 'Direct appointment'), ('other', 'Another way')], default='open_domestic', help_text='It decides how long bidders must be given.', max_length=20, verbose_name='way of selection'),
        ),
        migrations.AddField(
            model_name='procurementlot',
            name='estimated_value',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='estimated value in dong'),
        ),
        migrations.CreateModel(
            name='Setback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                ('source', models.CharField(blank=True, help_text='Where the row was taken from.', max_length=300, verbose_name='source')),
                ('assumed', models.CharField(blank=True, choices=[('', 'Nothing: a source gives it'), ('date', 'The day: a source says that it happened, not when'), ('which', 'The facility: a source gives the number, not which ones'), ('all', 'Everything: sample data')], default='', max_length=10, verbose_name='assumed')),
                ('checked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='checked at')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                ('import_key', models.CharField(blank=True, editable=False, help_text='File and row it came from: the same file twice changes nothing.', max_length=120, verbose_name='import key')),
                ('happened_on', models.DateField(verbose_name='happened on')),
                ('kind', models.CharField(choices=[('estimate_returned', 'Estimate returned'), ('closing_extended', 'Invitation changed or closing postponed'), ('no_bidder', 'No bidder'), ('cancelled', 'Bidding cancelled'), ('retendered', 'Put out to tender again'), ('complaint', 'Complaint of a bidder'), ('contract_amended', 'Contract amended')], max_length=20, verbose_name='kind')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('checked_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='document')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='facilities.facility', verbose_name='facility')),
                ('procurement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='setbacks', to='equipment.procurement', verbose_name='procurement')),
                ('recorded_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'setback of a procurement',
                'verbose_name_plural': 'setbacks of procurements',
                'ordering': ['happened_on', 'pk'],
                'abstract': False,
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='equipment_setback_checked_pair'),
                    models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='equipment_setback_withdrawn_set_together'),
                    models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='equipment_setback_import_key'),
                    models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('procurement', 'kind', 'happened_on'), name='equipment_setback_once_a_day'),
                ],
            },
        ),
    ]
