"""Bulk creation of resources that our own code made: one transaction, COPY throughout, no conditions."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import OrganizationId, ResourceRowId
from kangmai.records.labels import label_of
from kangmai.records.search.extraction import compartments
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import write
from kangmai.records.store.bodies import encode
from kangmai.records.store.read import existing_targets
from kangmai.records.store.rows import Row, keys_of, take_row_ids, type_number
from kangmai.records.types import Flag, Resource


def load(
    resources: Sequence[Resource],
    *,
    authors: Sequence[OrganizationId | None] | None = None,
    flag: Flag = Flag.NONE,
    actor: Actor,
    at: datetime,
) -> list[ResourceRowId]:
    """Create resources under the ids they carry; the caller vouches that they are valid and new.

    Args:
        authors: the institution that wrote each resource; nobody where absent.
        flag: `Flag.PROJECTION` for the projection of master rows.

    Returns:
        The row id of each resource, in the order given.
    """
    at = at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        rids = take_row_ids(database, len(resources))
        patients = _patients(database, resources, rids)
        wrote = authors or [None] * len(resources)
        rows = [
            _row(resource, rid, author, patients, flag, at)
            for resource, rid, author in zip(resources, rids, wrote, strict=True)
        ]
        write.insert(database, rows, account=actor.account)
        audit.record(
            connection,
            actor=actor,
            at=at,
            action="records.load",
            object_type="Bundle",
            object_id="",
            details={"created": len(rows)},
        )
    return [ResourceRowId(rid) for rid in rids]


def _patients(
    database: psycopg.Cursor, resources: Sequence[Resource], rids: Sequence[int]
) -> dict[int, int]:
    """Row ids of the Patients that the resources are about, by hash of `Patient/id`."""
    own = {
        target_hash(f"Patient/{resource['id']}"): rid
        for resource, rid in zip(resources, rids, strict=True)
        if resource["resourceType"] == "Patient"
    }
    wanted = {target for resource in resources for target in compartments(resource)} - own.keys()
    return own | {tgt: rid for tgt, (rid, _) in existing_targets(database, sorted(wanted)).items()}


def _row(
    resource: Resource,
    rid: int,
    author: OrganizationId | None,
    patients: dict[int, int],
    flag: Flag,
    at: datetime,
) -> Row:
    kind, id = resource["resourceType"], resource["id"]
    about = tuple(compartments(resource))
    return Row(
        rt=type_number(kind),
        rid=rid,
        fid=id,
        fh=target_hash(f"{kind}/{id}"),
        ver=1,
        ts=at,
        flags=int(flag),
        subject=next((patients[target] for target in about if target in patients), None),
        author_org=author,
        label=int(label_of(resource)),
        body=encode(orjson.dumps(resource), resource, id=id, version=1, at=at),
        keys=keys_of(resource),
        compartments=about,
    )
