from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('organization_id', models.BigIntegerField()),
                ('client', models.CharField(db_collation='C', max_length=64)),
                ('sender', models.CharField(max_length=512)),
                ('control_id', models.CharField(blank=True, db_collation='C', default='', max_length=200)),
                ('event', models.CharField(blank=True, db_collation='C', default='', max_length=32)),
                ('content_hash', models.BinaryField(max_length=32)),
                ('raw', models.BinaryField()),
                ('raw_key', models.PositiveSmallIntegerField()),
                ('state', models.CharField(db_collation='C', max_length=8)),
                ('problems', models.JSONField(default=list)),
                ('mapping', models.CharField(blank=True, db_collation='C', default='', max_length=16)),
                ('tries', models.PositiveIntegerField(default=1)),
                ('received_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'received_at'], name='hl7_state'), models.Index(fields=['received_at'], name='hl7_received')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('control_id', ''), _negated=True), fields=('organization_id', 'sender', 'control_id'), name='hl7_message_once'), models.CheckConstraint(condition=models.Q(('state__in', ['AA', 'AE', 'AR'])), name='hl7_state_known')],
            },
        ),
    ]
