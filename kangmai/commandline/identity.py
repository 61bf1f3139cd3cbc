"""`kangmai identity`: link the records of the same resident."""

import json
from dataclasses import asdict
from pathlib import Path

import click

HEADINGS = """Example:  kangmai identity link people.csv --out clusters.csv --json

Headings of PEOPLE.csv (Chinese or English, any case, missing ones allowed): id 编号,
name 姓名, given_name 名, surname 姓, sex 性别, birth_date 出生日期, id_number 身份证号, phone 电话,
address 地址, town 乡镇, postcode 邮编, mother 母亲姓名, source 来源."""


@click.group()
def identity() -> None:
    """Link records of the same resident."""


@identity.command(epilog=HEADINGS)
@click.argument("people", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Clusters: id,cluster,probability.",
)
@click.option(
    "--pairs",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Linked pairs: left,right,probability.",
)
@click.option(
    "--threshold", type=float, default=0.9, show_default=True, help="Least probability of a link."
)
@click.option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Score by this model instead of learning from the file.",
)
@click.option(
    "--save-model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the model that was used.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print a report with seconds by stage and peak memory."
)
def link(
    people: Path,
    out: Path,
    pairs: Path | None,
    threshold: float,
    engine: str,
    model: Path | None,
    save_model: Path | None,
    as_json: bool,
) -> None:
    """Find the records of PEOPLE.csv that are of one resident. Learns from the file itself; needs no labels."""
    _require_folders(out, pairs, save_model)
    from kangmai.identity.matching.actions import link_file

    report = link_file(
        people=people,
        clusters=out,
        pairs=pairs,
        threshold=threshold,
        engine=engine,
        model=model,
        save_model=save_model,
        tell=lambda text: click.echo(text, err=True),
    )
    for heading in report.unused_headings:
        click.echo(f"not compared: column '{heading}'", err=True)
    if not report.has_ids:
        click.echo("no column of ids: records are numbered from 1", err=True)
    content = asdict(report) | {"threshold": threshold, "engine": engine}
    if as_json:
        click.echo(json.dumps(content, ensure_ascii=False))
    else:
        click.echo(
            f"{report.records} records, {report.clusters} residents, {report.pairs} links"
            f" in {report.seconds['total']:.1f} s"
        )


def _require_folders(*paths: Path | None) -> None:
    """Refuse at once what could not be written in the end."""
    for path in paths:
        if path is not None and not path.absolute().parent.is_dir():
            raise click.UsageError(f"the folder of '{path}' does not exist / 文件夹不存在")
