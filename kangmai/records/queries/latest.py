"""The latest measurements of somebody, by what was measured."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import latest
from kangmai.records.store.latest import Measured, WantedCode

__all__ = ["Measured", "WantedCode", "latest_observations"]


def latest_observations(
    patients: Sequence[str],
    wanted: Sequence[WantedCode],
    *,
    before: datetime,
    limit: int = 1,
    actor: Actor,
    at: datetime,
) -> list[Measured]:
    """The latest Observations of some Patients (by FHIR id) for each wanted code, in one round trip.

    A code counts wherever it stands, as the code of an Observation or of one of its components.

    Args:
        wanted: codes with the instant from which each may have been measured.
        before: the instant before which all must have been measured.
        limit: how many of each code, newest first.

    Raises:
        NotPermitted
    """
    rules.require(actor, rules.Interaction.SEARCH, "Observation")
    if not patients or not wanted:
        return []
    targets = [target_hash(f"Patient/{id}") for id in patients]
    with reading() as connection, psycopg.Cursor(connection) as database:
        found = latest.latest(
            database, targets, wanted, before=before, limit=limit, scope=actor.scope
        )
    subjects = sorted({m.resource.subject for m in found if m.resource.subject is not None})
    audit.record_later(audit.Entry(actor, at, "records.latest", "Observation", "", subjects))
    return found
