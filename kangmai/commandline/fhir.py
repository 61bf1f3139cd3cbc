"""`kangmai fhir`: validate resources in files."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kangmai.records.validation.reading import Validated

    Check = Callable[[Validated], Validated]

LINES = (".ndjson", ".jsonl")
SOURCE_EXTENSION = "urn:kangmai:validated"


@click.group()
def fhir() -> None:
    """Validate FHIR R4 resources."""


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
    """Validate the resources in FILE… (JSON, Bundles, NDJSON; - for standard input).

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
    from kangmai.records.validation.profiles import load_definitions, profiled

    known = load_definitions(definitions)
    known.require(profile)
    return lambda found: profiled(found, profile, known)


def _validated(file: Path) -> Iterator[tuple[str, "Validated"]]:
    """Every resource of a file with its place: `file`, `file:line`, with the entry of a Bundle after #."""
    from kangmai.records.validation.reading import validate_text

    for name, raw in _units(file):
        for found in validate_text(raw):
            yield (f"{name}#{found.place}" if found.place else name), found


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
