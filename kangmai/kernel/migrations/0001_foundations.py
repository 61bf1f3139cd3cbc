"""The tables everything stands on: partitions, event feed, dead letters, audit."""

from django.db import migrations

PARTITIONS = """
CREATE TABLE kernel_partitioned (
    table_name text PRIMARY KEY,
    sequence_name text NOT NULL,
    step bigint NOT NULL CHECK (step > 0)
);
COMMENT ON TABLE kernel_partitioned IS 'Append-only tables split by range of their sequence';

CREATE FUNCTION kernel_ensure_partitions(ahead int DEFAULT 4) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    entry kernel_partitioned;
    latest bigint;
    made int := 0;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('kernel_ensure_partitions'));
    FOR entry IN SELECT * FROM kernel_partitioned ORDER BY table_name LOOP
        EXECUTE format('SELECT last_value FROM %I', entry.sequence_name) INTO latest;
        FOR part IN latest / entry.step .. latest / entry.step + ahead LOOP
            name := format('%s_p%s', entry.table_name, part);
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                               name, entry.table_name, part * entry.step, (part + 1) * entry.step);
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
"""

FEED = """
CREATE TABLE kernel_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch int NOT NULL
);
INSERT INTO kernel_epoch (epoch) VALUES (1);

CREATE SEQUENCE kernel_event_seq CACHE 1;
CREATE TABLE kernel_event (
    seq bigint NOT NULL DEFAULT nextval('kernel_event_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);
CREATE INDEX kernel_event_order ON kernel_event (xid, seq);
COMMENT ON TABLE kernel_event IS 'Outbox of the rooms: what happened, in ids only';

CREATE TABLE kernel_cursor (
    subscriber text PRIMARY KEY,
    feed text NOT NULL,
    epoch int NOT NULL,
    xid xid8 NOT NULL DEFAULT '0',
    seq bigint NOT NULL DEFAULT 0,
    handled bigint NOT NULL DEFAULT 0,
    moved_at timestamptz
);

CREATE TABLE kernel_dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber text NOT NULL,
    feed text NOT NULL,
    xid xid8 NOT NULL,
    seq bigint NOT NULL,
    error text NOT NULL,
    attempts int NOT NULL DEFAULT 1,
    failed_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (subscriber, feed, seq)
);
CREATE INDEX kernel_dead_letter_open ON kernel_dead_letter (failed_at DESC) WHERE settled_at IS NULL;
"""

AUDIT = """
CREATE SEQUENCE kernel_audit_seq CACHE 1;
CREATE TABLE kernel_audit (
    seq bigint NOT NULL DEFAULT nextval('kernel_audit_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    account bigint NOT NULL,
    role text NOT NULL,
    organization bigint,
    client text NOT NULL,
    purpose text NOT NULL,
    action text NOT NULL,
    object_type text NOT NULL,
    object_id text NOT NULL,
    subjects bigint[] NOT NULL DEFAULT '{}',
    outcome text NOT NULL,
    reason text NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);
CREATE INDEX kernel_audit_order ON kernel_audit (xid, seq);
CREATE INDEX kernel_audit_account ON kernel_audit (account, seq DESC);
CREATE INDEX kernel_audit_at ON kernel_audit (at, seq);
CREATE INDEX kernel_audit_subjects ON kernel_audit USING gin (subjects);
COMMENT ON COLUMN kernel_audit.subjects IS 'Row ids of the Patients concerned (records)';

CREATE TABLE kernel_audit_block (
    id bigint PRIMARY KEY,
    from_xid xid8 NOT NULL,
    from_seq bigint NOT NULL,
    to_xid xid8 NOT NULL,
    to_seq bigint NOT NULL,
    rows int NOT NULL,
    hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    dropped_at timestamptz
);
COMMENT ON TABLE kernel_audit_block IS
    'Chain of hashes: block n covers the rows after (from_xid, from_seq] up to (to_xid, to_seq]';
"""

STATE = """
CREATE TABLE kernel_state (
    key text PRIMARY KEY,
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE kernel_state IS 'What the installation knows of itself: which demo city was made, how far';
"""

REGISTER = """
INSERT INTO kernel_partitioned VALUES
    ('kernel_event', 'kernel_event_seq', 20000000),
    ('kernel_audit', 'kernel_audit_seq', 20000000);
SELECT kernel_ensure_partitions();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(sql) for sql in (PARTITIONS, FEED, AUDIT, STATE, REGISTER)]
