"""Bulk import: NDJSON stored line by line, many lines a transaction, wrong lines reported.

A line with an id keeps it where its sender may choose ids (operators always, programs under their
prefix); a line without one is created anew. Lines go in batches, in their order, and while one is written the next is
checked and indexed. One that is refused is halved until the bad lines stand alone, so that each good line
is stored and each bad one named.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson

from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.kernel.ids import OrganizationId
from kangmai.records.actions.transact import draft_ahead, write_drafted
from kangmai.records.errors import InvalidResource
from kangmai.records.fhir.bundles import resource_head
from kangmai.records.jobs import files
from kangmai.records.transactions.drafting import Draft, Submission
from kangmai.records.types import Authority, Effect, Operation, Policy, Source, Verb

BATCH_LINES, BATCH_BYTES = 1000, 8 * 2**20
LONGEST_LINE_MB = 32
ERRORS_KEPT = 10_000
ERRORS_FILE = "errors.ndjson"
UPLOAD = "upload.ndjson"

Line = tuple[str, int, bytes]
Result = tuple[Line, Effect | KangmaiError]


@dataclass(frozen=True, slots=True)
class _Sender:
    """Whose lines they are, and what he may."""

    source: Source
    authority: Authority
    actor: Actor
    now: Callable[[], datetime]


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
    sender = _Sender(
        _source(work["source"]),
        Authority.LEDGER if work["any_id"] else Authority.CLIENT,
        actor,
        now,
    )
    counts = dict.fromkeys((effect.value for effect in Effect), 0)
    refused = done = 0
    errors = files.Writer(files.job_folder(id) / ERRORS_FILE)
    lines = _lines(id, work["files"])
    for results in _in_turn(_batches(lines), sender):
        for line, result in results:
            if isinstance(result, Effect):
                counts[result.value] += 1
                continue
            refused += 1
            if refused <= ERRORS_KEPT:
                errors.write(orjson.dumps(_outcome(line, result)))
        done += len(results)
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


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Lines as they are stored together: many, but no more than memory bears where they are long."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line[2])
        if len(batch) == BATCH_LINES or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _in_turn(batches: Iterator[list[Line]], sender: _Sender) -> Iterator[list[Result]]:
    """What became of the lines of each batch."""
    with ThreadPoolExecutor(1, thread_name_prefix="drafting") as ahead:
        before: tuple[list[Line], Future[Draft | Submission]] | None = None
        for batch in batches:
            drafted = ahead.submit(_draft, batch, sender)
            if before is not None:
                yield _write(*before, sender)
            before = batch, drafted
        if before is not None:
            yield _write(*before, sender)


def _draft(batch: list[Line], sender: _Sender) -> Draft | Submission:
    operations = [_operation(line, sender.authority) for line in batch]
    return draft_ahead(operations, source=sender.source, actor=sender.actor, at=sender.now())


def _write(batch: list[Line], drafted: Future[Draft | Submission], sender: _Sender) -> list[Result]:
    try:
        outcomes = write_drafted(drafted.result())
        return [(line, outcome.effect) for line, outcome in zip(batch, outcomes, strict=True)]
    except KangmaiError as error:
        return [(batch[0], error)] if len(batch) == 1 else _halved(batch, sender)


def _halved(batch: list[Line], sender: _Sender) -> list[Result]:
    """Each half of a batch that was refused."""
    middle = len(batch) // 2
    halves = iter((batch[:middle], batch[middle:]))
    return list(chain.from_iterable(_in_turn(halves, sender)))


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
