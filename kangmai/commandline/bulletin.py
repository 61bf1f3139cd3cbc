"""`kangmai bulletin`: read what other cities publish."""

import sys
from pathlib import Path
from typing import Any

import click


@click.group(short_help="Read published bulletins.")
def bulletin() -> None:
    """Read published bulletins: every figure with the sentence it stands in."""


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
