"""The blocking keys: two lean tables without a primary key, written and read as sets."""

from django.db import migrations

CREATE = """
CREATE TABLE identity_key (key bigint NOT NULL, resident_id bigint NOT NULL);
CREATE INDEX identity_key_key ON identity_key (key) INCLUDE (resident_id);
COMMENT ON TABLE identity_key IS 'keyed hashes by which a resident is found; about six rows each';
CREATE TABLE identity_waiting_key (key bigint NOT NULL, patient_rid bigint NOT NULL);
CREATE INDEX identity_waiting_key_key ON identity_waiting_key (key) INCLUDE (patient_rid);
CREATE INDEX identity_waiting_key_patient ON identity_waiting_key (patient_rid);
COMMENT ON TABLE identity_waiting_key IS 'the same for Patients that wait for a resident';
"""
DROP = "DROP TABLE identity_key; DROP TABLE identity_waiting_key;"


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_residents")]

    operations = [migrations.RunSQL(CREATE, DROP)]
