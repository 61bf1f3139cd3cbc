import kangmai.kernel.ids
from django.db import migrations, models

REFUSE_CHANGES = """
CREATE FUNCTION analytics_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen figure is never changed or removed, nor one from outside';
END $$;
CREATE TRIGGER frozen_figure_stays BEFORE UPDATE OR DELETE ON analytics_frozenfigure
    FOR EACH ROW EXECUTE FUNCTION analytics_refuse_change();
CREATE TRIGGER outside_figure_stays BEFORE UPDATE OR DELETE ON analytics_outsidefigure
    FOR EACH ROW EXECUTE FUNCTION analytics_refuse_change();
"""

ALLOW_CHANGES = """
DROP TRIGGER frozen_figure_stays ON analytics_frozenfigure;
DROP TRIGGER outside_figure_stays ON analytics_outsidefigure;
DROP FUNCTION analytics_refuse_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name='FrozenFigure',
            fields=[
                ('id', models.UUIDField(default=kangmai.kernel.ids.uuid7, primary_key=True, serialize=False)),
                ('indicator', models.CharField(db_collation='C', max_length=64)),
                ('rule_from', models.DateField()),
                ('rule', models.CharField(db_collation='C', max_length=12)),
                ('period_start', models.DateField()),
                ('period_end', models.DateField()),
                ('area', models.CharField(db_collation='C', max_length=14)),
                ('broken_down_by', models.CharField(blank=True, db_collation='C', max_length=16)),
                ('manifest', models.CharField(db_collation='C', max_length=64)),
                ('cutoff', models.DateTimeField()),
                ('figures', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=200)),
                ('frozen_at', models.DateTimeField()),
                ('frozen_by', models.BigIntegerField()),
                ('frozen_by_name', models.CharField(max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['indicator', 'area', 'period_start', 'period_end', 'frozen_at'], name='frozenfigure_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('period_end__gt', models.F('period_start'))), name='frozenfigure_period_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='OutsideFigure',
            fields=[
                ('id', models.UUIDField(default=kangmai.kernel.ids.uuid7, primary_key=True, serialize=False)),
                ('indicator', models.CharField(db_collation='C', max_length=64)),
                ('area', models.CharField(db_collation='C', max_length=14)),
                ('period_start', models.DateField()),
                ('period_end', models.DateField()),
                ('value', models.DecimalField(decimal_places=6, max_digits=24)),
                ('numerator', models.BigIntegerField(null=True)),
                ('denominator', models.BigIntegerField(null=True)),
                ('supplier', models.CharField(max_length=120)),
                ('document', models.CharField(max_length=200)),
                ('received_on', models.DateField()),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.BigIntegerField()),
                ('recorded_by_name', models.CharField(max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['indicator', 'area', 'period_start', 'period_end', '-id'], name='outsidefigure_of')],
                'constraints': [models.CheckConstraint(condition=models.Q(('period_end__gt', models.F('period_start'))), name='outsidefigure_period_not_empty'), models.CheckConstraint(condition=models.Q(('numerator__isnull', True), models.Q(('denominator__gt', 0), ('numerator__gte', 0)), _connector='OR'), name='outsidefigure_whole_positive')],
            },
        ),
        migrations.RunSQL(REFUSE_CHANGES, ALLOW_CHANGES),
    ]
