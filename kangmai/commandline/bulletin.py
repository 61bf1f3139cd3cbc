"""`kangmai bulletin`: write reports of our own, and read what other cities publish."""

import sys
from pathlib import Path
from typing import Any

import click

from kangmai.commandline.opening import with_database


@click.group(short_help="Write reports and read published bulletins.")
def bulletin() -> None:
    """Write reports of frozen figures, and read published bulletins figure by figure."""


@bulletin.command(
    short_help="Write a report as a file.",
    epilog="""\b
Examples:
  kangmai bulletin write annual_review --period 2025 --area 441200 --out review.docx --data ./data
  kangmai bulletin write county_brief --period 2025 --area 441202 --freeze --language en --out brief.pdf --data ./data
""",
)
@click.argument("template")
@click.option("--period", required=True, help="2025, 2025Q1, 2025-03 or FROM/TO.")
@click.option("--area", required=True, help="Division code, such as 441200.")
@click.option("--language", type=click.Choice(("zh", "en")), default="zh", show_default=True)
@click.option("--freeze", "freezes", is_flag=True, help="Freeze first what nobody froze yet.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file, .html, .docx or .pdf.",
)
@with_database
def write(template: str, period: str, area: str, language: str, freezes: bool, out: Path) -> None:
    """Write the report of TEMPLATE for an area and a period: the issued one, else a draft that says so.

    A figure that is not frozen or not available is not printed; which are, stands on stderr, and the exit code is
    1 where one of them must be there. Nothing is kept but what --freeze froze.
    """
    from datetime import UTC, datetime

    from kangmai.documents.types import Format
    from kangmai.governance.reporting import actions
    from kangmai.kernel.actor import operator
    from kangmai.standards.periods import parse_period

    formats = {f".{each.value}": each for each in (Format.HTML, Format.DOCX, Format.PDF)}
    if out.suffix not in formats:
        raise click.BadParameter("end it in .html, .docx or .pdf", param_hint="--out")
    content, missing = actions.write(
        template_id=template,
        period=parse_period(period),
        area=area,
        language=language,
        format=formats[out.suffix],
        freezes=freezes,
        actor=operator("kangmai bulletin"),
        at=datetime.now(UTC),
    )
    out.write_bytes(content)
    for each in missing:
        click.echo(each, err=True)
    if missing:
        raise SystemExit(1)


@bulletin.command(
    short_help="Print the figures of a bulletin.",
    epilog="Example:  kangmai bulletin read annual-report.html --json",
)
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
)
@click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")
def read(file: Path, is_json: bool) -> None:
    """Print every figure that FILE quotes: HTML, text (UTF-8 or GB 18030) or DOCX; - for standard input.

    JSON: a list of objects with sentence, figure, value, unit, place, period, indicator and status. `value` is
    the number as printed and `unit` its unit as printed, 万 and 亿 included; status is `stated`, `lost digits`
    (value null: the document has lost digits, which is never zero) or `implausible`. A figure whose indicator
    is not known has null there. Nothing is kept: somebody has to confirm a figure before it counts.
    """
    from kangmai.governance.reporting.rules import read_bulletin

    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    found = [_row(each) for each in read_bulletin(content, name=file.name)]
    if is_json:
        import orjson

        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for row in found:
        value = "?" if row["value"] is None else row["value"]
        told = f"{value} {row['unit']}"
        click.echo(
            f"{row['status']:<12} {told:>16}  {row['indicator'] or '-':<22} {row['place']} {row['period']}  {row['figure']}"
        )


def _row(quoted: Any) -> dict[str, Any]:
    value = quoted.value
    return {
        "sentence": quoted.sentence,
        "figure": quoted.figure,
        "value": None if value is None else int(value) if value == int(value) else float(value),
        "unit": quoted.unit,
        "place": quoted.place,
        "period": quoted.period,
        "indicator": quoted.indicator or None,
        "status": quoted.status.value,
    }
