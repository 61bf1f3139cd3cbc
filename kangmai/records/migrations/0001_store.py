"""The FHIR store: one row a resource, narrow index tables, one append-only log. See docs/rooms/records.md."""

from django.db import migrations

RESOURCES = """
CREATE SEQUENCE records_rid INCREMENT BY 256 CACHE 1;
COMMENT ON SEQUENCE records_rid IS 'Hands out blocks of 256 row ids';

CREATE TABLE res (
    rt smallint NOT NULL,
    rid bigint NOT NULL,
    fid text COLLATE "C" NOT NULL,
    fh bigint NOT NULL,
    ver int NOT NULL CHECK (ver > 0),
    ts timestamptz NOT NULL,
    flags smallint NOT NULL DEFAULT 0,
    xv smallint NOT NULL,
    subject bigint,
    author_org bigint,
    label smallint NOT NULL DEFAULT 0,
    body bytea,
    kv smallint,
    PRIMARY KEY (rt, rid),
    CONSTRAINT res_one_body CHECK (
        (flags & 1 = 1) = (body IS NULL) AND (body IS NOT NULL OR kv IS NULL))
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX res_fid ON res (fid, rt);
CREATE INDEX res_fh ON res (fh);
-- without it `flags & 1 = 0` counts as true of one row in 200, and pages of dense keys are planned badly
CREATE STATISTICS res_flags ON (flags & 1) FROM res;
CREATE UNIQUE INDEX res_rid ON res (rid);
COMMENT ON TABLE res IS 'Newest version of every resource; flags: 1 deleted, 2 projection of a master row';
ALTER TABLE res ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON COLUMN res.body IS 'JSON, packed; sealed besides under key version kv for people; a deleted resource has none';
COMMENT ON COLUMN res.subject IS 'rid of the Patient it is about; of a Patient its own';

CREATE TABLE subject (
    rid bigint PRIMARY KEY,
    resident_id bigint NOT NULL,
    place_code text COLLATE "C" NOT NULL,
    managing_org bigint
);
CREATE INDEX subject_resident ON subject (resident_id);
CREATE INDEX subject_place ON subject (place_code) INCLUDE (rid);
CREATE INDEX subject_managing ON subject (managing_org) INCLUDE (rid);
COMMENT ON TABLE subject IS 'Whose a Patient is and where that resident belongs; written by identity';
"""

UNCHANGED = """
CREATE FUNCTION records_require_unchanged(holds boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT holds THEN
        RAISE EXCEPTION 'another transaction has written a newer version' USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
COMMENT ON FUNCTION records_require_unchanged IS 'Undoes a statement that was prepared for versions no longer present';
"""

LOG = """
CREATE SEQUENCE records_log_seq CACHE 1;
CREATE TABLE log (
    seq bigint NOT NULL DEFAULT nextval('records_log_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    rt smallint NOT NULL,
    rid bigint NOT NULL,
    ver int NOT NULL,
    op text NOT NULL CHECK (op IN ('C', 'U', 'D')),
    flags smallint NOT NULL,
    ts timestamptz NOT NULL,
    actor bigint NOT NULL,
    PRIMARY KEY (seq)
) PARTITION BY RANGE (seq);
CREATE INDEX log_order ON log (xid, seq);
CREATE INDEX log_type ON log (rt, seq);
CREATE INDEX log_ts ON log USING brin (ts);

CREATE SEQUENCE records_hist_seq CACHE 1;
CREATE TABLE hist (
    seq bigint NOT NULL DEFAULT nextval('records_hist_seq'),
    rt smallint NOT NULL,
    rid bigint NOT NULL,
    ver int NOT NULL,
    op text NOT NULL,
    ts timestamptz NOT NULL,
    subject bigint,
    author_org bigint,
    label smallint NOT NULL,
    body bytea,
    kv smallint,
    PRIMARY KEY (rt, rid, ver, seq)
) PARTITION BY RANGE (seq);
ALTER TABLE hist ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON TABLE hist IS 'Superseded versions, and deletions (which have no body)';

INSERT INTO kernel_partitioned VALUES
    ('log', 'records_log_seq', 20000000),
    ('hist', 'records_hist_seq', 20000000);
SELECT kernel_ensure_partitions();
"""

INDEX = """
CREATE TABLE tok (h bigint NOT NULL, rid bigint NOT NULL, sys int NOT NULL);
CREATE INDEX tok_h ON tok (h, rid DESC) INCLUDE (sys);

CREATE TABLE ref (tgt bigint NOT NULL, rid bigint NOT NULL, p int NOT NULL);
CREATE INDEX ref_tgt ON ref (tgt, p, rid DESC);
CREATE INDEX ref_rid ON ref (rid, p, tgt);

CREATE TABLE dat (rid bigint NOT NULL, lo timestamptz NOT NULL, hi timestamptz NOT NULL, p int NOT NULL);
CREATE INDEX dat_lo ON dat (p, lo, rid) INCLUDE (hi);
CREATE INDEX dat_rid ON dat (p, rid DESC) INCLUDE (lo, hi);

CREATE TABLE str (rid bigint NOT NULL, p int NOT NULL, v text COLLATE "C" NOT NULL);
CREATE INDEX str_v ON str (p, v, rid);

CREATE TABLE qty (
    rid bigint NOT NULL, lo float8 NOT NULL, hi float8 NOT NULL, p int NOT NULL, u int NOT NULL);
CREATE INDEX qty_lo ON qty (p, u, lo, rid) INCLUDE (hi);

CREATE TABLE shape (h bigint PRIMARY KEY, rt smallint NOT NULL, present int[] NOT NULL);
CREATE INDEX shape_rt ON shape (rt);
COMMENT ON TABLE shape IS 'Which search parameters have a value in resources of this shape: answers :missing';
"""

IMPORT = """
CREATE TABLE records_ledger (
    source text NOT NULL,
    url_hash bytea NOT NULL,
    content_hash bytea NOT NULL,
    rt smallint NOT NULL,
    fid text COLLATE "C" NOT NULL,
    PRIMARY KEY (source, url_hash)
);
COMMENT ON TABLE records_ledger IS
    'Which fullUrl of which source became which resource, so that a repeated file changes nothing';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_foundations")]
    operations = [migrations.RunSQL(sql) for sql in (RESOURCES, UNCHANGED, LOG, INDEX, IMPORT)]
