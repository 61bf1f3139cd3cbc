"""A condition as the rids of all resources for which it holds, where an index gives them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Comparator,
    Condition,
    Dates,
    Ids,
    Match,
    Missing,
    Not,
    PointedAt,
    Strings,
    Updated,
)
from kangmai.records.search.dates import EARLIEST, WIDE
from kangmai.records.search.sql.matching import all_compared_dates, row_condition, test
from kangmai.records.search.sql.pieces import Scope, Text, of_types, one_of


def can_drive(condition: Condition) -> bool:
    """Whether a condition alone gives a list of rids from an index."""
    match condition:
        case Not() | Missing(is_missing=False) | Updated():
            return False
        case AnyOf(conditions):
            return bool(conditions) and all(map(can_drive, conditions))
        case AllOf(conditions):
            return any(map(can_drive, conditions))
        case Strings(match=Match.CONTAINS):
            return False
        case _:
            return True


def far_end(condition: Condition) -> Condition | None:
    """What drives a condition at last: of a chain or `_has`, what is asked of the resource at its end."""
    match condition:
        case Chained(_, _, (inner,)) | PointedAt(_, _, (inner,)):
            return far_end(inner)
        case AnyOf(conditions):
            ends = [far_end(each) for each in conditions]
            found = tuple(end for end in ends if end is not None)
            return AnyOf(found) if found and len(found) == len(conditions) else None
        case _:
            return condition if can_drive(condition) else None


def is_exact(condition: Condition) -> bool:
    """Whether the driver's rids need no second test."""
    return not isinstance(condition, AllOf)


def driving(condition: Condition, scope: Scope, *, is_distinct: bool) -> Text:
    """`SELECT rid …` of the resources for which a condition holds."""
    select_ = "SELECT DISTINCT" if is_distinct else "SELECT"
    text = Text()
    match condition:
        case AnyOf(conditions):
            for number, each in enumerate(conditions):
                text.add("UNION ALL (" if number else "(")
                text.put(driving(each, scope, is_distinct=is_distinct)).add(")")
            return Text().add(f"{select_} rid FROM (").put(text).add(") AS u")
        case AllOf(conditions):
            return driving(
                next(c for c in conditions if can_drive(c)), scope, is_distinct=is_distinct
            )
        case Ids(ids):
            return text.add("SELECT i.rid FROM res i WHERE i.fid = ANY(%s::text[])", list(ids))
        case Chained(numbers, resource_type, where):
            text.add(f"{select_} k.rid FROM res r JOIN ref k ON k.tgt = r.fh WHERE")
            _inner(text, resource_type, where, scope)
            return text.add("AND k.p = ANY(%s::int[])", list(numbers))
        case PointedAt(numbers, resource_type, where):
            text.add(f"{select_} t.rid FROM res r JOIN ref k ON k.rid = r.rid")
            text.add("JOIN res t ON t.fh = k.tgt WHERE")
            _inner(text, resource_type, where, scope, is_driven=True)
            return text.add("AND k.p = ANY(%s::int[])", list(numbers))
        case Dates(numbers):
            text.add("SELECT k.rid FROM dat k WHERE")
            one_of(text, "k.p", "int", numbers)
            text.put(all_compared_dates(condition)).put(_beginnings(condition))
            text.add("UNION ALL SELECT k.rid FROM dat k WHERE")
            one_of(text, "k.p", "int", [-p for p in numbers])
            text.put(all_compared_dates(condition))
            return Text().add(f"{select_} rid FROM (").put(text).add(") AS w")
        case _:
            table, rows = row_condition(condition)
            return text.add(f"{select_} k.rid FROM {table} k WHERE").put(rows)


def _beginnings(condition: Dates) -> Text:
    """Where in the index of beginnings the shorter ranges can be that reach past an instant."""
    text = Text()
    for each in (condition, *condition.also):
        match each.comparator:
            case Comparator.GREATER | Comparator.GREATER_OR_EQUAL | Comparator.APPROXIMATE:
                text.add("AND k.lo >= %s", _before(each.lo, WIDE))
    return text


def _before(at: datetime, width: timedelta) -> datetime:
    return at - width if at - EARLIEST > width else EARLIEST


def _inner(
    text: Text,
    resource_type: str,
    where: Sequence[Condition],
    scope: Scope,
    *,
    is_driven: bool = False,
) -> None:
    """The conditions on the resource at the other end of a reference, in the same scope.

    What can be sought there is sought first: an inner query on `r.rid`, left to the planner.
    """
    of_types(text, (resource_type,))
    text.add(f"AND ({scope.sql})", *scope.values)
    for each in where:
        if can_drive(each) and is_exact(each):
            text.add("AND r.rid IN (").put(driving(each, scope, is_distinct=False)).add(")")
        else:
            text.add("AND").put(test(each, scope))
