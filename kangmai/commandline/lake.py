"""`kangmai lake`: the Parquet files that figures are counted from."""

import sys
from typing import TYPE_CHECKING

import click

from kangmai.commandline.opening import with_database

if TYPE_CHECKING:
    from datetime import datetime

    from kangmai.analytics.types import FillReport, Progress
    from kangmai.kernel.actor import Actor


@click.group()
def lake() -> None:
    """Fill, verify and rebuild the lake that figures are counted from."""


@lake.command(epilog="Example:  kangmai lake sync --data ./data")
@with_database
def sync() -> None:
    """Bring the lake up to what the database holds, and count the usual figures.

    Only months and counties whose rows changed are written, and those whose file is lost or was altered.
    Prints what was done as JSON.
    """
    from kangmai.analytics import actions

    at, actor = _now_and_operator()
    _print(actions.sync(report=_say, actor=actor, at=at))
    freed = actions.compact(actor=actor, at=at)
    counted = actions.count_ahead(at=at)
    click.echo(f"{counted} figures counted, {freed} bytes of old files removed", err=True)


@lake.command(epilog="Example:  kangmai lake rebuild --data ./data")
@with_database
def rebuild() -> None:
    """Read everything anew; exit code 1 if a table then says something else than the lake did.

    The same rows give the same hashes, so that a difference means changed data or a damaged lake.
    """
    from kangmai.analytics import actions, queries

    at, actor = _now_and_operator()
    is_first = queries.lake_state(actor=actor) is None
    filled = actions.rebuild(report=_say, actor=actor, at=at)
    _print(filled)
    if not is_first and not all(table.is_same for table in filled.tables):
        sys.exit(1)


@lake.command(epilog="Example:  kangmai lake verify --data ./data")
@with_database
def verify() -> None:
    """Compare every file with its manifest; exit code 1 if one is missing or altered.

    Held against are the manifest in force and those of frozen figures. `kangmai lake sync` writes damaged
    files of the manifest in force anew; those of a frozen figure alone come back from a backup only.
    """
    import orjson

    from kangmai.analytics import queries

    _, actor = _now_and_operator()
    findings = list(queries.verify_lake(actor=actor))
    state = queries.lake_state(actor=actor)
    assert state is not None
    found = [
        {
            "manifest": f.manifest,
            "table": f.table,
            "month": f.month,
            "county": f.county,
            "damage": f.damage.value,
        }
        for f in findings
    ]
    answer = {
        "manifest": state.manifest,
        "cutoff": state.cutoff.isoformat(),
        "rows": dict(state.rows),
        "bytes": state.bytes,
        "findings": found,
    }
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    if findings:
        sys.exit(1)


def _now_and_operator() -> "tuple[datetime, Actor]":
    from datetime import UTC, datetime

    from kangmai.kernel.actor import operator

    return datetime.now(UTC), operator("kangmai lake")


def _say(progress: "Progress") -> None:
    if progress.done:
        of = f" of {progress.total}" if progress.total else ""
        click.echo(f"\r{progress.table}: {progress.done}{of}", err=True, nl=False)
        if progress.done == progress.total:
            click.echo(err=True)


def _print(filled: "FillReport") -> None:
    import orjson

    tables = {
        table.name: {
            "rows": table.rows,
            "content": filled.manifest.tables[table.name].content,
            "written_partitions": table.written_partitions,
            "written_rows": table.written_rows,
            "dropped_partitions": table.dropped_partitions,
            "mended_partitions": table.mended_partitions,
            "same": table.is_same,
        }
        for table in filled.tables
    }
    cutoff = filled.manifest.cutoff
    answer = {
        "manifest": filled.manifest.id,
        "cutoff": {"at": cutoff.at.isoformat(), "epoch": cutoff.epoch, "xid": cutoff.xid},
        "tables": tables,
    }
    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
