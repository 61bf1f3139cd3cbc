"""`kangmai programmes compare` and `replan`: what rules make of visits, and the plan of a city."""

from datetime import UTC, datetime
from typing import Any

import click

from kangmai.commandline.opening import with_database

DAY = click.DateTime(["%Y-%m-%d"])


def _print(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


@click.command(
    epilog="Example:  kangmai programmes compare --programme hypertension --rules hypertension"
    " --rules hypertension_primary_care --year 2026 --data ./data"
)
@click.option("--programme", required=True, help="Its id, such as hypertension.")
@click.option("--rules", multiple=True, required=True, help="Twice: id, or id@day, of a rule set.")
@click.option("--year", type=click.IntRange(2000, 2200), required=True)
@click.option("--place", default="", help="Code of a division; left out: everything.")
@with_database
def compare(programme: str, rules: tuple[str, ...], year: int, place: str) -> None:
    """Count how many of those managed in a year were at target, under two rule sets, on the same visits."""
    from kangmai.kernel.actor import operator
    from kangmai.programmes.engine import queries

    if len(rules) != 2:
        raise click.BadParameter("two rule sets are compared", param_hint="--rules")
    found = queries.compare(
        programme_id=programme,
        rules=(rules[0], rules[1]),
        year=year,
        place=place,
        actor=operator("kangmai programmes compare"),
    )
    sides = [
        {
            "rules": side.rule_version,
            "verified": side.is_verified,
            "managed": side.managed,
            "at_target": side.met,
            "not_at_target": side.not_met,
            "not_seen": side.not_seen,
            "control_rate_percent": float(side.rate) if side.rate is not None else None,
        }
        for side in (found.first, found.second)
    ]
    shown = {"programme": found.programme, "year": found.year, "place": found.place, "sides": sides}
    _print(shown | {"lost_target": found.lost_target, "gained_target": found.gained_target})


@click.command(
    epilog="Example:  kangmai programmes replan --programme hypertension --on 2026-03-01 --data ./data"
)
@click.option("--programme", required=True, help="Its id, such as hypertension.")
@click.option("--on", type=DAY, help="The day from which is looked; left out: today.")
@with_database
def replan(programme: str, on: datetime | None) -> None:
    """Plan every managed enrolment anew and write what differs; the worker does so every night."""
    from dataclasses import asdict

    from kangmai.kernel.actor import operator
    from kangmai.programmes.engine import actions
    from kangmai.standards.calendars import legal_day

    at = datetime.now(UTC)
    done = actions.replan(
        programme_id=programme,
        on=on.date() if on else legal_day(at),
        actor=operator("kangmai programmes replan"),
        at=at,
    )
    _print(asdict(done))
