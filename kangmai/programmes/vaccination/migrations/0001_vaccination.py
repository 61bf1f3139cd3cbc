"""The tables of the clinic, and the trigger that keeps what was booked and measured."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


APPEND_ONLY = """
CREATE FUNCTION vaccination_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was booked or measured is never changed or removed';
END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON vaccination_entry
    FOR EACH ROW EXECUTE FUNCTION vaccination_refuse_change();
CREATE TRIGGER movement_stays BEFORE UPDATE OR DELETE ON vaccination_movement
    FOR EACH ROW EXECUTE FUNCTION vaccination_refuse_change();
CREATE TRIGGER temperature_stays BEFORE UPDATE OR DELETE ON vaccination_temperature
    FOR EACH ROW EXECUTE FUNCTION vaccination_refuse_change();
"""

ALLOW_CHANGES = """
DROP TRIGGER entry_stays ON vaccination_entry;
DROP TRIGGER movement_stays ON vaccination_movement;
DROP TRIGGER temperature_stays ON vaccination_temperature;
DROP FUNCTION vaccination_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entered',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('immunization', models.CharField(db_collation='C', max_length=64)),
                ('content', models.BinaryField(max_length=32)),
                ('account', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Particulars',
            fields=[
                ('resident_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('birth_weight_g', models.PositiveSmallIntegerField(null=True)),
                ('gestation_weeks', models.PositiveSmallIntegerField(null=True)),
                ('mother_hbsag', models.CharField(blank=True, db_collation='C', default='', max_length=8)),
                ('immunoglobulin', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), blank=True, default=list, size=None)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Child',
            fields=[
                ('resident_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('birth_on', models.DateField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('organization', models.BigIntegerField(null=True)),
                ('late', models.PositiveSmallIntegerField(default=0)),
                ('late_since', models.DateField(null=True)),
                ('look_on', models.DateField(null=True)),
                ('judged_on', models.DateField()),
                ('called_on', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('late__gt', 0)), fields=['place_code', 'late_since', 'resident_id'], name='child_late'), models.Index(fields=['look_on'], name='child_to_look_at')],
            },
        ),
        migrations.CreateModel(
            name='Deferral',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('resident_id', models.BigIntegerField()),
                ('question', models.CharField(db_collation='C', max_length=16)),
                ('vaccines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=16), blank=True, default=list, size=None)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('ended_on', models.DateField(null=True)),
                ('end_reason', models.CharField(blank=True, default='', max_length=300)),
                ('organization', models.BigIntegerField()),
                ('account', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['resident_id'], name='deferral_resident')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='deferral_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='Fridge',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('organization', models.BigIntegerField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('name', models.CharField(max_length=60)),
                ('kind', models.CharField(db_collation='C', max_length=20)),
                ('low', models.DecimalField(decimal_places=1, max_digits=5)),
                ('high', models.DecimalField(decimal_places=1, max_digits=5)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['place_code', 'organization'], name='fridge_place')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='fridge_name_once'), models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='fridge_has_limits')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('kind', models.CharField(db_collation='C', max_length=9)),
                ('organization', models.BigIntegerField()),
                ('partner', models.CharField(blank=True, default='', max_length=120)),
                ('document', models.CharField(blank=True, db_collation='C', default='', max_length=64)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('content', models.BinaryField(max_length=32)),
                ('account', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='vaccination.fridge')),
                ('to_fridge', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vaccination.fridge')),
            ],
        ),
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('lowest', models.DecimalField(decimal_places=1, max_digits=5)),
                ('highest', models.DecimalField(decimal_places=1, max_digits=5)),
                ('account', models.BigIntegerField()),
                ('found_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breaches', to='vaccination.fridge', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Logger',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('account', models.BigIntegerField()),
                ('registered_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loggers', to='vaccination.fridge', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('vaccine', models.CharField(db_collation='C', max_length=16)),
                ('product', models.CharField(max_length=120)),
                ('maker', models.CharField(max_length=120)),
                ('number', models.CharField(db_collation='C', max_length=40)),
                ('expires_on', models.DateField()),
                ('recalled_on', models.DateField(null=True)),
                ('recall_reason', models.CharField(blank=True, default='', max_length=300)),
                ('recalled_by', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['number'], name='vaccine_lot_number')],
                'constraints': [models.UniqueConstraint(fields=('maker', 'product', 'number'), name='vaccine_lot_once'), models.CheckConstraint(condition=models.Q(('recalled_on__isnull', True), models.Q(('recall_reason', ''), _negated=True), _connector='OR'), name='vaccine_lot_recall_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='BreachLot',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('doses', models.PositiveIntegerField()),
                ('verdict', models.CharField(db_collation='C', default='open', max_length=9)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('decided_by', models.BigIntegerField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='vaccination.breach', db_index=False)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='vaccination.lot')),
            ],
        ),
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('code', models.CharField(db_collation='C', max_length=32, unique=True)),
                ('doses', models.PositiveSmallIntegerField()),
                ('left', models.PositiveSmallIntegerField()),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='vaccination.fridge')),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='vaccination.lot', db_index=False)),
                ('quarantine', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packages', to='vaccination.breachlot')),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.SmallIntegerField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='vaccination.entry')),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vaccination.fridge', db_index=False)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vaccination.lot')),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='vaccination.package')),
            ],
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('pk', models.CompositePrimaryKey('child_id', 'series', 'vaccine', 'dose', blank=True, editable=False, primary_key=True, serialize=False)),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='standings', to='vaccination.child')),
                ('due_on', models.DateField()),
                ('timely_until', models.DateField()),
                ('given_on', models.DateField(null=True)),
                ('dose', models.PositiveSmallIntegerField()),
                ('series', models.CharField(db_collation='C', max_length=16)),
                ('vaccine', models.CharField(db_collation='C', max_length=16)),
                ('status', models.CharField(db_collation='C', max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='Temperature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('celsius', models.DecimalField(decimal_places=1, max_digits=5)),
                ('source', models.CharField(db_collation='C', max_length=6)),
                ('client', models.CharField(blank=True, db_collation='C', default='', max_length=40)),
                ('account', models.BigIntegerField()),
                ('entered_at', models.DateTimeField()),
                ('fridge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='temperatures', to='vaccination.fridge', db_index=False)),
                ('logger', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vaccination.logger')),
            ],
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('organization', models.BigIntegerField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('resident_id', models.BigIntegerField()),
                ('on', models.DateField()),
                ('number', models.PositiveSmallIntegerField()),
                ('step', models.CharField(db_collation='C', max_length=8)),
                ('arrived_at', models.DateTimeField()),
                ('temperature', models.DecimalField(decimal_places=1, max_digits=3, null=True)),
                ('answered', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=16), blank=True, default=list, size=None)),
                ('checked_by', models.BigIntegerField(null=True)),
                ('consent_by', models.CharField(blank=True, db_collation='C', default='', max_length=10)),
                ('consent_rule', models.CharField(blank=True, db_collation='C', default='', max_length=24)),
                ('consented_at', models.DateTimeField(null=True)),
                ('observed_from', models.DateTimeField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('next_on', models.DateField(null=True)),
                ('next_vaccines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=16), blank=True, default=list, size=None)),
                ('account', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['resident_id', '-on'], name='clinic_resident')],
                'constraints': [models.CheckConstraint(condition=models.Q(('step__in', ['arrived', 'cleared', 'agreed', 'observed', 'done', 'deferred', 'left'])), name='clinic_step_known'), models.UniqueConstraint(fields=('organization', 'on', 'number'), name='clinic_number'), models.UniqueConstraint(condition=models.Q(('step__in', ['arrived', 'cleared', 'agreed', 'observed'])), fields=('organization', 'on', 'resident_id'), name='clinic_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Aefi',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('resident_id', models.BigIntegerField()),
                ('organization', models.BigIntegerField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('vaccines', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=16), blank=True, default=list, size=None)),
                ('vaccinated_on', models.DateField(null=True)),
                ('onset_at', models.DateTimeField()),
                ('found_at', models.DateTimeField()),
                ('reaction', models.CharField(db_collation='C', max_length=20)),
                ('severity', models.CharField(db_collation='C', max_length=10)),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('class_code', models.CharField(blank=True, db_collation='C', default='', max_length=2)),
                ('narrative', models.BinaryField()),
                ('narrative_key', models.PositiveSmallIntegerField()),
                ('review_note', models.CharField(blank=True, default='', max_length=300)),
                ('account', models.BigIntegerField()),
                ('reported_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewed_by', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('visit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reactions', to='vaccination.visit')),
            ],
        ),
        migrations.CreateModel(
            name='VisitDose',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('vaccine', models.CharField(db_collation='C', max_length=16)),
                ('dose', models.PositiveSmallIntegerField(null=True)),
                ('state', models.CharField(db_collation='C', max_length=7)),
                ('drop_reason', models.CharField(blank=True, default='', max_length=300)),
                ('immunization', models.CharField(blank=True, db_collation='C', default='', max_length=64)),
                ('site', models.CharField(blank=True, db_collation='C', default='', max_length=8)),
                ('route', models.CharField(blank=True, db_collation='C', default='', max_length=8)),
                ('given_at', models.DateTimeField(null=True)),
                ('given_by', models.BigIntegerField(null=True)),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dose', to='vaccination.entry')),
                ('package', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='given', to='vaccination.package')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doses', to='vaccination.visit', db_index=False)),
            ],
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['organization', '-id'], name='vaccine_entry_ledger'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'move', 'injection', 'waste', 'count'])), name='vaccine_entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'waste'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='vaccine_waste_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='breach',
            index=models.Index(fields=['fridge', '-began_at'], name='breach_of_fridge'),
        ),
        migrations.AddConstraint(
            model_name='breach',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('fridge',), name='breach_one_at_a_time'),
        ),
        migrations.AddIndex(
            model_name='logger',
            index=models.Index(fields=['fridge', 'registered_at'], name='logger_fridge'),
        ),
        migrations.AddConstraint(
            model_name='breachlot',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['open', 'released', 'discarded'])), name='breach_verdict_known'),
        ),
        migrations.AddConstraint(
            model_name='breachlot',
            constraint=models.UniqueConstraint(fields=('breach', 'lot'), name='breach_lot_once'),
        ),
        migrations.AddConstraint(
            model_name='breachlot',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'open'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='breach_verdict_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(condition=models.Q(('left__gt', 0)), fields=['fridge', 'lot'], name='package_held'),
        ),
        migrations.AddIndex(
            model_name='package',
            index=models.Index(fields=['lot'], name='package_lot'),
        ),
        migrations.AddConstraint(
            model_name='package',
            constraint=models.CheckConstraint(condition=models.Q(('doses__gt', 0), ('left__gte', 0), ('left__lte', models.F('doses'))), name='package_left_of_its_doses'),
        ),
        migrations.AddIndex(
            model_name='movement',
            index=models.Index(fields=['fridge', 'lot'], name='vaccine_movement_held'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='vaccine_movement_moves'),
        ),
        migrations.AddConstraint(
            model_name='temperature',
            constraint=models.UniqueConstraint(fields=('fridge', 'at'), name='temperature_once'),
        ),
        migrations.AddConstraint(
            model_name='temperature',
            constraint=models.UniqueConstraint(condition=models.Q(('logger__isnull', False)), fields=('logger', 'client'), name='temperature_of_logger_once'),
        ),
        migrations.AddConstraint(
            model_name='temperature',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['hand', 'file', 'device'])), name='temperature_source_known'),
        ),
        migrations.AddIndex(
            model_name='aefi',
            index=models.Index(fields=['place_code', '-id'], name='aefi_place'),
        ),
        migrations.AddIndex(
            model_name='aefi',
            index=models.Index(fields=['organization', '-id'], name='aefi_institution'),
        ),
        migrations.AddConstraint(
            model_name='aefi',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'reported', 'returned', 'reviewed'])), name='aefi_state_known'),
        ),
        migrations.AddConstraint(
            model_name='aefi',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ['ordinary', 'severe', 'disability', 'death', 'cluster', 'concern'])), name='aefi_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='aefi',
            constraint=models.CheckConstraint(condition=models.Q(('onset_at__lte', models.F('found_at'))), name='aefi_found_after_onset'),
        ),
        migrations.AddConstraint(
            model_name='visitdose',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'given', 'dropped'])), name='clinic_dose_known'),
        ),
        migrations.AddConstraint(
            model_name='visitdose',
            constraint=models.UniqueConstraint(fields=('visit', 'vaccine'), name='clinic_dose_once'),
        ),
        migrations.AddConstraint(
            model_name='visitdose',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'given'), _negated=True), models.Q(('entry__isnull', False), ('package__isnull', False), models.Q(('immunization', ''), _negated=True)), _connector='OR'), name='clinic_dose_given_from_a_package'),
        ),
        migrations.RunSQL(APPEND_ONLY, ALLOW_CHANGES),
    ]
