"""The tables of venues but the scans."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(blank=True, null=True)),
                ('source', models.IntegerField()),
                ('received_at', models.DateTimeField()),
                ('rows', models.PositiveIntegerField()),
                ('taken', models.PositiveIntegerField()),
                ('repeated', models.PositiveIntegerField()),
                ('refused', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Lookup',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('kind', models.CharField(db_collation='C', max_length=12)),
                ('case_number', models.CharField(db_collation='C', max_length=40)),
                ('persons', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, null=True, size=None)),
                ('content', models.BinaryField(blank=True, null=True)),
                ('content_key', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('asked_by', models.BigIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('decided_by', models.BigIntegerField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('opened', models.PositiveIntegerField(default=0)),
                ('key', models.CharField(db_collation='C', max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['place_code', '-id'], name='lookup_place')],
                'constraints': [models.UniqueConstraint(fields=('asked_by', 'key'), name='lookup_key_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['places', 'contacts', 'generations'])), name='lookup_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'approved', 'refused'])), name='lookup_state_known'), models.CheckConstraint(condition=models.Q(('state', 'asked'), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='lookup_two_people')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('pass_number', models.BigIntegerField()),
                ('document_hash', models.BinaryField(max_length=16)),
                ('resident_id', models.BigIntegerField(blank=True, null=True)),
                ('content', models.BinaryField()),
                ('content_key', models.PositiveSmallIntegerField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('origin', models.CharField(db_collation='C', max_length=6)),
                ('colour', models.PositiveSmallIntegerField(default=1)),
                ('colour_until', models.DateTimeField(blank=True, null=True)),
                ('registered_at', models.DateTimeField()),
                ('registered_by', models.BigIntegerField(blank=True, null=True)),
                ('guardian', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='venues.person')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('colour', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(db_collation='C', max_length=40)),
                ('evidence_kind', models.CharField(db_collation='C', max_length=40)),
                ('content', models.BinaryField(blank=True, null=True)),
                ('content_key', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('authority', models.CharField(db_collation='C', max_length=64)),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('is_by_hand', models.BooleanField()),
                ('proposed_by', models.BigIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.BigIntegerField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('ended_by', models.BigIntegerField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('changed_from', models.PositiveSmallIntegerField()),
                ('key', models.CharField(db_collation='C', max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='venues.person', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_serial', models.SmallIntegerField()),
                ('minute', models.DateTimeField()),
                ('source', models.IntegerField()),
                ('reason', models.CharField(db_collation='C', max_length=20)),
                ('venue_id', models.IntegerField()),
                ('person_id', models.IntegerField(blank=True, null=True)),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('minute', 'source', 'reason', 'venue_id', 'order_serial'), name='refusal_once')],
            },
        ),
        migrations.CreateModel(
            name='Venue',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('name', models.CharField(max_length=120)),
                ('kind', models.CharField(db_collation='C', max_length=20)),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('address', models.CharField(blank=True, default='', max_length=200)),
                ('capacity', models.PositiveIntegerField(blank=True, null=True)),
                ('organization_id', models.BigIntegerField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('content', models.BinaryField(blank=True, null=True)),
                ('content_key', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('key', models.CharField(db_collation='C', max_length=64)),
                ('created_by', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['order_id', 'place_code', 'id'], name='venue_order_place'), models.Index(fields=['place_code', 'id'], name='venue_place')],
                'constraints': [models.UniqueConstraint(fields=('created_by', 'key'), name='venue_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Entrance',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=60)),
                ('code_version', models.PositiveSmallIntegerField(default=1)),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entrances', to='venues.venue', db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('name', models.CharField(max_length=60)),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('created_by', models.BigIntegerField()),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('venue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='venues.venue')),
            ],
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('place_code', models.CharField(db_collation='C', max_length=14)),
                ('content', models.BinaryField(blank=True, null=True)),
                ('content_key', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('filed_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.BigIntegerField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='venues.decision')),
            ],
            options={
                'indexes': [models.Index(fields=['place_code', 'state', 'id'], name='appeal_place')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'filed')), fields=('decision',), name='appeal_open_once'), models.CheckConstraint(condition=models.Q(('state__in', ['filed', 'upheld', 'lifted'])), name='appeal_state_known')],
            },
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['document_hash'], name='person_document'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(fields=['place_code', 'id'], name='person_place'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('resident_id__isnull', False)), fields=['resident_id'], name='person_resident'),
        ),
        migrations.AddIndex(
            model_name='person',
            index=models.Index(condition=models.Q(('colour', 1), _negated=True), fields=['colour', 'id'], name='person_colour'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.UniqueConstraint(fields=('order_id', 'document_hash'), name='person_once'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.UniqueConstraint(fields=('pass_number',), include=('id', 'colour', 'colour_until', 'order_id'), name='person_pass'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('colour__in', [1, 2, 3])), name='person_colour_known'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['self', 'family', 'grid', 'hotel', 'port'])), name='person_origin_known'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['person', 'state'], name='decision_person'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['place_code', 'state', '-id'], name='decision_place'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['decided_at'], name='decision_day'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('proposed_by', 'key'), name='decision_key_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('colour__in', (2, 3))), name='decision_colour_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'in force', 'refused', 'lifted'])), name='decision_state_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('is_by_hand', False), ('state__in', ('proposed', 'refused')), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='decision_two_people'),
        ),
        migrations.AddConstraint(
            model_name='entrance',
            constraint=models.UniqueConstraint(fields=('venue', 'number'), name='entrance_number_once'),
        ),
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('content', models.BinaryField()),
                ('content_key', models.PositiveSmallIntegerField()),
                ('arrived_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('written_by', models.BigIntegerField()),
                ('key', models.CharField(db_collation='C', max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='venues.person', db_index=False)),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrivals', to='venues.venue', db_index=False)),
            ],
            options={
                'indexes': [models.Index(fields=['venue', '-arrived_at', '-id'], name='arrival_venue'), models.Index(fields=['person'], name='arrival_person')],
                'constraints': [models.UniqueConstraint(fields=('written_by', 'key'), name='arrival_key_once'), models.UniqueConstraint(condition=models.Q(('left_at__isnull', True)), fields=('venue', 'person'), name='arrival_open_once'), models.CheckConstraint(condition=models.Q(('left_at__isnull', True), ('left_at__gte', models.F('arrived_at')), _connector='OR'), name='arrival_before_leaving')],
            },
        ),
        migrations.CreateModel(
            name='Clerk',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('account_id', models.BigIntegerField()),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(blank=True, null=True)),
                ('appointed_by', models.BigIntegerField()),
                ('venue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clerks', to='venues.venue')),
            ],
            options={
                'indexes': [models.Index(fields=['account_id', 'venue'], name='clerk_account')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('venue', 'account_id'), name='clerk_once')],
            },
        ),
    ]
