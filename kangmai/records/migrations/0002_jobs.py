"""Long jobs over the record (bulk export and import), done by the worker."""

from django.db import migrations

JOBS = """
CREATE TABLE records_job (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('export', 'import')),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'done', 'failed', 'cancelled')),
    account bigint NOT NULL,
    client text NOT NULL,
    actor jsonb NOT NULL,
    work jsonb NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL,
    beat_at timestamptz,
    finished_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    result jsonb,
    error text NOT NULL DEFAULT ''
);
CREATE INDEX records_job_open ON records_job (created_at) WHERE state IN ('waiting', 'working');
CREATE INDEX records_job_account ON records_job (account, client) WHERE state IN ('waiting', 'working');
COMMENT ON COLUMN records_job.actor IS 'For whom it is done: permissions and scope at the time of the order';
COMMENT ON COLUMN records_job.beat_at IS 'Last sign of life of the worker that does it';
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_store")]
    operations = [migrations.RunSQL(JOBS)]
