"""`kangmai identity`: link the records of the same resident; match one against the index, merge, unmerge."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from kangmai.commandline.opening import with_database

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


RECORD = """Example:  kangmai identity match '{"name":"李思远","birth_date":"1986-04-12","phone":"13512345678"}' --data ./data

Fields of RECORD: name, sex (1, 2, 男, 女, male, female), birth_date, id_number, phone, address, mother,
place (division code). `-` reads it from standard input, where others cannot see it."""


@identity.command(epilog=RECORD)
@click.argument("record")
@with_database
def match(record: str) -> None:
    """Say whose RECORD (a JSON object) is: link, review or new, with every candidate and its evidence.

    Prints JSON and changes nothing. Exit 1 if a person would have to look.
    """
    import sys
    from datetime import UTC, datetime

    from kangmai.commandline.index_records import described, witness_of_record
    from kangmai.identity.queries import decision_on
    from kangmai.kernel.actor import operator
    from kangmai.standards.calendars import legal_day

    at = datetime.now(UTC)
    asked = witness_of_record(sys.stdin.read() if record == "-" else record, on=legal_day(at))
    decision, matches = decision_on(asked, actor=operator("kangmai identity match"), at=at)
    click.echo(json.dumps(described(decision, matches), ensure_ascii=False))
    if decision == "review":
        sys.exit(1)


@identity.command(
    epilog="Example:  kangmai identity merge 0000000000422 0000000000430 --reason 同一人 --data ./data"
)
@click.argument("kept")
@click.argument("retired")
@click.option("--reason", required=True, help="Why the two are one person; kept with the merge.")
@with_database
def merge(kept: str, retired: str, reason: str) -> None:
    """Find the residents of two index numbers to be one: RETIRED is read under KEPT. Nothing is moved."""
    from datetime import UTC, datetime

    from kangmai.identity import actions, queries
    from kangmai.kernel.actor import operator

    actions.merge_residents(
        queries.resident_numbered(kept),
        queries.resident_numbered(retired),
        reason=reason,
        actor=operator("kangmai identity merge"),
        at=datetime.now(UTC),
    )
    click.echo(json.dumps({"kept": kept, "retired": retired}))


@identity.command(
    epilog="Example:  kangmai identity unmerge 0000000000430 --reason 弄错了 --data ./data"
)
@click.argument("retired")
@click.option("--reason", required=True, help="Why the two are not one person; kept for ever.")
@with_database
def unmerge(retired: str, reason: str) -> None:
    """Undo the merge of RETIRED: everything is as if it had never been, late records included."""
    from datetime import UTC, datetime

    from kangmai.identity import actions, queries
    from kangmai.kernel.actor import operator

    actions.unmerge_resident(
        queries.resident_numbered(retired),
        reason=reason,
        actor=operator("kangmai identity unmerge"),
        at=datetime.now(UTC),
    )
    click.echo(json.dumps({"restored": retired}))


@identity.command(epilog="Example:  kangmai identity count --data ./data")
@with_database
def count() -> None:
    """Count how frequent names and other values are now; the worker does it every night."""
    from datetime import UTC, datetime

    from kangmai.identity.actions import count_frequencies

    click.echo(json.dumps({"values": count_frequencies(at=datetime.now(UTC))}))


TRAIN = """Example:  kangmai identity train --out model.json --data ./data

JSON: {"matches","households","model"}: how many pairs it was learned from. Try it on a file whose answers
are known (`kangmai identity link --model`) before KANGMAI_MATCHING_MODEL names it for arriving people."""


@identity.command(epilog=TRAIN)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Model file."
)
@with_database
def train(out: Path) -> None:
    """Learn weights from what people decided, and from pairs whose identity number agrees."""
    _require_folders(out)
    from kangmai.identity.queries import train_from_decisions
    from kangmai.kernel.actor import operator

    trained = train_from_decisions(actor=operator("kangmai identity train"))
    out.write_text(trained.model, encoding="utf-8")
    told = {"matches": trained.matches, "households": trained.households, "model": str(out)}
    click.echo(json.dumps(told, ensure_ascii=False))


ROTATE = """Example:  kangmai identity rotate-keys --data ./data

JSON: {"version","continued","resealed":{table:n},"left":{table:n}}; exit 1 if something is left, which the
next run does. Copy the keyring to its safe place again afterwards: an older copy cannot open what was
sealed since.

With --hashes the keyed hashes by which residents, Patients and staff are found get a new key instead;
JSON: {"version","continued","rehashed":{room:rows}}. Everything is found before, during and after. Running
it again finishes one that was cut off, and one that a database restored from an older backup lacks."""


@identity.command("rotate-keys", epilog=ROTATE)
@click.option("--hashes", is_flag=True, help="Renew the key of the keyed hashes, not of the seals.")
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds that running servers have to read the keyring again, twice (with --hashes).",
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    help="Rows of one transaction (with --hashes).",
)
@with_database
def rotate_keys(hashes: bool, pause: float, rows: int) -> None:
    """Seal everybody anew with a new key, while the house works; repeat it if it was cut off."""
    if hashes:
        _rotate_hashes(pause, rows)
    else:
        _rotate_seals()


def _rotate_hashes(pause: float, rows: int) -> None:
    import time
    from datetime import UTC, datetime

    from django.conf import settings

    from kangmai.config.sealed import HASHED
    from kangmai.kernel.actor import operator
    from kangmai.kernel.rehashing import rotate_hashes

    done = rotate_hashes(
        HASHED,
        path=settings.KEYS,
        pause=lambda: time.sleep(pause),
        rows=rows,
        report=lambda room, count: click.echo(f"{room}: {count:,}", err=True),
        actor=operator("kangmai identity rotate-keys"),
        at=datetime.now(UTC),
    )
    told = {"version": done.version, "continued": done.is_continued, "rehashed": done.done}
    click.echo(json.dumps(told))


def _rotate_seals() -> None:
    import sys
    from datetime import UTC, datetime

    from django.conf import settings

    from kangmai.config.sealed import SEALED
    from kangmai.kernel.actor import operator
    from kangmai.kernel.resealing import rotate

    done = rotate(
        SEALED,
        path=settings.KEYS,
        report=lambda table, count: click.echo(f"{table}: {count:,}", err=True),
        actor=operator("kangmai identity rotate-keys"),
        at=datetime.now(UTC),
    )
    left = {each.table: each.left for each in done.columns if each.left}
    told = {
        "version": done.version,
        "continued": done.is_continued,
        "resealed": {each.table: each.done for each in done.columns},
        "left": left,
    }
    click.echo(json.dumps(told))
    if left:
        sys.exit(1)
