"""Order long jobs over the record, cancel them, do them, and clear away what is a day old."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import uuid7
from kangmai.records import rules
from kangmai.records.errors import UnknownType
from kangmai.records.fhir.definitions import elements_by_name, resource_types
from kangmai.records.jobs import files, table
from kangmai.records.jobs.errors import BadElement, BadTypeFilter, NothingToExport
from kangmai.records.jobs.exporting import TRAIL, Order, combined, compartment_types
from kangmai.records.jobs.importing import UPLOAD, source_to_json
from kangmai.records.jobs.running import run_jobs, run_one
from kangmai.records.queries.jobs import get_job
from kangmai.records.queries.resources import get
from kangmai.records.queries.trail import check_trail_query
from kangmai.records.types import Source

KEPT = timedelta(days=1)


def order_export(order: Order, *, address: str, actor: Actor, at: datetime) -> str:
    """Order an export; returns the id of the job.

    Args:
        order: `types` empty means all that the actor may export.
        address: what was asked for, as the manifest repeats it.

    Raises:
        UnknownType, NotPermitted, NothingToExport, BadTypeFilter, TooManyJobs
    """
    order = _checked(order, actor, at)
    id = str(uuid7())
    with unit_of_work() as database:
        table.add(
            database, id, kind="export", work=order.to_json(), address=address, actor=actor, at=at
        )
        audit.record(
            database,
            actor=actor,
            at=at,
            action="records.export",
            object_type="Bundle",
            object_id=id,
            details={"level": order.level, "types": list(order.types)},
        )
    return id


def _checked(order: Order, actor: Actor, at: datetime) -> Order:
    for name in order.types:
        if name not in resource_types():
            raise UnknownType(type=name)
        for interaction in (rules.Interaction.EXPORT, rules.Interaction.READ):
            rules.require(actor, interaction, name)
    possible = tuple(resource_types()) if order.level == "system" else compartment_types()
    types = tuple(
        name
        for name in order.types or possible
        if name in possible
        and rules.may(actor, rules.Interaction.EXPORT, name)
        and rules.may(actor, rules.Interaction.READ, name)
    )
    if not types and not order.types:
        raise NotPermitted(permission="records.export")
    if not types:
        raise NothingToExport(reason=f"{', '.join(order.types)} are not about Patients")
    has_trail = TRAIL in order.types and rules.may(actor, rules.Interaction.SEARCH, TRAIL)
    checked = replace(order, types=types, has_trail=has_trail)
    _check_elements(checked)
    for text in checked.filters:
        _check_filter(checked, text, actor, at)
    return checked


def _check_elements(order: Order) -> None:
    for each in order.elements:
        kind, _, name = each.rpartition(".")
        types = (kind,) if kind else order.types
        known = [t for t in types if t in resource_types() and name in elements_by_name(t)]
        if not known:
            raise BadElement(element=each[:100])


def _check_filter(order: Order, text: str, actor: Actor, at: datetime) -> None:
    name, mark, _ = text.partition("?")
    if not mark or name not in order.types:
        raise BadTypeFilter(filter=text[:200], reason="write Type?search, with a type of _type")
    one = replace(order, types=(name,), patients=None, filters=(text,))
    try:
        if name == TRAIL:
            check_trail_query(text.partition("?")[2], actor=actor, at=at)
        query = combined(one, name, actor=actor, at=at)
    except KangmaiError as error:
        raise BadTypeFilter(filter=text[:200], reason=str(error)) from error
    if {key for key, _ in query.used} & {
        "_sort",
        "_count",
        "_include",
        "_revinclude",
        "_summary",
        "_elements",
        "_total",
    }:
        raise BadTypeFilter(filter=text[:200], reason="only criteria, no result parameters")


def group_members(group: str, *, actor: Actor, at: datetime) -> tuple[str, ...]:
    """The ids of the Patients that are active members of a Group.

    Raises:
        ResourceNotFound, ResourceGone, NotPermitted
    """
    found = orjson.loads(get("Group", group, actor=actor, at=at).body)
    references = [
        member.get("entity", {}).get("reference", "")
        for member in found.get("member", [])
        if not member.get("inactive")
    ]
    wanted = [
        text.partition("Patient/")[2].partition("/")[0] for text in references if "Patient/" in text
    ]
    return tuple(dict.fromkeys(filter(None, wanted)))


def order_import(
    *, upload: Iterable[bytes] = (), names: tuple[str, ...] = (), source: Source, address: str, actor: Actor,
    at: datetime,
) -> str:  # fmt: skip
    """Order an import of what is uploaded, or of files in the inbox; returns the id of the job.

    Args:
        upload: NDJSON in pieces.
        names: of files in the inbox, for operators only.

    Raises:
        NotPermitted, NotAnImportFile, TooManyJobs
    """
    if not any(rules.may(actor, rules.Interaction.CREATE, name) for name in resource_types()):
        raise NotPermitted(permission="records.create")
    if names and not rules.is_operator(actor):
        raise NotPermitted(permission="records.import")
    for name in names:
        files.import_file(name)
    work = {
        "source": source_to_json(source),
        "files": list(names),
        "any_id": rules.is_operator(actor),
    }
    id = str(uuid7())
    if not names:
        _keep(id, upload)  # before the transaction: a slow sender must not hold one open
    try:
        _enter(id, work, address, actor, at)
    except BaseException:
        files.remove(id)
        raise
    return id


def _enter(id: str, work: dict[str, Any], address: str, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        table.add(database, id, kind="import", work=work, address=address, actor=actor, at=at)
        audit.record(
            database,
            actor=actor,
            at=at,
            action="records.import",
            object_type="Bundle",
            object_id=id,
        )


def _keep(id: str, upload: Iterable[bytes]) -> None:
    writer = files.Writer(files.job_folder(id) / UPLOAD)
    try:
        for part in upload:
            writer.write_bytes(part)
        writer.close()
    except BaseException:
        files.remove(id)
        raise


def cancel_job(id: str, *, actor: Actor, at: datetime) -> None:
    """Cancel a job, or remove the files of one that is done.

    Raises:
        JobNotFound
    """
    job = get_job(id, actor=actor)
    with unit_of_work() as database:
        table.cancel(database, job.id)
        audit.record(
            database,
            actor=actor,
            at=at,
            action=f"records.{job.kind}.cancel",
            object_type="Bundle",
            object_id=job.id,
        )
    files.remove(job.id)


def forget_jobs(*, at: datetime) -> None:
    """Remove jobs that ended a day ago, with their files, and folders that no job owns."""
    for id in table.forget(before=at - KEPT):
        files.remove(id)
    files.remove_older(at - 7 * KEPT)


__all__ = [
    "Order",
    "cancel_job",
    "forget_jobs",
    "group_members",
    "order_export",
    "order_import",
    "run_jobs",
    "run_one",
]
