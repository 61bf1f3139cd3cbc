"""The same measure in plain Python: slow and obvious, to check the engines by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kangmai.analytics.engines.expression import days_of
from kangmai.analytics.engines.measure import Cell, FactRule, Measure, Rows
from kangmai.analytics.facts.condition import Condition
from kangmai.standards.periods import Period

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


def count(measure: Measure, tables: Tables, period: Period) -> list[Cell]:
    """The cells of a measure, in order."""
    days = days_of(period)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in _chosen(measure.rows, tables[measure.rows.view], days):
        facts = {f.name: _fact(f, row, tables[f.view], period, days) for f in measure.facts}
        whole_row = {**row, **facts, **days}
        amount = (row[measure.rows.amount] or 0) if measure.rows.amount else 1
        named = measure.rows.stands or measure.rows.institution
        institution = row[named] if named else ""
        cell = counts.setdefault((row[measure.rows.area] or "", institution or ""), Counter())
        cell["whole"] += amount
        cell["part"] += amount if _holds(measure.part, whole_row) else 0
        cell["known"] += amount if _holds(measure.known, whole_row) else 0
    return [Cell(*place, c["whole"], c["part"], c["known"]) for place, c in sorted(counts.items())]


def _holds(condition: Condition | None, row: Row) -> bool:
    return condition is None or condition.holds(row)


def _chosen(rows: Rows, table: Sequence[Row], days: Row) -> list[Row]:
    fitting = [row for row in table if _holds(rows.where, {**row, **days})]
    if not rows.one_per:
        return fitting
    latest: dict[tuple[Any, ...], Row] = {}
    for row in sorted(fitting, key=lambda row: _order(row, (*rows.latest_by, *rows.key))):
        latest[tuple(row[name] for name in rows.one_per)] = row
    return list(latest.values())


def _fact(fact: FactRule, row: Row, table: Sequence[Row], period: Period, days: Row) -> Any:
    found = [
        other
        for other in table
        if all(row[name] is not None and row[name] == other[name] for name in fact.match)
        and _is_during(fact, other, period)
        and _holds(fact.where, {**other, **days})
    ]
    if fact.latest is None:
        return len(found)
    if not found:
        return None
    return max(found, key=lambda other: _order(other, fact.latest_by))[fact.latest]


def _is_during(fact: FactRule, row: Row, period: Period) -> bool:
    if fact.during is None:
        return True
    day = row[fact.during]
    return day is not None and day in period


def _order(row: Row, columns: tuple[str, ...]) -> list[tuple[bool, Any]]:
    return [(row[name] is not None, row[name] if row[name] is not None else 0) for name in columns]
