"""A measure as one Ibis expression, which DuckDB and Spark carry out alike."""

import functools
import operator
from collections.abc import Mapping, Sequence
from datetime import date

import ibis
from ibis.expr.types import BooleanValue, Table, Value

from kangmai.analytics.engines.conditions import Days, expression
from kangmai.analytics.engines.measure import FactRule, Measure, Rows
from kangmai.analytics.facts.condition import Condition
from kangmai.analytics.facts.nodes import Node
from kangmai.analytics.facts.parts import conjuncts, names
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
    rows = _with_facts(measure, tables, period)
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
    rows = _with_facts(measure, tables, period)
    part = expression(measure.part.node, rows, days).fill_null(False) if measure.part else True
    return rows.mutate(in_part=part)


def _with_facts(measure: Measure, tables: Mapping[str, Table], period: Period) -> Table:
    """The rows that are counted, with a column for each fact."""
    days = days_of(period)
    rows = _rows(measure.rows, tables[measure.rows.view], days)
    for facts in _together(measure.facts):
        first = facts[0]
        table = _during(tables[first.view], first.during, period)
        for each in _shared(measure.rows.where, first.match):
            table = table.filter(expression(each, table, days))
        found = _counts(facts, table, days) if first.latest is None else _value(first, table, days)
        rows = _joined(rows, facts, found)
    return rows


def _together(facts: tuple[FactRule, ...]) -> list[list[FactRule]]:
    """The facts; counts of the same rows of a view stand together, so that it is read once for all of them."""
    groups: dict[object, list[FactRule]] = {}
    for fact in facts:
        key = (fact.view, fact.match, fact.during) if fact.latest is None else fact.name
        groups.setdefault(key, []).append(fact)
    return list(groups.values())


def _shared(where: Condition | None, match: tuple[str, ...]) -> list[Node]:
    """What must hold of rows that are counted and asks only for what a fact's rows share with them."""
    parts = conjuncts(where.node) if where else ()
    return [each for each in parts if names(each) <= set(match)]


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


def _counts(facts: Sequence[FactRule], table: Table, days: Days) -> Table:
    """How many rows fit each fact, by what they share with those counted."""
    fitting = table.filter(
        functools.reduce(operator.or_, (_holds(each, table, days) for each in facts))
    )
    counts = {each.name: fitting.count(where=_holds(each, fitting, days)) for each in facts}
    return fitting.group_by(list(facts[0].match)).aggregate(**counts)


def _holds(fact: FactRule, table: Table, days: Days) -> BooleanValue:
    return expression(fact.where.node, table, days) if fact.where else ibis.literal(True)


def _value(fact: FactRule, table: Table, days: Days) -> Table:
    """A column of the latest row that fits."""
    assert fact.latest is not None
    fitting = _fitting(table, fact.where, days)
    if fact.during and fact.during == fact.latest_by[0]:
        fitting = _on_latest_day(fitting, fact.match, fact.during)
    latest = _latest(fitting, fact.match, fact.latest_by)
    return latest.select(*fact.match, **{fact.name: latest[fact.latest]})


def _on_latest_day(rows: Table, per: tuple[str, ...], day: str) -> Table:
    """The rows of the latest day of each `per`: few are left to be put in order."""
    names = {f"latest_{name}": name for name in (*per, day)}
    latest = rows.group_by(list(per)).aggregate(**{day: rows[day].max()}).rename(names)
    same = [rows[name] == latest[new] for new, name in names.items()]
    return rows.join(latest, same).drop(*names)


def _joined(rows: Table, facts: Sequence[FactRule], found: Table) -> Table:
    """The rows with what was found of them; a count is 0 where there is nothing."""
    match = facts[0].match
    renamed = found.rename({f"match_{name}": name for name in match})
    same = [rows[name] == renamed[f"match_{name}"] for name in match]
    joined = rows.left_join(renamed, same).drop(*(f"match_{name}" for name in match))
    counts = {f.name: joined[f.name].fill_null(0) for f in facts if f.latest is None}
    return joined.mutate(**counts) if counts else joined


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
