"""`kangmai audit`: the trail of who did what."""

import click

from kangmai.commandline.opening import with_database


@click.group()
def audit() -> None:
    """Verify the audit trail."""


@audit.command(
    epilog="""\b
Examples:
  kangmai audit verify --data ./data
  kangmai audit verify --data ./data --json
"""
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@with_database
def verify(as_json: bool) -> None:
    """Recompute every sealed block from its rows and print the head of the chain.

    Note the head down where nobody can change it: whoever alters the trail later must change the head.
    Rows of the last minute may not be sealed yet. Exit code 1 means that blocks do not agree.
    """
    import dataclasses
    import json

    from kangmai.kernel import audit as trail

    verdict = trail.verify()
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(verdict)))
    else:
        click.echo(f"head {verdict.head or '-'}")
        click.echo(
            f"{verdict.blocks} blocks, {verdict.rows} rows, {verdict.unsealed} not sealed yet"
        )
        for block in verdict.broken:
            click.echo(f"block {block} does not agree with its rows or with the block before it")
    if verdict.broken:
        raise SystemExit(1)
