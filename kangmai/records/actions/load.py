"""Bulk creation of resources that our own code made: one transaction, COPY throughout, no conditions."""

from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import OrganizationId, ResourceRowId
from kangmai.records.labels import label_of
from kangmai.records.search.extraction import compartments
from kangmai.records.search.hashing import target_hash
from kangmai.records.store import write
from kangmai.records.store.bodies import stamped
from kangmai.records.store.read import existing_targets
from kangmai.records.store.rows import Row, keys_of, take_row_ids, type_number
from kangmai.records.types import Flag, Resource


def load(
    resources: Sequence[Resource],
    *,
    authors: Sequence[OrganizationId | None] | None = None,
    subjects: Sequence[ResourceRowId] | None = None,
    flag: Flag = Flag.NONE,
    actor: Actor,
    at: datetime,
) -> list[ResourceRowId]:
    """Create resources under the ids they carry; the caller vouches that they are valid and new.

    Args:
        authors: the institution that wrote each resource; nobody where absent.
        subjects: the row id of the Patient that each resource is about; looked up where absent.
        flag: `Flag.PROJECTION` for the projection of master rows.

    Returns:
        The row id of each resource, in the order given.
    """
    at = at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        rids = take_row_ids(database, len(resources))
        about = [tuple(compartments(resource)) for resource in resources]
        subject_of = subjects or _subjects(database, resources, rids, about)
        wrote = authors or [None] * len(resources)
        rows = [
            _row(*each, flag, at)
            for each in zip(resources, rids, about, subject_of, wrote, strict=True)
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


def _subjects(
    database: psycopg.Cursor,
    resources: Sequence[Resource],
    rids: Sequence[int],
    about: Sequence[tuple[int, ...]],
) -> list[int | None]:
    """The row id of the Patient that each resource is about, which may be among the resources."""
    patients = {
        target_hash(f"Patient/{resource['id']}"): rid
        for resource, rid in zip(resources, rids, strict=True)
        if resource["resourceType"] == "Patient"
    }
    wanted = {target for targets in about for target in targets} - patients.keys()
    found = existing_targets(database, sorted(wanted))
    patients |= {target: rid for target, (rid, _) in found.items()}
    return [
        next((patients[each] for each in targets if each in patients), None) for targets in about
    ]


def _row(
    resource: Resource,
    rid: int,
    about: tuple[int, ...],
    subject: int | None,
    author: OrganizationId | None,
    flag: Flag,
    at: datetime,
) -> Row:
    kind, id = resource["resourceType"], resource["id"]
    return Row(
        rt=type_number(kind),
        rid=rid,
        fid=id,
        fh=target_hash(f"{kind}/{id}"),
        ver=1,
        ts=at,
        flags=int(flag),
        subject=subject,
        author_org=author,
        label=int(label_of(resource)),
        body=stamped(resource, id=id, version=1, at=at),
        keys=keys_of(resource),
        compartments=about,
    )
