"""`kangmai doctor`: look at everything, say what is wrong and how to mend it."""

from pathlib import Path

import click

from kangmai.commandline.opening import data_option, opened

SIGNS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


@click.command(
    epilog="""\b
Examples:
  kangmai doctor --data ./data
  kangmai doctor --data ./data --json
"""
)
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print the checks as a JSON array.")
def doctor(data: Path | None, as_json: bool) -> None:
    """Check machine, database, keys, feed, audit trail, definitions and pages.

    Each check has a stable id, a state (ok, warn, fail), what was found and how to mend it. Nothing is
    changed. Exit code 1 means that something needs attention.
    """
    import json

    rows = _rows(data)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(f"{SIGNS[row['state']]} {row['id']:<24} {row['what']}")
            if row["mend"]:
                click.echo(f"{'':<29} → {row['mend']}")
    if any(row["state"] != "ok" for row in rows):
        raise SystemExit(1)


def _rows(data: Path | None) -> list[dict[str, str]]:
    """Every check; a database that cannot be opened is the one finding there is."""
    from datetime import UTC, datetime

    from kangmai.kernel.errors import Incorrect, KangmaiError

    try:
        with opened(data, migrated=False):
            from kangmai.config.health import register_probes
            from kangmai.kernel.actor import operator
            from kangmai.kernel.health.registry import checks

            register_probes()
            found = checks(actor=operator("kangmai doctor"), at=datetime.now(UTC))
            return [
                {"id": c.id, "state": c.state.value, "what": c.what.en, "mend": c.mend.en}
                for c in found
            ]
    except Incorrect:
        raise
    except KangmaiError as error:
        return [{"id": f"open.{error.code}", "state": "fail", "what": str(error), "mend": ""}]
