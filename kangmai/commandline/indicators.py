"""`kangmai indicators`: figures, their cards, and freezing them."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from kangmai.commandline.opening import with_database

if TYPE_CHECKING:
    from uuid import UUID

    from kangmai.analytics.rules import Recount
    from kangmai.analytics.types import Card, Figure, Former, Freeze, Result
    from kangmai.kernel.actor import Actor

LEVELS = click.Choice(("county", "town", "village", "institution"))


@click.group()
def indicators() -> None:
    """Compute, explain and freeze figures."""


def _figure_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--by", type=LEVELS, help="Break the figure down."),
        click.option("--area", required=True, help="Division code, such as 441200."),
        click.option("--period", required=True, help="2025, 2025Q1, 2025-03, 2025-W10 or FROM/TO."),
        click.argument("indicator"),
    ):
        command = option(command)
    return command


as_json = click.option("--json", "is_json", is_flag=True, help="Print JSON instead of a table.")


@indicators.command("list", epilog="Example:  kangmai indicators list --json")
@as_json
def list_(is_json: bool) -> None:
    """Show the indicators in force; needs no database."""
    from datetime import date

    from kangmai.analytics.rules import indicators as in_force

    found: list[dict[str, Any]] = [
        {
            "id": each.id,
            "title": {"zh": each.title.zh, "en": each.title.en},
            "unit": each.unit.en,
            "direction": each.direction.value,
            "periods": list(each.periods),
            "rule_from": each.effective_from.isoformat(),
            "rule": each.rule,
            "verified": each.is_verified,
            "not_available": each.missing.en if each.missing else None,
        }
        for each in in_force(on=date.today())  # noqa: DTZ011  a command is a door
    ]
    if is_json:
        _print(found)
        return
    for each in found:
        click.echo(f"{each['id']:24} {each['title']['zh']}  {each['title']['en']}")


@indicators.command(
    epilog="""\b
Examples:
  kangmai indicators compute ht_control_rate --period 2025 --area 441200 --by county --json --data ./data
  kangmai indicators compute residents --period 2025-12-31 --area 441202 --by town --published --data ./data
"""
)
@_figure_options
@click.option(
    "--engine", type=click.Choice(("duckdb", "spark")), default="duckdb", show_default=True
)
@click.option(
    "--published", is_flag=True, help="Hide small numbers, as for those outside the area."
)
@as_json
@with_database
def compute(
    indicator: str,
    period: str,
    area: str,
    by: str | None,
    engine: str,
    published: bool,
    is_json: bool,
) -> None:
    """Compute INDICATOR for an area and, with --by, for its parts."""
    from kangmai.analytics import queries
    from kangmai.analytics.types import By, Engine
    from kangmai.standards.periods import parse_period

    found = queries.compute(
        indicator=indicator,
        period=parse_period(period),
        area=area,
        by=By(by) if by else None,
        engine=Engine(engine),
        as_published=published,
        actor=_operator(),
    )
    if is_json:
        _print(result_json(found))
        return
    for figure in (found.total, *found.parts):
        value = "" if figure.value is None else str(figure.value)
        fraction = (
            "" if figure.numerator is None else f"{figure.numerator}/{figure.denominator or 1}"
        )
        click.echo(f"{figure.area or '-':14} {figure.status.value:14} {value:>12} {fraction:>20}")


@indicators.command(
    epilog="Example:  kangmai indicators card ht_std_rate --period 2025 --area 441200 --data ./data"
)
@_figure_options
@with_database
def card(indicator: str, period: str, area: str, by: str | None) -> None:
    """Print everything there is to say of a figure (口径卡) as JSON."""
    from kangmai.analytics import queries
    from kangmai.analytics.types import By
    from kangmai.standards.periods import parse_period

    found = queries.card(
        indicator=indicator,
        period=parse_period(period),
        area=area,
        by=By(by) if by else None,
        actor=_operator(),
    )
    _print(card_json(found))


@indicators.command(
    epilog="Example:  kangmai indicators freeze ht_std_rate --period 2025 --area 441200 --note 'Annual review' --data ./data"
)
@_figure_options
@click.option("--note", default="", help="What it is frozen for.")
@with_database
def freeze(indicator: str, period: str, area: str, by: str | None, note: str) -> None:
    """Keep a figure as it is now; prints what was kept as JSON."""
    from datetime import UTC, datetime

    from kangmai.analytics import actions
    from kangmai.analytics.types import By
    from kangmai.standards.periods import parse_period

    kept = actions.freeze(
        indicator=indicator,
        period=parse_period(period),
        area=area,
        by=By(by) if by else None,
        note=note,
        actor=_operator(),
        at=datetime.now(UTC),
    )
    _print(freeze_json(kept))


@indicators.command(epilog="Example:  kangmai indicators recompute 01a2… --data ./data")
@click.argument("freeze_id", type=click.UUID)
@with_database
def recompute(freeze_id: "UUID") -> None:
    """Count a frozen figure again from the files it was counted from, and say what moved since; prints JSON.

    FREEZE_ID is the id that `freeze` and `card` print. Exit code 1 where it does not come out as it was kept.
    """
    from kangmai.analytics import queries

    found = queries.recount(freeze_id=freeze_id, actor=_operator())
    _print(recount_json(found))
    if not found.is_same:
        sys.exit(1)


def _operator() -> "Actor":
    from kangmai.kernel.actor import operator

    return operator("kangmai indicators")


def _print(answer: object) -> None:
    import orjson

    click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())


def _number(value: Any) -> int | float | None:
    return None if value is None else int(value) if value == int(value) else float(value)


def figure_json(figure: "Figure") -> dict[str, Any]:
    """A figure as JSON carries it."""
    return {
        "area": figure.area,
        "status": figure.status.value,
        "value": _number(figure.value),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "completeness": _number(figure.completeness),
    }


def result_json(found: "Result") -> dict[str, Any]:
    """A result as JSON carries it; `text` is the value as printed."""
    total = found.total
    return {
        "indicator": found.indicator,
        "period": {"from": found.period.start.isoformat(), "to": found.period.end.isoformat()},
        **figure_json(total),
        "text": None if total.value is None else str(total.value),
        "rule_version": found.rule,
        "rule_from": found.rule_from.isoformat(),
        "cutoff": found.cutoff.isoformat() if found.cutoff else None,
        "running": found.is_running,
        "manifest": found.manifest,
        "reason": {"zh": found.reason.zh, "en": found.reason.en} if found.reason.en else None,
        "by": found.by.value if found.by else None,
        "parts": [figure_json(each) for each in found.parts],
    }


def freeze_json(kept: "Freeze") -> dict[str, Any]:
    """A frozen figure as JSON carries it."""
    return {
        "id": str(kept.id),
        "frozen_at": kept.frozen_at.isoformat(),
        "frozen_by": {"account": kept.frozen_by, "name": kept.frozen_by_name},
        "note": kept.note,
        **result_json(kept.result),
    }


def recount_json(found: "Recount") -> dict[str, Any]:
    """A frozen figure, itself counted again, today's, and what each area did to the difference."""
    moved = found.moved
    return {
        "frozen": freeze_json(found.frozen),
        "again": result_json(found.again) if found.again else None,
        "same": found.is_same,
        "rule_changed": found.is_rule_changed,
        "now": result_json(moved.now),
        "difference": _number(moved.difference),
        "causes": [
            {
                "area": each.area,
                "then": figure_json(each.before) if each.before else None,
                "now": figure_json(each.now) if each.now else None,
                "own_change": _number(each.rate),
                "weight": _number(each.mix),
            }
            for each in found.corrected
        ],
    }


def card_json(found: "Card") -> dict[str, Any]:
    """A card as JSON carries it."""
    from kangmai.analytics.rules import get_indicator, interval_of

    rule = get_indicator(found.result.indicator, period=found.result.period)
    interval = interval_of(found.result.total, rule)

    def words(each: Any) -> dict[str, str] | None:
        return {"zh": each.zh, "en": each.en} if each else None

    return {
        **result_json(found.result),
        "title": words(rule.title),
        "unit": words(rule.unit),
        "direction": rule.direction.value,
        "definition": {
            "numerator": words(rule.numerator),
            "denominator": words(rule.denominator),
            "base": words(rule.base),
            "note": words(rule.note),
        },
        "rounding": {"digits": rule.digits, "mode": rule.rounding},
        "source": rule.source,
        "verified": rule.is_verified,
        "interval_95": [_number(each) for each in interval] if interval else None,
        "target": _number(found.goal.value if found.goal else None),
        "year_before": result_json(found.earlier) if found.earlier else None,
        "period_before": result_json(found.just_before) if found.just_before else None,
        "former_rule": _former_json(found.former) if found.former else None,
        "frozen": [freeze_json(each) for each in found.freezes],
    }


def _former_json(found: "Former") -> dict[str, Any]:
    """The figure by the rule of a year before; `result` only where that counts otherwise."""
    return {
        "rule_from": found.rule_from.isoformat() if found.rule_from else None,
        "same": found.is_same,
        "result": result_json(found.result) if found.result else None,
        "year_before_by_this_rule": result_json(found.earlier) if found.earlier else None,
    }
