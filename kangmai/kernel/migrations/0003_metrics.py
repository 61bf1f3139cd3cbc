"""Counters of what the doors answered, added up over every process and restart."""

from django.db import migrations

METRICS = """
CREATE TABLE kernel_metric (
    name text NOT NULL,
    labels text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (name, labels)
);
COMMENT ON COLUMN kernel_metric.labels IS 'As Prometheus writes them: route="GET T/I",status="200"';
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_keyring_mark")]
    operations = [migrations.RunSQL(METRICS, "DROP TABLE kernel_metric")]
