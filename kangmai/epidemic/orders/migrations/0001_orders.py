"""The tables of orders."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('serial', models.PositiveSmallIntegerField(unique=True)),
                ('number', models.CharField(db_collation='C', max_length=16, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('disease', models.CharField(db_collation='C', max_length=32)),
                ('purposes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=16), size=None)),
                ('areas', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(db_collation='C', max_length=14), size=None)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('edition', models.CharField(db_collation='C', max_length=32)),
                ('basis', models.CharField(max_length=500)),
                ('is_drill', models.BooleanField()),
                ('retention_days', models.PositiveSmallIntegerField()),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('key', models.CharField(db_collation='C', max_length=64)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.BigIntegerField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, default='', max_length=300)),
                ('is_told', models.BooleanField(default=False)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('extends', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='orders.order')),
            ],
        ),
        migrations.CreateModel(
            name='ErasedTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(db_collation='C', max_length=63)),
                ('treatment', models.CharField(db_collation='C', max_length=9)),
                ('rows', models.PositiveBigIntegerField()),
                ('remaining', models.PositiveBigIntegerField()),
                ('done_at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erased_tables', to='orders.order', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.BigIntegerField()),
                ('role', models.CharField(db_collation='C', max_length=64)),
                ('organization_id', models.BigIntegerField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='orders.order', db_index=False)),
            ],
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['state', 'ends_at'], name='order_in_force'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('proposed_by', 'key'), name='order_key_once'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='order_period'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'signed', 'refused'])), name='order_state_known'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('state', 'signed'), models.Q(('reason', ''), _negated=True), ('ended_by__isnull', False)), _connector='OR'), name='order_ended_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('state', 'signed'), _connector='OR'), name='order_erased_after_signing'),
        ),
        migrations.AddConstraint(
            model_name='erasedtable',
            constraint=models.UniqueConstraint(fields=('order', 'table'), name='erased_table_once'),
        ),
        migrations.AddConstraint(
            model_name='erasedtable',
            constraint=models.CheckConstraint(condition=models.Q(('treatment__in', ['erase', 'anonymise', 'keep'])), name='erased_treatment_known'),
        ),
        migrations.AddConstraint(
            model_name='erasedtable',
            constraint=models.CheckConstraint(condition=models.Q(('remaining', 0)), name='erased_whole'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('order', 'role'), name='signature_role_once'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('order', 'account_id'), name='signature_account_once'),
        ),
    ]
