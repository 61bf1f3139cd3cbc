"""Search parameters that are added to those of R4: what they are, and how far their index is."""

from django.db import migrations

PARAMETERS = """
CREATE TABLE records_parameter (
    p int GENERATED ALWAYS AS IDENTITY (START WITH 100001) PRIMARY KEY,
    rid bigint NOT NULL,
    rt smallint NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    expression text NOT NULL,
    targets text[] NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'settled', 'indexing', 'active', 'leaving', 'erasing', 'refused')),
    reason text NOT NULL DEFAULT '',
    entered_at timestamptz NOT NULL DEFAULT now(),
    settled_xid xid8,
    place bigint NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0
);
CREATE INDEX records_parameter_rid ON records_parameter (rid);
COMMENT ON COLUMN records_parameter.rid IS 'The SearchParameter that defines it';
COMMENT ON COLUMN records_parameter.rt IS 'Type of the resources that have it';
COMMENT ON COLUMN records_parameter.place IS 'Row id up to which resources are indexed (or taken out)';
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_subscriptions")]
    operations = [migrations.RunSQL(PARAMETERS)]
