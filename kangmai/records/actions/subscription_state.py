"""The state of a Subscription, in its row and in the resource that clients read."""

from datetime import datetime

import orjson
import psycopg

from kangmai.kernel.actor import operator
from kangmai.records.actions.transact import run_as_master
from kangmai.records.errors import ResourceGone, ResourceNotFound
from kangmai.records.queries.resources import get
from kangmai.records.subscriptions.registry import Entry
from kangmai.records.types import Authority, Operation, Source, Verb

HOUSE = Source(name="kangmai", organization=None)


def put_state(
    database: psycopg.Cursor, entry: Entry, state: str, *, error: str = "", at: datetime
) -> None:
    """Write a new state down; a Subscription that is off waits for nothing more."""
    database.execute(
        "UPDATE records_subscription SET state = %s WHERE rid = %s", [state, entry.rid]
    )
    if state == "off":
        database.execute("DELETE FROM records_notification WHERE subscription = %s", [entry.rid])
    house = operator("subscriptions")
    try:
        resource = orjson.loads(get("Subscription", entry.id, actor=house, at=at).body)
    except (ResourceGone, ResourceNotFound):
        return
    changed = {k: v for k, v in resource.items() if k != "error"} | {"status": state}
    changed |= {"error": error} if error else {}
    if changed != resource:
        update = Operation(
            Verb.UPDATE, "Subscription", entry.id, orjson.dumps(changed), authority=Authority.LEDGER
        )
        run_as_master([update], source=HOUSE, actor=house, at=at)
