"""`kangmai import`: records from files."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kangmai.commandline.opening import with_database

if TYPE_CHECKING:
    from kangmai.records.types import TableReport


@click.group(name="import")
def import_() -> None:
    """Bring records in from files."""


@import_.command(
    epilog="""\b
Examples:
  kangmai import fhir bundles/ --data ./data
  kangmai import fhir synthea.tar.xz patients.ndjson --data ./data --source hospital-a --json
""",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--source",
    default="import",
    show_default=True,
    help="Name of the sender; the ledger is kept by it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@with_database
def fhir(paths: tuple[Path, ...], source: str, as_json: bool) -> None:
    """Import FHIR R4 bundles, NDJSON, folders, .zip, .tar.gz and .tar.xz.

    A bundle, or one line of NDJSON, is a unit: it is stored whole or not at all. Importing a file again
    changes nothing; a changed entry becomes a new version. Exit code 1 means that units were rejected.
    """
    from kangmai.commandline.fhir_files import import_files

    report = import_files(paths, source=source)
    if as_json:
        click.echo(report.as_json())
    else:
        click.echo(report.as_text())
    if report.rejected:
        raise SystemExit(1)


@import_.command(
    epilog="""\b
Examples:
  kangmai import table inpatient_front_page --template front_page.xlsx --data ./data
  kangmai import table inpatient_front_page november.xlsx --organization H1 --dry-run --data ./data
  kangmai import table test_results results.csv --organization H1 --json --data ./data
""",
)
@click.argument("table")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--organization",
    metavar="ID",
    help="The institution whose table it is (code, FHIR id or number).",
)
@click.option("--dry-run", is_flag=True, help="Check everything as an import would; store nothing.")
@click.option(
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the empty table (XLSX) and end.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@with_database
def table(
    table: str,
    file: Path | None,
    organization: str | None,
    dry_run: bool,
    template: Path | None,
    as_json: bool,
) -> None:
    """Import a table of an institution that has no interface: XLSX, or CSV in UTF-8 or GB 18030.

    TABLE is inpatient_front_page (住院病案首页), outpatient_summary (门诊摘要) or test_results (检验结果). A
    row is stored whole or not at all; a row again changes nothing, a changed one makes new versions. JSON:
    {"rows","created","updated","unchanged","rejected","dry_run","errors":[{"line","column","message",
    "warning"}]}; line 1 holds the titles. Exit code 0: every row is good, 1: some were rejected.
    """
    from datetime import UTC, datetime

    from kangmai.commandline.naming import organization_id
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import OrganizationId
    from kangmai.records import actions, queries

    if template is not None:
        template.write_bytes(queries.intake_template(table, language="zh")[1])
        click.echo(f"wrote {template}", err=True)
        return
    if file is None:
        raise click.UsageError("give a FILE, or --template")
    actor = operator("kangmai import table")
    number = organization_id(organization, actor=actor)
    report = actions.import_table(
        table,
        file.read_bytes(),
        organization=None if number is None else OrganizationId(number),
        is_trial=dry_run,
        actor=actor,
        at=datetime.now(UTC),
    )
    _print_table(report, as_json=as_json)
    raise SystemExit(1 if report.rejected else 0)


def _print_table(report: "TableReport", *, as_json: bool) -> None:
    import json

    numbers = {
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "dry_run": report.is_trial,
    }
    errors = [
        {"line": f.line, "column": f.column, "message": f.text("en"), "warning": f.is_warning}
        for f in report.faults
    ]
    if as_json:
        click.echo(json.dumps({**numbers, "errors": errors}, ensure_ascii=False))
        return
    click.echo("\n".join(f"{name:>12}  {value}" for name, value in numbers.items()))
    for each in errors:
        kind = "warning" if each["warning"] else "error"
        click.echo(f"line {each['line']} {each['column']}: {kind}: {each['message']}")
