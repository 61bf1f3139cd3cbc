"""Files of FHIR resources as units to import, and the import of them with progress and a report."""

import io
import re
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.records.actions import Item, import_units, refresh_statistics
from kangmai.records.errors import InvalidResource, OperationFailed
from kangmai.records.fhir.bundles import read_bundle, resource_head
from kangmai.records.types import Effect, Source

ERRORS_KEPT = 1000
"""Errors listed in a report; more are only counted."""
BATCH_UNITS, BATCH_BYTES = 250, 4 * 2**20
"""Units that share a transaction: a wait for the disk each would be most of the time of an import."""
POINTED_AT = (
    "Organization",
    "Location",
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "Encounter",
)
"""Types whose NDJSON files are read first, in this order, since the lines of others point to them."""
FHIR_SUFFIXES = (".json", ".ndjson")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2")


class NoSuchFile(Incorrect):
    """There is no file or folder {path}."""

    zh = "没有文件或文件夹 {path}。"


class UnknownFileKind(Incorrect):
    """{path} is neither JSON, NDJSON, a folder, .zip nor .tar(.gz, .xz, .bz2)."""

    zh = "{path} 不是 JSON、NDJSON、文件夹、.zip 或 .tar(.gz/.xz/.bz2)。"


class NotAResource(Incorrect):
    """This is not a FHIR resource: it has no resourceType."""

    zh = "不是 FHIR 资源：缺少 resourceType。"


@dataclass(frozen=True, slots=True)
class Unit:
    """What is stored whole or not at all: one bundle, or one line of NDJSON (counted from 1)."""

    file: str
    number: int
    raw: bytes = field(repr=False)


@dataclass(slots=True)
class Report:
    """What an import did; `rejected` counts entries (an unreadable unit counts as one)."""

    files: int = 0
    units: int = 0
    entries: int = 0
    effects: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(Effect, 0))
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The report in the form of the contract of the command line."""
        return {
            "files": self.files,
            "units": self.units,
            "entries": self.entries,
            "created": self.effects[Effect.CREATED],
            "updated": self.effects[Effect.UPDATED],
            "unchanged": self.effects[Effect.UNCHANGED],
            "rejected": self.rejected,
            "errors": self.errors,
            "seconds": round(self.seconds, 3),
            "resources_per_second": round(self.entries / self.seconds, 1) if self.seconds else 0.0,
        }

    def as_json(self) -> str:
        return orjson.dumps(self.as_dict()).decode()

    def as_text(self) -> str:
        """The report for people."""
        numbers = self.as_dict()
        lines = [f"{name:>22}  {value}" for name, value in numbers.items() if name != "errors"]
        for error in self.errors[:20]:
            place = (
                f"{error['file']} unit {error['unit']} entry {error['entry']} {error['expression']}"
            )
            lines.append(f"rejected: {place}: {error['message']}")
        if len(self.errors) > 20:
            lines.append(f"… and {len(self.errors) - 20} more; --json lists them")
        return "\n".join(lines)


def files_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The FHIR files at a path with their content: in order of name, NDJSON of `POINTED_AT` before the rest.

    Raises:
        NoSuchFile, UnknownFileKind
    """
    if not path.exists():
        raise NoSuchFile(path=path)
    if path.is_dir():
        found = (p for p in path.rglob("*") if p.is_file() and p.suffix in FHIR_SUFFIXES)
        for inner in sorted(found, key=lambda p: (_turn(p.name), p)):
            yield str(inner), inner.read_bytes()
    elif path.name.endswith(TAR_SUFFIXES):
        yield from _tar(path)
    elif path.suffix == ".zip":
        yield from _zip(path)
    elif path.suffix in FHIR_SUFFIXES:
        yield str(path), path.read_bytes()
    else:
        raise UnknownFileKind(path=path)


def _turn(name: str) -> int:
    """The place of a file among those of a folder, by the type that its name begins with."""
    kind = re.match(r"[A-Za-z]*", name)
    is_first = name.endswith(".ndjson") and kind is not None and kind[0] in POINTED_AT
    return POINTED_AT.index(kind[0]) if is_first and kind is not None else len(POINTED_AT)


def _tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        is_package = path.name.endswith(".tgz") and "package/package.json" in archive.getnames()
        for member in archive:
            if is_package and not _is_definition(member.name):
                continue
            if member.isfile() and member.name.endswith(FHIR_SUFFIXES):
                content = archive.extractfile(member)
                yield f"{path}!{member.name}", content.read() if content else b""


def _is_definition(name: str) -> bool:
    """Whether a file of a FHIR package (an implementation guide) is one of its resources, and no example.

    Source: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
    """
    folder, _, file = name.rpartition("/")
    return folder == "package" and file not in ("package.json", ".index.json")


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        found = (n for n in archive.namelist() if n.endswith(FHIR_SUFFIXES))
        for name in sorted(found, key=lambda n: (_turn(n.rpartition("/")[2]), n)):
            yield f"{path}!{name}", archive.read(name)


def units_of(name: str, content: bytes) -> Iterator[Unit]:
    """The units of one file."""
    if not name.endswith(".ndjson"):
        yield Unit(name, 1, content)
        return
    for number, line in enumerate(io.BytesIO(content), 1):
        if line.strip():
            yield Unit(name, number, line)


def items_of(unit: Unit) -> list[Item]:
    """The entries of a unit under the names their source gave them.

    An entry without fullUrl is known by `Type/id`, and one without either by its place in the file.

    Raises:
        MalformedJson, NotUtf8, NotABundleAtAll, NotAResource
    """
    kind, id = resource_head(unit.raw)
    if not kind:
        raise NotAResource()
    if kind != "Bundle":
        return [Item(f"{kind}/{id}" if id else f"{unit.file}#{unit.number}", kind, unit.raw)]
    items = []
    for position, entry in enumerate(read_bundle(unit.raw).entry):
        raw = bytes(entry.resource)
        if not raw:
            continue
        kind, id = resource_head(raw)
        name = entry.fullUrl or (f"{kind}/{id}" if id else f"{unit.file}#{unit.number}.{position}")
        condition = entry.request.ifNoneExist if entry.request else None
        items.append(Item(name, kind, raw, condition))
    return items


def import_files(paths: Sequence[Path], *, source: str) -> Report:
    """Import every unit of every file; a rejected unit leaves nothing behind and stands in the report."""
    report = Report()
    started = time.monotonic()
    actor, sender = operator("kangmai import"), Source(name=source, organization=None)
    shows = sys.stderr.isatty()
    for path in paths:
        for name, content in files_of(path):
            report.files += 1
            for batch in _batches(_read(units_of(name, content), report)):
                _import(batch, sender, actor, report)
            if shows:
                click.echo(f"\r{report.files} files, {report.entries} entries", nl=False, err=True)
    if shows:
        click.echo(err=True)
    _link(report)
    report.seconds = time.monotonic() - started
    return report


def _link(report: Report) -> None:
    """Let the subscribers of the record catch up (residents are found), as the worker would."""
    written = report.effects[Effect.CREATED] + report.effects[Effect.UPDATED]
    if written:
        refresh_statistics(loaded=written)
        feed.drain()


def _read(units: Iterator[Unit], report: Report) -> Iterator[tuple[Unit, list[Item]]]:
    """Units with their items; what cannot be read is rejected here."""
    for unit in units:
        report.units += 1
        try:
            items = items_of(unit)
        except KangmaiError as error:
            report.entries += 1
            _reject(unit, 1, error, report)
            continue
        report.entries += len(items)
        yield unit, items


def _batches(
    read: Iterator[tuple[Unit, list[Item]]],
) -> Iterator[list[tuple[Unit, list[Item]]]]:
    """Units that go together: one with a condition stands alone, since it asks what was stored before it."""
    batch: list[tuple[Unit, list[Item]]] = []
    size = 0
    for unit, items in read:
        is_alone = any(item.condition for item in items)
        if batch and (is_alone or len(batch) == BATCH_UNITS or size + len(unit.raw) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((unit, items))
        size = BATCH_BYTES if is_alone else size + len(unit.raw)
    if batch:
        yield batch


def _import(
    batch: list[tuple[Unit, list[Item]]], source: Source, actor: Actor, report: Report
) -> None:
    results = import_units(
        [items for _, items in batch], source=source, actor=actor, at=datetime.now(UTC)
    )
    for (unit, items), result in zip(batch, results, strict=True):
        if isinstance(result, KangmaiError):
            _reject(unit, len(items) or 1, result, report)
            continue
        for effect in result:
            report.effects[effect] += 1


def _reject(unit: Unit, entries: int, error: KangmaiError, report: Report) -> None:
    report.rejected += entries
    if len(report.errors) < ERRORS_KEPT:
        report.errors += _errors(unit, error)


def _errors(unit: Unit, error: KangmaiError) -> list[dict[str, Any]]:
    cause = error.cause if isinstance(error, OperationFailed) else error
    place = {"file": unit.file, "unit": unit.number, "entry": getattr(error, "position", 0)}
    if isinstance(cause, InvalidResource):
        return [{**place, "expression": i.expression, "message": i.message} for i in cause.issues]
    return [{**place, "expression": "", "message": str(cause)}]
