"""`kangmai fhirpath`: evaluate an expression on a resource in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kangmai.kernel.errors import Incorrect

if TYPE_CHECKING:
    from kangmai.records.fhirpath.elements import Collection


class FileUnreadable(Incorrect):
    """{file} is not JSON: {reason}."""

    zh = "{file} 不是有效的 JSON：{reason}。"


@click.command(
    short_help="Evaluate a FHIRPath expression on a resource.",
    epilog="Example:  kangmai fhirpath 'Patient.name.given.first()' patient.json",
)
@click.argument("expression")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
def fhirpath(expression: str, file: Path) -> None:
    """Evaluate EXPRESSION on the FHIR R4 resource in FILE (JSON; - for standard input).

    Prints the result collection as one JSON array; numbers keep their digits. An expression that
    cannot be read, cannot fit the resource's type or cannot be evaluated is refused with its line
    and column, and the exit code is 2.
    """
    from kangmai.records.fhirpath.reading import write_json

    resource = read_resource(file)
    found = evaluated(expression, resource)
    click.echo(write_json(found).decode())


def read_resource(file: Path) -> Any:
    """The JSON value of a file. Raises: FileUnreadable."""
    from kangmai.records.fhirpath.reading import read_json

    text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return read_json(text)
    except ValueError as error:
        raise FileUnreadable(file=file, reason=error) from None


def evaluated(expression: str, resource: Any) -> list[Any]:
    """The result on a resource, checked against its type first. Raises: ExpressionRefused."""
    from datetime import datetime

    from kangmai.records.fhirpath import checker
    from kangmai.records.fhirpath.expression import compile_expression

    compiled = compile_expression(expression)
    if isinstance(resource, dict) and isinstance(kind := resource.get("resourceType"), str):
        checker.check_expression(expression, kind)
        for finding in checker.find_faults(expression, kind):
            click.echo(f"warning: column {finding.place + 1}: {finding.reason}", err=True)
    return compiled.evaluate(resource, trace=heard, at=datetime.now().astimezone())


def heard(name: str, items: "Collection") -> None:
    """Print what trace() names."""
    from kangmai.records.fhirpath.elements import plain
    from kangmai.records.fhirpath.reading import write_json

    shown = [value for value in map(plain, items) if value is not None]
    click.echo(f"trace {name}: {write_json(shown).decode()}", err=True)
