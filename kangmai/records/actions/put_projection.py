"""Write the one-way projection of master rows (institutions, staff, residents) into the record."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from kangmai.kernel.actor import Actor
from kangmai.records.actions.transact import run_as_master
from kangmai.records.types import Authority, Operation, Outcome, Resource, Source, Verb

MASTER = Source(name="kangmai", organization=None)


def put_projection(resources: Sequence[Resource], *, actor: Actor, at: datetime) -> list[Outcome]:
    """Create or replace resources under the ids they carry; others may read but never change them.

    Called by the room that owns the master rows, inside its own transaction.

    Raises:
        InvalidResource: the projection is not valid FHIR.
    """
    operations = [
        Operation(
            Verb.UPDATE, r["resourceType"], r["id"], orjson.dumps(r), authority=Authority.PROJECTION
        )
        for r in resources
    ]
    return run_as_master(operations, source=MASTER, actor=actor, at=at)
