"""The tables of supplies, and the trigger that keeps what was booked."""

import django.db.models.deletion
from django.db import migrations, models


APPEND_ONLY = """
CREATE FUNCTION supplies_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was booked is never changed or removed; book a reversal';
END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON supplies_entry
    FOR EACH ROW EXECUTE FUNCTION supplies_refuse_change();
CREATE TRIGGER movement_stays BEFORE UPDATE OR DELETE ON supplies_movement
    FOR EACH ROW EXECUTE FUNCTION supplies_refuse_change();
"""

ALLOW_CHANGES = """
DROP TRIGGER entry_stays ON supplies_entry;
DROP TRIGGER movement_stays ON supplies_movement;
DROP FUNCTION supplies_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Store',
            fields=[
                ('organization_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('parent_id', models.BigIntegerField(null=True)),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('version', models.PositiveIntegerField(default=0)),
                ('loads_set_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['place_code', 'organization_id'], name='store_place'), models.Index(fields=['parent_id'], name='store_parent')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('donor_id', models.BigIntegerField()),
                ('receiver_id', models.BigIntegerField()),
                ('state', models.CharField(db_collation='C', max_length=9)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('note', models.CharField(blank=True, default='', max_length=300)),
                ('asked_by', models.BigIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('sent_by', models.BigIntegerField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('received_by', models.BigIntegerField(null=True)),
                ('received_at', models.DateTimeField(null=True)),
                ('signed_by', models.BigIntegerField(null=True)),
                ('signed_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['donor_id', 'id'], name='transfer_donor'), models.Index(fields=['receiver_id', 'id'], name='transfer_receiver'), models.Index(condition=models.Q(('state__in', ('asked', 'sent', 'differs'))), fields=['state', 'id'], name='transfer_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'sent', 'differs', 'received', 'refused', 'withdrawn'])), name='transfer_state_known'), models.CheckConstraint(condition=models.Q(('donor_id', models.F('receiver_id')), _negated=True), name='transfer_to_other'), models.UniqueConstraint(fields=('key', 'donor_id', 'receiver_id'), name='transfer_key_once'), models.CheckConstraint(condition=models.Q(('received_at__isnull', True), ('sent_at__isnull', False), _connector='OR'), name='transfer_received_after_sent')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('key', models.UUIDField(unique=True)),
                ('kind', models.CharField(db_collation='C', max_length=8)),
                ('booked_on', models.DateField()),
                ('partner', models.CharField(blank=True, default='', max_length=120)),
                ('document', models.CharField(blank=True, db_collation='C', default='', max_length=64)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('content', models.BinaryField(max_length=32)),
                ('account_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='supplies.entry')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='supplies.store', db_index=False)),
                ('transfer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='supplies.transfer')),
            ],
        ),
        migrations.CreateModel(
            name='TransferLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(db_collation='C', max_length=32)),
                ('asked', models.BigIntegerField()),
                ('sent', models.BigIntegerField(default=0)),
                ('received', models.BigIntegerField(default=0)),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='supplies.transfer', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store_id', models.BigIntegerField()),
                ('item', models.CharField(db_collation='C', max_length=32)),
                ('lot', models.CharField(blank=True, db_collation='C', default='', max_length=40)),
                ('expires_on', models.DateField(null=True)),
                ('quantity', models.BigIntegerField()),
                ('balance', models.BigIntegerField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='supplies.entry')),
            ],
            options={
                'indexes': [models.Index(fields=['store_id', 'item', '-entry'], name='movement_item')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='movement_moves'), models.CheckConstraint(condition=models.Q(('balance__gte', 0)), name='movement_leaves_no_debt')],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('cells', models.PositiveSmallIntegerField()),
                ('short_cells', models.PositiveSmallIntegerField()),
                ('smallest_item', models.CharField(blank=True, db_collation='C', default='', max_length=32)),
                ('smallest_days', models.PositiveIntegerField()),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readings', to='supplies.store', db_index=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('store', 'on'), name='reading_once_a_day'), models.CheckConstraint(condition=models.Q(('cells__gt', 0), ('short_cells__lte', models.F('cells'))), name='reading_counted')],
            },
        ),
        migrations.CreateModel(
            name='Balance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.CharField(db_collation='C', max_length=32)),
                ('lot', models.CharField(blank=True, db_collation='C', default='', max_length=40)),
                ('expires_on', models.DateField(null=True)),
                ('quantity', models.BigIntegerField()),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='supplies.store', db_index=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('expires_on__isnull', False), ('quantity__gt', 0)), fields=['expires_on', 'id'], name='balance_expiry')],
                'constraints': [models.UniqueConstraint(fields=('store', 'item', 'lot', 'expires_on'), name='balance_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='balance_never_below_zero')],
            },
        ),
        migrations.CreateModel(
            name='StoreLoad',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('load', models.CharField(db_collation='C', max_length=32)),
                ('amount', models.PositiveIntegerField()),
                ('shifts', models.PositiveSmallIntegerField()),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loads', to='supplies.store', db_index=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('store', 'load'), name='storeload_once'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='storeload_some'), models.CheckConstraint(condition=models.Q(('shifts__range', (1, 6))), name='storeload_shifts')],
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['store', '-id'], name='entry_store'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'donation', 'issue', 'count', 'discard', 'sent', 'received', 'reversal'])), name='entry_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='entry_reversal_names_another'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('discard', 'reversal')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='entry_loss_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.UniqueConstraint(fields=('transfer', 'item'), name='transferline_once'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.CheckConstraint(condition=models.Q(('asked__gt', 0), ('received__gte', 0), ('received__lte', models.F('sent')), ('sent__gte', 0)), name='transferline_no_more_than_sent'),
        ),
        migrations.RunSQL(APPEND_ONLY, ALLOW_CHANGES),
    ]
