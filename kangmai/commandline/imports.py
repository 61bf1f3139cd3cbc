"""`kangmai import`: records from files."""

from pathlib import Path

import click

from kangmai.commandline.opening import with_database


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
