"""`kangmai programmes`: forecast life-cycle services, compare their rules, plan them anew."""

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kangmai.commandline.programme_rules import compare_rules, decide, replan

if TYPE_CHECKING:
    from kangmai.commandline.immunization_lines import Chunk

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
LAST_YEAR = 2200
"""Ages are added to days; far beyond this the calendar ends."""

LINES = """\b
A line in:
  {"id": "c1", "birth_date": "2025-01-10", "sex": "female",
   "birth_weight_g": 3200, "gestation_weeks": 39,
   "mother_hbsag": "negative", "hiv_exposed": false,
   "given": [{"vaccine": "HepB", "date": "2025-01-10"}],
   "immunoglobulin_dates": [], "contraindications": []}
Fields with ? may be missing or null: birth_weight_g?, gestation_weeks?,
mother_hbsag? (positive, negative, unknown), hiv_exposed?, product? of a
dose, immunoglobulin_dates?, contraindications? (vaccine codes).
\b
A line out:
  {"id", "on", "rule_version", "doses": [{"vaccine", "dose", "status",
   "earliest", "recommended", "latest", "given"?, "reason"}]}
status: done, invalid, due, overdue, upcoming, not_yet, not_needed,
contraindicated, aged_out. A dose that does not count is a row of its own
(invalid); its repeat is another row with the same number.
\b
A line that cannot be true (not JSON, no such vaccine, born in the future,
a dose before birth or after the day …) gives a message on stderr with its
number and nothing on stdout; the others go on and the exit code is 1.
Unknown fields are named once on stderr and ignored; empty lines are too.
\b
Example:
  kangmai programmes forecast --programme immunization \\
    --input children.ndjson --on 2026-03-01 > doses.ndjson
"""


@click.group()
def programmes() -> None:
    """Forecast life-cycle services, compare their rules, plan them anew."""


programmes.add_command(compare_rules)
programmes.add_command(decide)
programmes.add_command(replan)


@programmes.command(epilog=LINES)
@click.option("--programme", type=click.Choice(["immunization"]), required=True)
@click.option(
    "--input", "file", type=FILE, required=True, help="NDJSON, a child a line; - for stdin."
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day of the forecast; the rules in force that day decide.",
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Of reasons.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes; left out: one a processor."
)
def forecast(programme: str, file: Path, on: datetime, language: str, workers: int | None) -> None:
    """Say for every child and dose whether it is done, due, overdue, still to come or not needed, and why.

    Advice for a clinician, from rules most of which are from memory (see docs/algorithms/immunization.md).
    """
    if on.year > LAST_YEAR:
        raise click.BadParameter(f"later than the year {LAST_YEAR}", param_hint="--on")
    from kangmai.commandline.immunization_lines import Task, forecast_lines

    task = Task(programme, on.date(), language)
    with click.open_file(str(file), "rb") as lines:
        failed = _write(forecast_lines(lines, task, workers=workers))
    if failed:
        raise SystemExit(1)


def _write(chunks: "Iterable[Chunk]") -> int:
    """Print forecasts and messages as they come; the number of refused lines."""
    output, named, lines, failed = sys.stdout.buffer, set[str](), 0, 0
    for chunk in chunks:
        output.write(chunk.output)
        output.flush()
        for number, message in chunk.errors:
            click.echo(f"line {number}: {message}", err=True)
        for field, number in chunk.ignored.items():
            if field not in named:
                named.add(field)
                click.echo(f"line {number}: field {field!r} is not known and ignored", err=True)
        lines, failed = lines + chunk.lines, failed + len(chunk.errors)
    if failed:
        click.echo(f"{failed} of {lines} lines refused", err=True)
    return failed
