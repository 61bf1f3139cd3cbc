"""`kangmai views`: run SQL-on-FHIR views over resources in files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kangmai.kernel.errors import Incorrect

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


class ViewUnreadable(Incorrect):
    """{file} is not JSON: {reason}."""

    zh = "{file} 不是有效的 JSON：{reason}。"


@click.group(short_help="Run SQL-on-FHIR views over resources.")
def views() -> None:
    """Run SQL-on-FHIR v2 views (ViewDefinition) over FHIR R4 resources."""


@views.command(
    short_help="Print the rows of a view.",
    epilog="Example:  kangmai views run patients.view.json patients.ndjson",
)
@click.argument("view", type=FILE)
@click.argument("resources", type=FILE)
def run(view: Path, resources: Path) -> None:
    """Print the rows of VIEW over RESOURCES, one JSON line a row.

    VIEW is a ViewDefinition in JSON. RESOURCES is NDJSON, a JSON array, a Bundle or one resource
    (- for standard input). Every column is present, null where it is empty; numbers keep their
    digits. The exit code is 2, with the reason, if the view is invalid, if a resource cannot be
    read, or if a column that is no collection finds several values.
    """
    output = sys.stdout.buffer
    for line in written_rows(read_definition(view), resources):
        output.write(line + b"\n")
    output.flush()


def read_definition(file: Path) -> Any:
    """The JSON of a view definition. Raises: ViewUnreadable."""
    from kangmai.records.fhirpath.reading import read_json

    text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return read_json(text)
    except ValueError as error:
        raise ViewUnreadable(file=file, reason=error) from None


def written_rows(definition: Any, resources: Path) -> Iterator[bytes]:
    """The rows as JSON. Raises: ViewRefused, ResourceUnreadable, RowRefused."""
    from datetime import datetime

    from kangmai.analytics.views.compiler import compile_view
    from kangmai.analytics.views.reading import read_resources
    from kangmai.records.fhirpath.reading import write_json

    view = compile_view(definition)
    for note in view.notes:
        click.echo(f"note: {note}", err=True)
    at = datetime.now().astimezone()
    opens_bundles = view.view.resource != "Bundle"
    with sys.stdin.buffer if str(resources) == "-" else resources.open("rb") as lines:
        for resource, resolver in read_resources(lines, opens_bundles=opens_bundles):
            for record in view.records(resource, resolver=resolver, at=at):
                yield write_json(record)
