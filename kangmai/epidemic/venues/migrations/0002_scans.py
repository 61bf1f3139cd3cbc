"""The table of scans: append-only, a partition a day, sixty bytes a row.

Instants are whole seconds since 2020 in four bytes; days are those of Shanghai. `client` is unique within
a day: what is sent again carries the same instant, and so meets its first arrival in the same partition.
Columns stand widest first, so that no byte is lost between them.
"""

from django.db import migrations

TABLE = """
CREATE TABLE venues_scan (
    client bigint NOT NULL,
    at int NOT NULL,
    person int NOT NULL,
    venue int NOT NULL,
    source int NOT NULL,
    order_serial smallint NOT NULL,
    entrance smallint NOT NULL,
    channel smallint NOT NULL,
    answer smallint NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX venues_scan_person ON venues_scan (person, at);
CREATE INDEX venues_scan_venue ON venues_scan (venue, at);
COMMENT ON COLUMN venues_scan.at IS 'Seconds since 2020-01-01T00:00:00Z';
COMMENT ON COLUMN venues_scan.source IS 'Device, or minus the person whose phone it was';
"""

DAYS = """
CREATE FUNCTION venues_day_start(day date) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT (day - date '2020-01-01') * 86400 - 28800 $$;

CREATE FUNCTION venues_day_of(second int) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT date '2020-01-01' + div(second + 28800, 86400)::int $$;

CREATE FUNCTION venues_ensure_days(first date, final date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    day date;
    name text;
    made int := 0;
BEGIN
    FOR day IN SELECT generate_series(first, final, interval '1 day')::date LOOP
        name := 'venues_scan_d' || to_char(day, 'YYYYMMDD');
        IF to_regclass(name) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('venues_ensure_days'));
            -- whoever waited here still remembers that there was none: CREATE looks again
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF venues_scan FOR VALUES FROM (%s) TO (%s)',
                           name, venues_day_start(day), venues_day_start(day + 1));
            EXECUTE format('CREATE UNIQUE INDEX IF NOT EXISTS %I ON %I (client)', name || '_client', name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION venues_drop_days(before date) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    part regclass;
    dropped int := 0;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'venues_scan'::regclass LOOP
        IF to_date(right(part::text, 8), 'YYYYMMDD') < before THEN
            EXECUTE format('DROP TABLE %s', part);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
"""

UNDO = """
DROP TABLE venues_scan;
DROP FUNCTION venues_drop_days(date);
DROP FUNCTION venues_ensure_days(date, date);
DROP FUNCTION venues_day_of(int);
DROP FUNCTION venues_day_start(date);
"""


class Migration(migrations.Migration):
    dependencies = [("venues", "0001_venues")]
    operations = [migrations.RunSQL(TABLE + DAYS, UNDO)]
