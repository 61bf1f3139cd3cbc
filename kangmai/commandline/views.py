"""`kangmai views`: run SQL-on-FHIR views over resources in files."""

import sys
from datetime import datetime
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


class NamedView(click.ParamType):
    """The name of a view that ships, or a file with a ViewDefinition; gives the ViewDefinition."""

    name = "view"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from kangmai.analytics.views.shipped import shipped_views

        shipped = shipped_views().get(value)
        if shipped is not None:
            return shipped.definition()
        return read_definition(FILE.convert(value, param, ctx))


@views.command(
    short_help="Print the rows of a view.",
    epilog="""\b
Examples:
  kangmai views run patients.view.json patients.ndjson
  kangmai fhir search 'Encounter' --all --data ./data | kangmai views run visits -
""",
)
@click.argument("view", type=NamedView())
@click.argument("resources", type=FILE)
def run(view: Any, resources: Path) -> None:
    """Print the rows of VIEW over RESOURCES, one JSON line a row.

    VIEW is a ViewDefinition in JSON, or the name of one that ships (`kangmai views list`). RESOURCES
    is NDJSON, a JSON array, a Bundle or one resource (- for standard input). Every column is present,
    null where it is empty; numbers keep their digits. The exit code is 2, with the reason, if the view
    is invalid, if a resource cannot be read, or if a column that is no collection finds several values.
    """
    from kangmai.analytics.views.compiler import compile_view
    from kangmai.analytics.views.lines import written_rows

    compiled = compile_view(view)
    for note in compiled.notes:
        click.echo(f"note: {note}", err=True)
    output = sys.stdout.buffer
    with sys.stdin.buffer if str(resources) == "-" else resources.open("rb") as lines:
        for line in written_rows(compiled, lines, at=datetime.now().astimezone()):
            output.write(line + b"\n")
    output.flush()


@views.command("list", epilog="Example:  kangmai views list --json")
@click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")
def list_(is_json: bool) -> None:
    """Show the views that ship, the resources they read, and what their rows and columns mean."""
    import orjson

    from kangmai.analytics.views.shipped import shipped_views

    if is_json:
        found = [
            {
                "id": each.id,
                "title": {"zh": each.title.zh, "en": each.title.en},
                "resource": each.resource,
                "row": {"zh": each.row.zh, "en": each.row.en},
                "columns": {name: {"zh": w.zh, "en": w.en} for name, w in each.columns.items()},
                "verified": each.is_verified,
            }
            for each in shipped_views().values()
        ]
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for each in shipped_views().values():
        click.echo(f"{each.id:14} {each.resource:18} {each.title.zh}  {each.title.en}")


@views.command(
    epilog="Example:  kangmai views show visits > visits.view.json",
)
@click.argument("view", type=NamedView())
def show(view: Any) -> None:
    """Print a view that ships as a ViewDefinition in JSON, as other tools read it."""
    import orjson

    click.echo(orjson.dumps(view, option=orjson.OPT_INDENT_2).decode())


def read_definition(file: Path) -> Any:
    """The JSON of a view definition. Raises: ViewUnreadable."""
    from kangmai.records.fhirpath.reading import read_json

    text = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return read_json(text)
    except ValueError as error:
        raise ViewUnreadable(file=file, reason=error) from None
