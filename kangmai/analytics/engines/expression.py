"""A measure as one Ibis expression, which DuckDB and Spark carry out alike."""

from collections.abc import Mapping
from datetime import date

import ibis
from ibis.expr.types import Table, Value

from kangmai.analytics.engines.conditions import Days, expression
from kangmai.analytics.engines.measure import FactRule, Measure, Rows
from kangmai.analytics.facts.condition import Condition
from kangmai.standards.periods import Period


def days_of(period: Period) -> dict[str, date]:
    """The days of a period by the names that conditions use."""
    return {
        "period_start": period.start,
        "period_end": period.end,
        "latest_day": period.latest_day,
        "today": period.latest_day,
    }


def counted(measure: Measure, tables: Mapping[str, Table], period: Period) -> Table:
    """Columns place, institution, whole, part, known: one row for each place and institution."""
    days = days_of(period)
    rows = _rows(measure.rows, tables[measure.rows.view], days)
    for fact in measure.facts:
        rows = _with_fact(rows, fact, tables[fact.view], period, days)
    named = measure.rows.stands or measure.rows.institution
    institution = rows[named] if named else ibis.literal("")
    amount = rows[measure.rows.amount].fill_null(0) if measure.rows.amount else ibis.literal(1)
    columns = rows.select(
        place=rows[measure.rows.area].fill_null(""),
        institution=institution.fill_null(""),
        whole=amount.cast("int64"),
        part=_amount(rows, amount, measure.part, days),
        known=_amount(rows, amount, measure.known, days),
    )
    sums = {name: columns[name].sum().cast("int64") for name in ("whole", "part", "known")}
    return columns.group_by("place", "institution").aggregate(**sums)


def behind(measure: Measure, tables: Mapping[str, Table], period: Period) -> Table:
    """The rows that are counted, with their facts and whether each belongs to the part."""
    days = days_of(period)
    rows = _rows(measure.rows, tables[measure.rows.view], days)
    for fact in measure.facts:
        rows = _with_fact(rows, fact, tables[fact.view], period, days)
    part = expression(measure.part.node, rows, days).fill_null(False) if measure.part else True
    return rows.mutate(in_part=part)


def _rows(rows: Rows, table: Table, days: Days) -> Table:
    fitting = _fitting(table, rows.where, days)
    return _latest(fitting, rows.one_per, (*rows.latest_by, *rows.key)) if rows.one_per else fitting


def _fitting(table: Table, where: Condition | None, days: Days) -> Table:
    return table.filter(expression(where.node, table, days)) if where else table


def _latest(table: Table, per: tuple[str, ...], order: tuple[str, ...]) -> Table:
    """One row for each `per`: the last in the order, missing values first."""
    ordered = [ibis.desc(name, nulls_first=False) for name in dict.fromkeys(order)]
    window = ibis.window(group_by=list(per), order_by=ordered)
    numbered = table.mutate(row_number_=ibis.row_number().over(window))
    return numbered.filter(numbered.row_number_ == 0).drop("row_number_")


def _with_fact(rows: Table, fact: FactRule, table: Table, period: Period, days: Days) -> Table:
    """The rows with one column more: a count, 0 where there is none, or the latest value."""
    fitting = _fitting(_during(table, fact.during, period), fact.where, days)
    if fact.latest is None:
        found = fitting.group_by(list(fact.match)).aggregate(**{fact.name: fitting.count()})
    else:
        latest = _latest(fitting, fact.match, fact.latest_by)
        found = latest.select(*fact.match, **{fact.name: latest[fact.latest]})
    renamed = found.rename({f"match_{name}": name for name in fact.match})
    same = [rows[name] == renamed[f"match_{name}"] for name in fact.match]
    joined = rows.left_join(renamed, same).drop(*(f"match_{name}" for name in fact.match))
    if fact.latest is None:
        joined = joined.mutate(**{fact.name: joined[fact.name].fill_null(0)})
    return joined


def _during(table: Table, column: str | None, period: Period) -> Table:
    """The rows whose day lies in the period; all, where no day is asked for."""
    if column is None:
        return table
    day = table[column]
    return table.filter(
        day >= ibis.date(period.start.isoformat()), day < ibis.date(period.end.isoformat())
    )


def _amount(rows: Table, amount: Value, condition: Condition | None, days: Days) -> Value:
    """The amount of rows of which a condition holds, 0 of the others; of all, without one."""
    if condition is not None:
        holds = expression(condition.node, rows, days).fill_null(False)
        amount = ibis.ifelse(holds, amount, 0)
    return amount.cast("int64")
