"""A condition as what a row of one index table must be, and as a test on one resource `r`."""

from collections.abc import Sequence

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Condition,
    Coordinates,
    Dates,
    Ids,
    Missing,
    Not,
    PointedAt,
    Quantities,
    References,
    Strings,
    Tokens,
    Updated,
)
from kangmai.records.search.parameters import parameter_by_number
from kangmai.records.search.sql.comparisons import (
    compared_dates,
    compared_instants,
    compared_point,
    compared_ranges,
    compared_texts,
)
from kangmai.records.search.sql.pieces import Scope, Text, of_types, one_of


def row_condition(condition: Condition) -> tuple[str, Text]:
    """The table of a condition and what its row `k` must be."""
    text = Text()
    match condition:
        case Tokens(keys, system):
            one_of(text, "k.h", "bigint", keys)
            if system is not None:
                text.add("AND k.sys = %s::int", system)
            return "tok", text
        case References(targets, numbers):
            one_of(text, "k.tgt", "bigint", targets)
            one_of(text.add("AND"), "k.p", "int", numbers)
            return "ref", text
        case Dates(numbers):
            one_of(text, "k.p", "int", [*numbers, *(-p for p in numbers)])
            return "dat", text.put(all_compared_dates(condition))
        case Strings(numbers, match, texts):
            one_of(text, "k.p", "int", numbers)
            return "str", text.add("AND").put(compared_texts(match, texts))
        case Quantities(numbers, unit):
            one_of(text, "k.p", "int", numbers)
            if unit is not None:
                text.add("AND k.u = %s::int", unit)
            return "qty", text.add("AND").put(compared_ranges(condition))
        case Coordinates(numbers, unit, start, end):
            one_of(text, "k.p", "int", numbers)
            text.add("AND k.u = %s::int AND", unit).put(compared_point("k.lo", start))
            return "qty", text.add("AND").put(compared_point("k.hi", end))
        case Missing(numbers, _):
            text.add("k.h = ANY(ARRAY(SELECT s.h FROM shape s WHERE")
            text.add("NOT s.present && %s::int[]", list(numbers))
            text.add("AND s.rt = ANY(%s::smallint[])))", _types_of(numbers))
            return "tok", text
        case _:
            raise TypeError(f"{type(condition).__name__} has no rows of its own")


def _types_of(numbers: Sequence[int]) -> list[int]:
    return sorted({resource_types()[parameter_by_number(p).resource_type] for p in numbers})


def all_compared_dates(condition: Dates) -> Text:
    """Every comparison that one date must meet."""
    text = Text()
    for each in (condition, *condition.also):
        text.add("AND").put(compared_dates(each.comparator, each.lo, each.hi))
    return text


def test(condition: Condition, scope: Scope) -> Text:
    """A condition as a boolean expression over `r`."""
    text = Text()
    match condition:
        case AnyOf(conditions):
            return _joined(conditions, "OR", "false", scope)
        case AllOf(conditions):
            return _joined(conditions, "AND", "true", scope)
        case Not(inner):
            return text.add("NOT").put(test(inner, scope))
        case Ids(ids):
            return text.add("r.fid = ANY(%s::text[])", list(ids))
        case Updated(comparator, lo, hi):
            return compared_instants(comparator, lo, hi)
        case Missing(_, is_missing):
            found = Missing(condition.parameters, True)
            table, rows = row_condition(found)
            text.add("EXISTS" if is_missing else "NOT EXISTS")
            return (
                text.add(f"(SELECT 1 FROM {table} k WHERE")
                .put(rows)
                .add("AND k.rid = r.rid OFFSET 0)")
            )
        case Chained(numbers, resource_type, where):
            text.add("EXISTS (SELECT 1 FROM ref k WHERE k.rid = r.rid")
            text.add(
                "AND k.p = ANY(%s::int[]) AND k.tgt IN (SELECT r.fh FROM res r WHERE", list(numbers)
            )
            _probed(text, resource_type, where, scope)
            return text.add(") OFFSET 0)")
        case PointedAt(numbers, resource_type, where):
            text.add("EXISTS (SELECT 1 FROM ref k WHERE k.tgt = r.fh")
            text.add(
                "AND k.p = ANY(%s::int[]) AND k.rid IN (SELECT r.rid FROM res r WHERE",
                list(numbers),
            )
            _probed(text, resource_type, where, scope)
            return text.add(") OFFSET 0)")
        case _:
            table, rows = row_condition(condition)
            text.add(f"EXISTS (SELECT 1 FROM {table} k WHERE").put(rows)
            return text.add("AND k.rid = r.rid OFFSET 0)")


def _probed(text: Text, resource_type: str, where: Sequence[Condition], scope: Scope) -> None:
    of_types(text, (resource_type,))
    text.add(f"AND ({scope.sql})", *scope.values)
    for each in where:
        text.add("AND").put(test(each, scope))


def _joined(conditions: Sequence[Condition], word: str, empty: str, scope: Scope) -> Text:
    text = Text()
    for number, each in enumerate(conditions):
        text.add(word if number else "(").put(test(each, scope))
    return text.add(")") if conditions else text.add(empty)
