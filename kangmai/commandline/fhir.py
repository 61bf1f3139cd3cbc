"""`kangmai fhir`: validate resources in files, search the record."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kangmai.commandline.opening import with_database

if TYPE_CHECKING:
    from kangmai.records.validation.reading import Validated

    Check = Callable[[Validated], Validated]

LINES = (".ndjson", ".jsonl")
SOURCE_EXTENSION = "urn:kangmai:validated"


@click.group()
def fhir() -> None:
    """Validate FHIR R4 resources in files; search the record."""


@fhir.command(
    short_help="Say what is wrong with FHIR resources in files.",
    epilog="Example:  kangmai fhir validate bundle.json patients.ndjson",
)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE…",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option(
    "--profile",
    metavar="URL",
    help="Also check against this StructureDefinition: one of ours, of R4, or in --definitions.",
)
@click.option(
    "--definitions",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A file, folder or package (.tgz) with StructureDefinitions and ValueSets; may be repeated.",
)
def validate(files: tuple[Path, ...], profile: str | None, definitions: tuple[Path, ...]) -> None:
    """Validate the resources in FILE… (JSON, XML, Bundles, NDJSON; - for standard input).

    Prints one OperationOutcome for each resource, each a line of JSON: for a Bundle one for every
    entry, and one for the Bundle itself only where it is wrong or empty. The extension
    urn:kangmai:validated tells which resource it is about. Code systems that are not known here are
    warnings. The exit code is 1 if any resource has an error, else 0.
    """
    import orjson

    from kangmai.records.validation import operation_outcome

    check = _profile_check(profile, definitions)
    has_error = False
    for file in files:
        for place, found in _validated(file):
            found = check(found)
            outcome = operation_outcome(found.issues)
            source = {"url": SOURCE_EXTENSION, "valueString": place}
            click.echo(orjson.dumps({**outcome, "extension": [source]}).decode())
            has_error = has_error or found.has_error
    sys.exit(1 if has_error else 0)


def _profile_check(profile: str | None, definitions: tuple[Path, ...]) -> "Check":
    """A function that adds the issues of the profile to what was validated."""
    if profile is None:
        return lambda found: found
    from kangmai.records.validation.profile_reading import load_definitions
    from kangmai.records.validation.profiles import profiled

    known = load_definitions(definitions)
    known.require(profile)
    return lambda found: profiled(found, profile, known)


def _validated(file: Path) -> Iterator[tuple[str, "Validated"]]:
    """Every resource of a file with its place: `file`, `file:line`, with the entry of a Bundle after #."""
    from kangmai.records.validation.reading import validate_text

    for name, raw in _units(file):
        json, fault = _as_json(raw)
        for found in (fault,) if fault else validate_text(json):
            yield (f"{name}#{found.place}" if found.place else name), found


def _as_json(raw: bytes) -> tuple[bytes, "Validated | None"]:
    """A text in JSON; of XML that is none, what is wrong with it."""
    if not raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return raw, None
    from kangmai.records.fhir.xml import MalformedXml, NotFhirXml, to_json
    from kangmai.records.validation.issues import issue
    from kangmai.records.validation.reading import Validated

    try:
        return to_json(raw), None
    except (MalformedXml, NotFhirXml) as error:
        found = issue("xml", "", reason=error.message("en"), reason_zh=error.message("zh"))
        return b"", Validated("", [found])


def _units(file: Path) -> Iterator[tuple[str, bytes]]:
    """The JSON texts of a file: the whole, or each line that is not empty."""
    if file.suffix.lower() in LINES:
        with file.open("rb") as lines:
            yield from _lines(str(file), lines)
        return
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if _is_lines(raw):
        yield from _lines(str(file), raw.splitlines())
    else:
        yield str(file), raw


def _lines(name: str, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield f"{name}:{number}", line


def _is_lines(raw: bytes) -> bool:
    """Whether a text without that suffix is NDJSON: more than one line, the first whole by itself."""
    import orjson

    first, _, rest = raw.partition(b"\n")
    if not rest.strip() or not first.lstrip().startswith(b"{"):
        return False
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return True


@fhir.command(
    epilog="""\b
Examples:
  kangmai fhir search 'Patient?name=liang' --data ./data
  kangmai fhir search 'Observation?code=http://loinc.org|8480-6&date=ge2026-01-01' --all --data ./data
"""
)
@click.argument("query", metavar="TYPE?PARAMETERS")
@click.option("--all", "whole", is_flag=True, help="Every page, not only the first.")
@with_database
def search(query: str, whole: bool) -> None:
    """Search the record, and print what is found as NDJSON.

    QUERY is a FHIR search as it stands behind the base address; unknown parameters are refused. Prints one
    resource a line, included ones after those that match on each page; how many on stderr, and whether there
    are more. The search is audited as an operator's. Exit code 0, also where nothing is found.
    """
    from datetime import UTC, datetime

    from kangmai.kernel.actor import operator
    from kangmai.records import queries

    kind, _, parameters = query.removeprefix("/").partition("?")
    actor, at, count, place = operator("kangmai fhir search"), datetime.now(UTC), 0, None
    while True:
        page = queries.search(kind or None, parameters, position=place, actor=actor, at=at)
        for each in (*page.matches, *page.included):
            click.echo(each.body.decode())
        count, place = count + len(page.matches), page.next
        if place is None or not whole:
            break
    more = "" if place is None else "; there are more: --all"
    total = "" if page.total is None else f" of {page.total}"
    click.echo(f"{count}{total} found{more}", err=True)


@fhir.command(
    epilog="Example:  kangmai fhir purge Patient/0191… --reason 'decision 2026-118' --data ./data"
)
@click.argument("resource", metavar="TYPE/ID")
@click.option("--reason", required=True, help="On what ground; kept in the audit trail.")
@with_database
def purge(resource: str, reason: str) -> None:
    """Erase a resource for good: store, history, search rows, events; of a Patient all that is about him.

    A tombstone with type, id and version stays, and the audit trail, which holds ids only. Nothing is erased
    where anything would be left. Prints the proof as JSON: {"resources","versions","events","names",
    "remaining":{TABLE:0…},"digest","at"}. Backups and the archive of the log keep what they hold until they
    expire; files of the lake until it is filled anew; raw HL7 v2 messages up to 400 days.
    """
    import json
    from datetime import UTC, datetime

    from kangmai.kernel.actor import operator
    from kangmai.records import actions

    kind, _, id = resource.partition("/")
    proof = actions.purge(
        kind, id, reason=reason, actor=operator("kangmai fhir purge"), at=datetime.now(UTC)
    )
    told = {
        "resources": proof.resources,
        "versions": proof.versions,
        "events": proof.events,
        "names": proof.ledger,
        "remaining": proof.remaining,
        "digest": proof.digest,
        "at": proof.at.isoformat(),
    }
    click.echo(json.dumps(told))


@fhir.command(epilog="Example:  kangmai fhir sample --count 10000 --data ./data")
@click.option("--count", default=1000, show_default=True, help="How many resources to compare.")
@with_database
def sample(count: int) -> None:
    """Compare resources drawn by chance with their index rows; prints a line of JSON for each that differs.

    {"resource","table","missing","left_over"}; how many were compared on stderr. Exit code 1 if any differs.
    """
    import json

    from kangmai.kernel.actor import operator
    from kangmai.records import queries

    found = queries.sample_index(count=count, actor=operator("kangmai fhir sample"))
    for each in found.faults:
        line = {"resource": f"{each.type}/{each.id}", "table": each.table}
        click.echo(json.dumps({**line, "missing": each.missing, "left_over": each.left_over}))
    click.echo(f"{found.compared} compared, {len(found.faults)} faults", err=True)
    sys.exit(1 if found.faults else 0)


@fhir.command(epilog="Example:  kangmai fhir parameters --data ./data")
@with_database
def parameters() -> None:
    """Say how far the index of added search parameters is; prints a line of JSON for each.

    {"type","code","state","done","total","reason"}; state is new or settled (every process begins to write it),
    indexing, active (it can be searched), leaving or erasing (it is taken out), refused (see reason).
    """
    import json

    from kangmai.kernel.actor import operator
    from kangmai.records import queries

    for each in queries.all_index_states(actor=operator("kangmai fhir parameters")):
        line = {"type": each.resource_type, "code": each.code, "state": each.state}
        click.echo(
            json.dumps({**line, "done": each.done, "total": each.total, "reason": each.reason})
        )
