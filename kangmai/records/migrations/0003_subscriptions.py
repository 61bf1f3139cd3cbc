"""Subscriptions with the sight of those who made them, and the notifications that wait to be sent."""

from django.db import migrations

SUBSCRIPTIONS = """
CREATE TABLE records_subscription (
    rid bigint PRIMARY KEY,
    fid text COLLATE "C" NOT NULL,
    rt smallint NOT NULL,
    criteria text NOT NULL,
    actor jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'active', 'error', 'off')),
    ends_at timestamptz,
    failures int NOT NULL DEFAULT 0,
    topic text,
    content text NOT NULL DEFAULT '',
    events bigint NOT NULL DEFAULT 0
);
CREATE INDEX records_subscription_active ON records_subscription (rt) WHERE state IN ('active', 'error');
COMMENT ON COLUMN records_subscription.rt IS 'Type of the resources it is about';
COMMENT ON COLUMN records_subscription.events IS 'Of a Subscription by topic: how many there were; an event 0 is the handshake';

CREATE TABLE records_notification (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription bigint NOT NULL REFERENCES records_subscription ON DELETE CASCADE,
    rt smallint NOT NULL,
    rid bigint NOT NULL,
    ver int NOT NULL,
    event bigint NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    UNIQUE (subscription, rid, ver)
);
CREATE INDEX records_notification_due ON records_notification (due_at, id);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_jobs")]
    operations = [migrations.RunSQL(SUBSCRIPTIONS)]
