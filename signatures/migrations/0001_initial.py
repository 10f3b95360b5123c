import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import facilities.models.derived
import facilities.operations
import facilities.search
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
                    name='SignatureNeed',
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
                        ('effective_from', models.DateField(verbose_name='effective from')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='facilities.facility', verbose_name='facility')),
                        ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                    ],
                    options={
                        'verbose_name': 'need of signatures',
                        'verbose_name_plural': 'need of signatures',
                        'ordering': ['effective_from', 'pk'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='signatures_signatureneed_checked_pair'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_signatureneed_withdrawn_set_together'), models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='signatures_signatureneed_import_key'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('facility', 'effective_from'), name='signatures_signatureneed_one_a_day')],
                    },
                ),
                migrations.CreateModel(
                    name='Batch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='facilities.facility', verbose_name='facility')),
                        ('form', models.CharField(choices=[('01', 'Form 01: new, individuals'), ('02', 'Form 02: new, agency or organisation'), ('03', 'Form 03: new, device, service or software'), ('04', 'Form 04: renew or change content'), ('05', 'Form 05: revoke'), ('06', 'Form 06: restore the device that holds the key')], max_length=2, verbose_name='form')),
                        ('letter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.document', verbose_name='letter of request')),
                    ],
                    options={
                        'verbose_name': 'batch of certificates',
                        'verbose_name_plural': 'batches of certificates',
                        'ordering': ['code'],
                    },
                ),
                migrations.CreateModel(
                    name='StaffMember',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                        ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
                        ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='facilities.facility', verbose_name='facility')),
                        ('name', models.CharField(max_length=150, verbose_name='full name')),
                        ('unit', models.CharField(blank=True, max_length=150, verbose_name='unit')),
                        ('position', models.CharField(blank=True, max_length=100, verbose_name='position')),
                        ('duty', models.CharField(choices=[('doctor', 'Doctor'), ('nurse', 'Nurse, midwife'), ('pharmacist', 'Pharmacist'), ('technician', 'Technician'), ('clerk', 'Clerk'), ('head', 'Head of the facility'), ('other', 'Other')], default='other', max_length=12, verbose_name='role in the record')),
                        ('email', models.EmailField(blank=True, max_length=254, verbose_name='official e-mail')),
                        ('operator', models.CharField(blank=True, choices=[('viettel', 'Viettel'), ('vinaphone', 'Vinaphone'), ('mobifone', 'Mobifone')], max_length=10, verbose_name='telephone operator')),
                        ('search_key', facilities.models.derived.SearchKeyField(of=('unit', 'position'))),
                        ('sort_key', facilities.models.derived.SortKeyField(of=('name',))),
                    ],
                    options={
                        'verbose_name': 'member of staff',
                        'verbose_name_plural': 'staff list',
                        'ordering': ['facility', 'sort_key', 'pk'],
                        'abstract': False,
                        'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['facility', 'sort_key', 'id'], name='signatures_staff_of_facility')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_staffmember_withdrawn_set_together'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(models.Q(('email', ''), _negated=True), ('withdrawn_at__isnull', True)), name='signatures_staff_email')],
                    },
                ),
                migrations.CreateModel(
                    name='Certificate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                        ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
                        ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='facilities.facility', verbose_name='facility')),
                        ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='signatures.batch', verbose_name='batch of certificates')),
                        ('serial', models.CharField(blank=True, max_length=80, verbose_name='certificate serial')),
                        ('subscriber', models.CharField(choices=[('individual', 'Individual'), ('organisation', 'Organisation'), ('device', 'Device or software')], default='individual', max_length=15, verbose_name='subscriber')),
                        ('device', models.CharField(choices=[('TOKEN', 'USB token'), ('SIM', 'SIM'), ('SOFT', 'Software'), ('RSSP', 'Centralised signing'), ('HSM', 'HSM')], default='TOKEN', max_length=6, verbose_name='device type')),
                        ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='signatures.staffmember', verbose_name='member of staff')),
                        ('holder', models.CharField(blank=True, max_length=150, verbose_name='holder')),
                        ('position', models.CharField(blank=True, max_length=100, verbose_name='position')),
                        ('unit', models.CharField(blank=True, max_length=150, verbose_name='unit')),
                        ('assumed', models.BooleanField(default=False, verbose_name='sample data')),
                        ('import_key', models.CharField(blank=True, editable=False, max_length=120)),
                        ('search_key', facilities.models.derived.SearchKeyField(of=('serial', 'unit', 'position'))),
                        ('holder_key', facilities.models.derived.SearchKeyField(of=('holder',))),
                        ('sort_key', facilities.models.derived.SortKeyField(of=('holder',))),
                    ],
                    options={
                        'verbose_name': 'certificate',
                        'verbose_name_plural': 'certificates',
                        'ordering': ['facility', 'pk'],
                        'abstract': False,
                        'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['sort_key', 'id'], name='signatures_certificate_holder')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_certificate_withdrawn_set_together'), models.UniqueConstraint(condition=models.Q(models.Q(('serial', ''), _negated=True), ('withdrawn_at__isnull', True)), fields=('serial',), name='signatures_certificate_serial'), models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='signatures_certificate_import_key')],
                    },
                ),
                migrations.CreateModel(
                    name='CertificateEvent',
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
                        ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='signatures.certificate', verbose_name='certificate')),
                        ('kind', models.CharField(choices=[('requested', 'Bought and registered'), ('returned', 'Returned for correction'), ('issued', 'Issued'), ('received', 'Device received'), ('handed_over', 'Handed over'), ('authenticated', "Authenticated with the Committee's server"), ('renewed', 'Renewed'), ('changed', 'Content changed'), ('revoked', 'Revoked'), ('left', 'Holder left or changed post')], max_length=15, verbose_name='kind')),
                        ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                        ('valid_until', models.DateField(blank=True, help_text='First day on which it is no longer valid.', null=True, verbose_name='valid until')),
                        ('because', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ],
                    options={
                        'verbose_name': 'certificate event',
                        'verbose_name_plural': 'certificate events',
                        'ordering': ['happened_on', 'pk'],
                        'abstract': False,
                        'indexes': [models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['facility', 'happened_on', 'kind'], name='signatures_event_count'), models.Index(condition=models.Q(('withdrawn_at__isnull', True)), fields=['kind', 'happened_on', 'certificate'], name='signatures_event_by_day'), models.Index(condition=models.Q(('valid_until__isnull', False), ('withdrawn_at__isnull', True)), fields=['valid_until'], name='signatures_event_expiry')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='signatures_certificateevent_checked_pair'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_certificateevent_withdrawn_set_together'), models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='signatures_certificateevent_import_key'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('certificate', 'kind', 'attempt'), name='signatures_event_once'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('issued', 'renewed')), ('valid_until__gt', models.F('happened_on')), ('valid_until__isnull', False)), models.Q(models.Q(('kind__in', ('issued', 'renewed')), _negated=True), ('valid_until__isnull', True)), _connector='OR'), name='signatures_event_valid_until_belongs_to_issue_and_renewal'), models.CheckConstraint(condition=models.Q(('attempt', 1), models.Q(('attempt__gt', 1), ('kind__in', ('requested', 'returned', 'renewed', 'changed'))), _connector='OR'), name='signatures_event_attempt')],
                    },
                ),
                migrations.CreateModel(
                    name='StaffEvent',
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
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='signatures.staffmember', verbose_name='member of staff')),
                        ('kind', models.CharField(choices=[('joined', 'Works here from'), ('left', 'Left on')], max_length=10, verbose_name='kind')),
                    ],
                    options={
                        'verbose_name': 'event of a member of staff',
                        'verbose_name_plural': 'events of members of staff',
                        'ordering': ['happened_on', 'pk'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='signatures_staffevent_checked_pair'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__gte', models.F('recorded_at')), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_staffevent_withdrawn_set_together'), models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('import_key',), name='signatures_staffevent_import_key'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('member', 'kind'), name='signatures_staff_event_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentMark',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='mark', to='signatures.staffmember', verbose_name='member of staff')),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                    ],
                    options={
                        'verbose_name': 'mark of a document',
                        'verbose_name_plural': 'marks of documents',
                    },
                ),
                migrations.CreateModel(
                    name='NamesRead',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='facilities.facility', verbose_name='facility')),
                        ('how', models.CharField(choices=[('page', 'read on a page'), ('export', 'taken as a file'), ('sheet', 'put into a sheet for the Committee')], max_length=10, verbose_name='how')),
                        ('register', models.SlugField(max_length=40, verbose_name='register')),
                        ('count', models.PositiveIntegerField(verbose_name='names')),
                        ('because', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                    ],
                    options={
                        'verbose_name': 'reading of names',
                        'verbose_name_plural': 'readings of names',
                        'ordering': ['-at', '-pk'],
                        'indexes': [models.Index(fields=['facility', '-at'], name='signatures_names_read')],
                    },
                ),
                migrations.CreateModel(
                    name='ReturnedList',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at')),
                        ('withdrawn_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
                        ('withdrawn_because', models.CharField(blank=True, editable=False, max_length=500, verbose_name='withdrawn because')),
                        ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returned', to='facilities.facility', verbose_name='facility')),
                        ('title', models.CharField(max_length=150, verbose_name='letter or list')),
                        ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received at')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'returned list',
                        'verbose_name_plural': 'returned lists',
                        'ordering': ['-at', '-pk'],
                        'abstract': False,
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', ''), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='signatures_returnedlist_withdrawn_set_together')],
                    },
                ),
                migrations.CreateModel(
                    name='ReturnedLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='signatures.returnedlist')),
                        ('number', models.PositiveIntegerField(verbose_name='row')),
                        ('name', models.CharField(max_length=150, verbose_name='full name')),
                        ('unit', models.CharField(blank=True, max_length=150, verbose_name='unit')),
                        ('email', models.CharField(blank=True, max_length=254, verbose_name='official e-mail')),
                        ('serial', models.CharField(max_length=80, verbose_name='certificate serial')),
                        ('issued_on', models.DateField(verbose_name='issued on')),
                        ('valid_until', models.DateField(verbose_name='valid until')),
                        ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                    ],
                    options={
                        'verbose_name': 'line of a returned list',
                        'verbose_name_plural': 'lines of returned lists',
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('of', 'number'), name='signatures_returned_line')],
                    },
                ),
            ],
        ),
        facilities.search.TrigramIndex(
            table='signatures_certificate',
        ),
        facilities.search.TrigramIndex(
            table='signatures_staffmember',
        ),
        facilities.search.TrigramIndex(
            table='signatures_certificate',
            column='holder_key',
        ),
    ]
