"""`kangmai programmes decide`, `compare-rules` and `replan`: what rules make of visits, and the plan of a city."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from kangmai.commandline.opening import with_database
from kangmai.kernel.words import Words

DAY = click.DateTime(["%Y-%m-%d"])


def _print(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())


@click.command(
    "compare-rules",
    epilog="Example:  kangmai programmes compare-rules --programme hypertension --rules hypertension"
    " --rules hypertension_primary_care --year 2026 --data ./data",
)
@click.option("--programme", required=True, help="Its id, such as hypertension.")
@click.option("--rules", multiple=True, required=True, help="Twice: id, or id@day, of a rule set.")
@click.option("--year", type=click.IntRange(2000, 2200), required=True)
@click.option("--place", default="", help="Code of a division; left out: everything.")
@with_database
def compare_rules(programme: str, rules: tuple[str, ...], year: int, place: str) -> None:
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
        actor=operator("kangmai programmes compare-rules"),
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


NO_VISIT = Words(
    "不是含有 id、visited_on（日期）和 facts（对象）的 JSON 对象",
    "no JSON object with 'id', 'visited_on' (a day) and 'facts' (an object)",
)
FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
VISITS = """\b
A line in:
  {"id": "v1", "visited_on": "2026-03-02",
   "facts": {"age": 60, "systolic": 146, "diastolic": 84,
             "previous_target_met": false}}
The facts a programme knows: kangmai definitions show programmes/programme/ID
(answers of its services, days of its anchors) and
programmes/fact_list/visit. What is left out or null is missing.
\b
A line out:
  {"id", "programme", "rules", "verified", "class", "title", "rule",
   "reasons": [..], "target_met", "next_on", "next_days",
   "refer": {"urgency", "advice"} or null, "deadline", "alarm"}
\b
A line that cannot be read (no such fact, a number that is none, a day that
is none) gives a message on stderr with its number and nothing on stdout;
the others go on and the exit code is 1.
"""


@click.command(epilog=VISITS)
@click.option("--programme", required=True, help="Its id, such as diabetes.")
@click.option(
    "--input", "file", type=FILE, required=True, help="NDJSON, a visit a line; - for stdin."
)
@click.option(
    "--rules", default="", help="id or id@day; left out: those in force on the day of each visit."
)
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of words."
)
def decide(programme: str, file: Path, rules: str, language: str) -> None:
    """Say of each visit its class, why, when to come again and whether to refer. Needs no database.

    Advice for a clinician, from rules most of which are from memory (verified: false).
    """
    failed = 0
    with click.open_file(str(file), "rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                failed += not _decide_line(number, line, programme, rules, language)
    if failed:
        raise SystemExit(1)


def _decide_line(number: int, line: bytes, programme: str, rules: str, language: str) -> bool:
    """Print the decision of one visit; whether it could be read."""
    import orjson

    from kangmai.kernel.errors import KangmaiError, NotFound

    try:
        visit = orjson.loads(line)
        told = _decided(visit, programme, rules, language)
    except NotFound as error:
        raise click.BadParameter(error.message(language), param_hint="--programme") from None
    except KangmaiError as error:
        click.echo(_of_line(number, language) + error.message(language), err=True)
        return False
    except (ValueError, TypeError, KeyError, AttributeError):
        click.echo(_of_line(number, language) + NO_VISIT.in_language(language), err=True)
        return False
    click.echo(orjson.dumps(told).decode())
    return True


def _of_line(number: int, language: str) -> str:
    return f"第 {number} 行：" if language == "zh" else f"line {number}: "


def _decided(visit: Mapping[str, Any], programme: str, rules: str, language: str) -> dict[str, Any]:
    from kangmai.programmes.engine.rules import decide_facts, outcome_title

    day = date.fromisoformat(visit["visited_on"])
    found = decide_facts(programme, visited_on=day, given=visit["facts"], rules=rules)
    refer = found.refer
    return {
        "id": visit["id"],
        "programme": programme,
        "rules": found.rule_version,
        "verified": found.is_verified,
        "class": found.outcome,
        "title": outcome_title(programme, found)[language],
        "rule": found.rule,
        "reasons": [getattr(each, language) for each in found.reasons],
        "target_met": found.target_met,
        "next_on": found.next_on,
        "next_days": found.next_days,
        "refer": {"urgency": refer.urgency, "advice": getattr(refer, language)} if refer else None,
        "deadline": found.deadline,
        "alarm": found.is_alarm,
    }
