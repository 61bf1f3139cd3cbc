"""Bulk import: NDJSON stored line by line, many lines a transaction, wrong lines reported.

A line with an id keeps it where its sender may choose ids (operators always, programs under their
prefix); a line without one is created anew. Lines go in batches; when one is refused, the lines of its
batch are tried one by one, so that each good line is stored and each bad one named.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.records.actions.transact import transact
from kangmai.records.errors import InvalidResource
from kangmai.records.fhir.bundles import resource_head
from kangmai.records.jobs import files
from kangmai.records.types import Authority, Effect, Operation, Policy, Source, Verb

BATCH_LINES = 200
LONGEST_LINE_MB = 32
ERRORS_KEPT = 10_000
ERRORS_FILE = "errors.ndjson"
UPLOAD = "upload.ndjson"

Line = tuple[str, int, bytes]


class NotAResourceLine(Incorrect):
    """This line is no FHIR resource: it has no resourceType."""

    zh = "此行不是 FHIR 资源：缺少 resourceType。"


class LineTooLong(Incorrect):
    """This line is longer than {limit_mb} MB."""

    zh = "此行超过 {limit_mb} MB。"


def source_to_json(source: Source) -> dict[str, Any]:
    """Plain data of a source."""
    return {
        "name": source.name,
        "organization": source.organization,
        "references": source.references.value,
        "id_prefix": source.id_prefix,
        "profiles": source.profiles.value,
    }


def _source(data: dict[str, Any]) -> Source:
    organization = data["organization"]
    return Source(
        data["name"],
        None if organization is None else OrganizationId(organization),
        Policy(data["references"]),
        data["id_prefix"],
        Policy(data["profiles"]),
    )


def import_lines(
    id: str,
    work: dict[str, Any],
    *,
    actor: Actor,
    beat: Callable[[int], bool],
    now: Callable[[], datetime],
) -> dict[str, Any]:
    """Store every line of the files of an order; returns counts, and how many lines were refused.

    Args:
        work: `source`, `files` (names in the inbox; none for what was uploaded) and `any_id`.
        beat: given the lines so far, says whether to go on; what is stored by then stays.
    """
    source = _source(work["source"])
    authority = Authority.LEDGER if work["any_id"] else Authority.CLIENT
    counts = dict.fromkeys((effect.value for effect in Effect), 0)
    refused = done = 0
    errors = files.Writer(files.job_folder(id) / ERRORS_FILE)
    lines = _lines(id, work["files"])
    while batch := list(islice(lines, BATCH_LINES)):
        for line, result in _store(batch, source, authority, actor, now()):
            if isinstance(result, Effect):
                counts[result.value] += 1
                continue
            refused += 1
            if refused <= ERRORS_KEPT:
                errors.write(orjson.dumps(_outcome(line, result)))
        done += len(batch)
        if not beat(done):
            break
    errors.close()
    return {"counts": counts, "refused": refused, "done": done}


def _lines(id: str, names: list[str]) -> Iterator[Line]:
    if not names:
        content = files.read(files.job_folder(id) / UPLOAD)
        for number, line in enumerate(files.read_lines(content), 1):
            yield UPLOAD, number, line
    for name in names:
        with files.import_file(name).open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield name, number, line


def _store(
    batch: list[Line], source: Source, authority: Authority, actor: Actor, at: datetime
) -> list[tuple[Line, Effect | KangmaiError]]:
    """What became of each line."""
    try:
        operations = [_operation(line, authority) for line in batch]
        outcomes = transact(operations, source=source, actor=actor, at=at)
        return [(line, outcome.effect) for line, outcome in zip(batch, outcomes, strict=True)]
    except KangmaiError as error:
        if len(batch) == 1:
            return [(batch[0], error)]
    return [pair for line in batch for pair in _store([line], source, authority, actor, at)]


def _operation(line: Line, authority: Authority) -> Operation:
    raw = line[2]
    if len(raw) > LONGEST_LINE_MB * 2**20:
        raise LineTooLong(limit_mb=LONGEST_LINE_MB)
    kind, id = resource_head(raw)
    if not kind:
        raise NotAResourceLine()
    if not id:
        return Operation(Verb.CREATE, kind, None, raw)
    return Operation(Verb.UPDATE, kind, id, raw, authority=authority)


def _outcome(line: Line, error: KangmaiError) -> dict[str, Any]:
    """One line of the list of errors: where it stood, what was wrong; nothing of its content."""
    name, number, _ = line
    place = f"{name}:{number}"
    issues = (
        [(each.expression, each.code, each.message) for each in error.issues]
        if isinstance(error, InvalidResource)
        else [("", "processing", str(error))]
    )
    rows = [
        {
            "severity": "error",
            "code": code,
            "diagnostics": f"{place}: {message}",
            **({"expression": [expression]} if expression else {}),
        }
        for expression, code, message in issues
    ]
    return {"resourceType": "OperationOutcome", "issue": rows}
