"""Turns a search into SQL over the index tables: res, tok, ref, dat, str, qty, shape.

Two ways through a search, chosen by whoever runs it with the counts of `probes`:

    seek   take the rids of the rarest condition, test the others on each
    walk   go through resources from the newest back, test conditions until the page is full

Conditions that do not drive are correlated probes on (key, rid); `OFFSET 0` keeps the planner from
turning them into joins, so that a page costs what it shows. At every level the resource is `r`, so
that one text of scope condition serves search, chains and includes alike.

Besides the tables of the design this needs `shape(h bigint PRIMARY KEY, rt smallint, present int[])`
(one row for each `Keys.shape` met) for `:missing`, and an index on `ref (rid, p, tgt)` for chains
and `_has` from the side that points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from kangmai.records.fhir.definitions import elements_by_key, resource_types, value_sets
from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Comparator,
    Condition,
    Coordinates,
    Dates,
    Ids,
    Match,
    Missing,
    Not,
    PointedAt,
    Quantities,
    References,
    Strings,
    Tokens,
    Updated,
)
from kangmai.records.search.criteria import has_one_value, leaf_types
from kangmai.records.search.dates import EARLIEST, WIDE
from kangmai.records.search.expressions import resolve
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.parameters import Kind, SearchParameter, find_parameter, parameter
from kangmai.records.search.query import Include, Query, Sort

PROBE_LIMIT = 5000


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see: a condition on `res r` with its values; also hides deleted rows."""

    sql: str = "true"
    values: tuple[Any, ...] = ()


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for psycopg with `%s`, and its values."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which matches are wanted: `limit` of them after `cursor`, none newer than `snapshot`.

    The cursor is the last row shown: its sort values, then its rid.
    """

    limit: int
    snapshot: int | None = None
    cursor: tuple[Any, ...] | None = None


@dataclass(slots=True)
class _Text:
    """SQL under construction: pieces and values in the same order."""

    pieces: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> "_Text":
        self.pieces.append(sql)
        self.values.extend(values)
        return self

    def put(self, other: "_Text") -> "_Text":
        return self.add(" ".join(other.pieces), *other.values)

    def statement(self) -> Statement:
        return Statement(" ".join(self.pieces), tuple(self.values))


# Whole statements -------------------------------------------------------------------------------


def select(query: Query, *, scope: Scope, page: Page, driver: int | None = None) -> Statement:
    """The rids of one page of matches, with the sort values of each after it.

    Without `_sort` the newest rid comes first. `driver` is the position in `query.where` of the
    condition to seek by; None walks through resources.
    """
    if driver is None and (dated := _walkable_date(query)) is not None:
        return _newest_dates(query, scope, page, dated)
    if query.sort:
        return _sorted_select(query, scope, page, driver)
    text = _Text()
    if driver is None and (walk := _walkable(query)) is not None:
        _walk_key(text, query, scope, page, walk)
    else:
        _candidates(text, query, scope, page, driver, "r.rid")
        _newest_first(text, page)
    return text.statement()


def count(
    query: Query, *, scope: Scope, driver: int | None = None, limit: int | None = None
) -> Statement:
    """How many resources match; counting stops at `limit`."""
    inner = _Text()
    _candidates(inner, query, scope, Page(0), driver, "1")
    if limit is not None:
        inner.add("LIMIT %s", limit)
    return _Text().add("SELECT count(*) FROM (").put(inner).add(") AS m").statement()


def probes(
    query: Query, *, scope: Scope, limit: int = PROBE_LIMIT
) -> tuple[list[int], Statement] | None:
    """A statement with one capped count for each condition that could drive, and their positions.

    None where no condition can drive.
    """
    positions = [n for n, each in enumerate(query.where) if can_drive(each)]
    if not positions:
        return None
    text = _Text().add("SELECT")
    for number, position in enumerate(positions):
        text.add(", (SELECT count(*) FROM (" if number else "(SELECT count(*) FROM (")
        text.put(_driving(query.where[position], scope, is_distinct=False))
        text.add(f"LIMIT %s) AS c{number})", limit)
    return positions, text.statement()


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


def reverse_includes(
    include: Include, targets: Sequence[int], *, scope: Scope, limit: int
) -> Statement:
    """The rids of resources that point to any of the targets, by one `_revinclude`."""
    text = _Text().add("SELECT DISTINCT r.rid FROM ref k JOIN res r ON r.rid = k.rid")
    text.add("WHERE k.tgt = ANY(%s::bigint[])", list(targets))
    if include.parameters is not None:
        text.add("AND k.p = ANY(%s::int[])", list(include.parameters))
    if include.resource_type != "*":
        text.add("AND r.rt = %s", resource_types()[include.resource_type])
    text.add(f"AND ({scope.sql})", *scope.values)
    return text.add("ORDER BY r.rid DESC LIMIT %s", limit).statement()


def includes(include: Include, rids: Sequence[int], *, scope: Scope, limit: int) -> Statement:
    """The rids of resources that those with `rids` point to, by one `_include`."""
    text = _Text().add("SELECT DISTINCT r.rid FROM res r JOIN ref k ON k.tgt = r.fh")
    text.add("WHERE k.rid = ANY(%s::bigint[])", list(rids))
    if include.parameters is not None:
        text.add("AND k.p = ANY(%s::int[])", list(include.parameters))
    if include.target_type is not None:
        text.add("AND r.rt = %s", resource_types()[include.target_type])
    text.add(f"AND ({scope.sql})", *scope.values)
    return text.add("ORDER BY r.rid DESC LIMIT %s", limit).statement()


# Candidates -------------------------------------------------------------------------------------


def _candidates(
    text: _Text, query: Query, scope: Scope, page: Page, driver: int | None, columns: str
) -> None:
    """`SELECT … FROM res r WHERE …` over the driver's rids, or over the types."""
    if driver is None:
        text.add(f"SELECT {columns} FROM res r WHERE")
        _types(text, query.types)
    else:
        text.add("WITH d AS MATERIALIZED (")
        text.put(_driving(query.where[driver], scope, is_distinct=True))
        text.add(f") SELECT {columns} FROM d JOIN res r ON r.rid = d.rid AND")
        _types(text, query.types)
        text.add("WHERE true")
    text.add(f"AND ({scope.sql})", *scope.values)
    if page.snapshot is not None:
        text.add("AND r.rid <= %s", page.snapshot)
    rest = [each for n, each in enumerate(query.where) if n != driver or not _is_exact(each)]
    for each in rest:
        text.add("AND").put(_test(each, scope))


def _types(text: _Text, types: Sequence[str]) -> None:
    numbers = [resource_types()[t] for t in types]
    if len(numbers) == 1:
        text.add("r.rt = %s::smallint", numbers[0])
    elif len(numbers) == len(resource_types()):
        text.add("true")
    else:
        text.add("r.rt = ANY(%s::smallint[])", numbers)


def _newest_first(text: _Text, page: Page) -> None:
    if page.cursor is not None:
        text.add("AND r.rid < %s", page.cursor[-1])
    text.add("ORDER BY r.rid DESC LIMIT %s", page.limit)


def _walkable(query: Query) -> int | None:
    """The position of a condition on one key, whose index is in the order of rids."""
    for number, each in enumerate(query.where):
        match each:
            case Tokens(keys=(_,)) | References(targets=(_,), parameters=(_,)):
                return number
    return None


def _walk_key(text: _Text, query: Query, scope: Scope, page: Page, walk: int) -> None:
    """Through the rids of one key from the newest back."""
    match query.where[walk]:
        case Tokens(keys=(key,), system=system):
            text.add("SELECT DISTINCT d.rid FROM tok d JOIN res r ON r.rid = d.rid AND")
            _types(text, query.types)
            text.add("WHERE d.h = %s::bigint", key)
            if system is not None:
                text.add("AND d.sys = %s::int", system)
        case References(targets=(target,), parameters=(p,)):
            text.add("SELECT DISTINCT d.rid FROM ref d JOIN res r ON r.rid = d.rid AND")
            _types(text, query.types)
            text.add("WHERE d.tgt = %s::bigint AND d.p = %s::int", target, p)
    text.add(f"AND ({scope.sql})", *scope.values)
    if page.snapshot is not None:
        text.add("AND d.rid <= %s", page.snapshot)
    if page.cursor is not None:
        text.add("AND d.rid < %s", page.cursor[-1])
    for number, each in enumerate(query.where):
        if number != walk:
            text.add("AND").put(_test(each, scope))
    text.add("ORDER BY d.rid DESC LIMIT %s", page.limit)


# Driving conditions -----------------------------------------------------------------------------


def _is_exact(condition: Condition) -> bool:
    """Whether the driver's rids need no second test."""
    return not isinstance(condition, AllOf)


def _driving(condition: Condition, scope: Scope, *, is_distinct: bool) -> _Text:
    """`SELECT rid …` of the resources for which a condition holds."""
    select_ = "SELECT DISTINCT" if is_distinct else "SELECT"
    text = _Text()
    match condition:
        case AnyOf(conditions):
            for number, each in enumerate(conditions):
                text.add("UNION ALL (" if number else "(")
                text.put(_driving(each, scope, is_distinct=is_distinct)).add(")")
            return _Text().add(f"{select_} rid FROM (").put(text).add(") AS u")
        case AllOf(conditions):
            return _driving(
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
            _one_of(text, "k.p", "int", numbers)
            text.put(_all_compared_dates(condition)).put(_beginnings(condition))
            text.add("UNION ALL SELECT k.rid FROM dat k WHERE")
            _one_of(text, "k.p", "int", [-p for p in numbers])
            text.put(_all_compared_dates(condition))
            return _Text().add(f"{select_} rid FROM (").put(text).add(") AS w")
        case _:
            table, rows = _rows(condition)
            return text.add(f"{select_} k.rid FROM {table} k WHERE").put(rows)


def _beginnings(condition: Dates) -> _Text:
    """Where in the index of beginnings the shorter ranges can be that reach past an instant."""
    text = _Text()
    for each in (condition, *condition.also):
        match each.comparator:
            case Comparator.GREATER | Comparator.GREATER_OR_EQUAL | Comparator.APPROXIMATE:
                text.add("AND k.lo >= %s", _before(each.lo, WIDE))
    return text


def _before(at: datetime, width: timedelta) -> datetime:
    return at - width if at - EARLIEST > width else EARLIEST


def _all_compared_dates(condition: Dates) -> _Text:
    """Every comparison that one date must meet."""
    text = _Text()
    for each in (condition, *condition.also):
        text.add("AND").put(_compared_dates(each.comparator, each.lo, each.hi))
    return text


def _inner(
    text: _Text,
    resource_type: str,
    where: Sequence[Condition],
    scope: Scope,
    *,
    is_driven: bool = False,
) -> None:
    """The conditions on the resource at the other end of a reference, in the same scope.

    What can be sought there is sought first: an inner query on `r.rid`, left to the planner.
    """
    _types(text, (resource_type,))
    text.add(f"AND ({scope.sql})", *scope.values)
    for each in where:
        if can_drive(each) and _is_exact(each):
            text.add("AND r.rid IN (").put(_driving(each, scope, is_distinct=False)).add(")")
        else:
            text.add("AND").put(_test(each, scope))


# Tests on one resource --------------------------------------------------------------------------


def _test(condition: Condition, scope: Scope) -> _Text:
    """A condition as a boolean expression over `r`."""
    text = _Text()
    match condition:
        case AnyOf(conditions):
            return _joined(conditions, "OR", "false", scope)
        case AllOf(conditions):
            return _joined(conditions, "AND", "true", scope)
        case Not(inner):
            return text.add("NOT").put(_test(inner, scope))
        case Ids(ids):
            return text.add("r.fid = ANY(%s::text[])", list(ids))
        case Updated(comparator, lo, hi):
            return _updated(comparator, lo, hi)
        case Missing(_, is_missing):
            found = Missing(condition.parameters, True)
            table, rows = _rows(found)
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
            table, rows = _rows(condition)
            text.add(f"EXISTS (SELECT 1 FROM {table} k WHERE").put(rows)
            return text.add("AND k.rid = r.rid OFFSET 0)")


def _probed(text: _Text, resource_type: str, where: Sequence[Condition], scope: Scope) -> None:
    _types(text, (resource_type,))
    text.add(f"AND ({scope.sql})", *scope.values)
    for each in where:
        text.add("AND").put(_test(each, scope))


def _joined(conditions: Sequence[Condition], word: str, empty: str, scope: Scope) -> _Text:
    text = _Text()
    for number, each in enumerate(conditions):
        text.add(word if number else "(").put(_test(each, scope))
    return text.add(")") if conditions else text.add(empty)


def _rows(condition: Condition) -> tuple[str, _Text]:
    """The table of a condition and what its row `k` must be."""
    text = _Text()
    match condition:
        case Tokens(keys, system):
            _one_of(text, "k.h", "bigint", keys)
            if system is not None:
                text.add("AND k.sys = %s::int", system)
            return "tok", text
        case References(targets, numbers):
            _one_of(text, "k.tgt", "bigint", targets)
            _one_of(text.add("AND"), "k.p", "int", numbers)
            return "ref", text
        case Dates(numbers):
            _one_of(text, "k.p", "int", [*numbers, *(-p for p in numbers)])
            return "dat", text.put(_all_compared_dates(condition))
        case Strings(numbers, match, texts):
            _one_of(text, "k.p", "int", numbers)
            return "str", text.add("AND").put(_compared_texts(match, texts))
        case Quantities(numbers, unit):
            _one_of(text, "k.p", "int", numbers)
            if unit is not None:
                text.add("AND k.u = %s::int", unit)
            return "qty", text.add("AND").put(_compared_ranges(condition))
        case Coordinates(numbers, unit, start, end):
            _one_of(text, "k.p", "int", numbers)
            text.add("AND k.u = %s::int AND", unit).put(_compared_point("k.lo", start))
            return "qty", text.add("AND").put(_compared_point("k.hi", end))
        case Missing(numbers, _):
            text.add("k.h = ANY(ARRAY(SELECT s.h FROM shape s WHERE")
            text.add("NOT s.present && %s::int[]", list(numbers))
            text.add("AND s.rt = ANY(%s::smallint[])))", _types_of(numbers))
            return "tok", text
        case _:
            raise TypeError(f"{type(condition).__name__} has no rows of its own")


def _types_of(numbers: Sequence[int]) -> list[int]:
    from kangmai.records.search.parameters import parameter_by_number

    return sorted({resource_types()[parameter_by_number(p).resource_type] for p in numbers})


def _one_of(text: _Text, column: str, kind: str, values: Sequence[int]) -> None:
    if len(values) == 1:
        text.add(f"{column} = %s::{kind}", values[0])
    else:
        text.add(f"{column} = ANY(%s::{kind}[])", list(values))


# Comparisons ------------------------------------------------------------------------------------


def _compared_dates(comparator: Comparator, lo: datetime, hi: datetime) -> _Text:
    """A stored half-open range against [lo, hi)."""
    text = _Text()
    match comparator:
        case Comparator.EQUAL:
            # The last condition follows from the others; it bounds the scan of the index.
            return text.add("k.lo >= %s AND k.hi <= %s AND k.lo < %s", lo, hi, hi)
        case Comparator.NOT_EQUAL:
            return text.add("(k.lo < %s OR k.hi > %s)", lo, hi)
        case Comparator.GREATER:
            return text.add("k.hi > %s", hi)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("(k.hi > %s OR k.lo >= %s)", hi, lo)
        case Comparator.LESS:
            return text.add("k.lo < %s", lo)
        case Comparator.LESS_OR_EQUAL:
            return text.add("(k.lo < %s OR k.hi <= %s)", lo, hi)
        case Comparator.STARTS_AFTER:
            return text.add("k.lo >= %s", hi)
        case Comparator.ENDS_BEFORE:
            return text.add("k.hi <= %s", lo)
        case Comparator.APPROXIMATE:
            return text.add("k.lo < %s AND k.hi > %s", hi, lo)
        case _:
            assert_never(comparator)


def _updated(comparator: Comparator, lo: datetime, hi: datetime) -> _Text:
    """The instant of the latest change against [lo, hi)."""
    text = _Text()
    match comparator:
        case Comparator.EQUAL | Comparator.APPROXIMATE:
            return text.add("(r.ts >= %s AND r.ts < %s)", lo, hi)
        case Comparator.NOT_EQUAL:
            return text.add("(r.ts < %s OR r.ts >= %s)", lo, hi)
        case Comparator.GREATER | Comparator.STARTS_AFTER:
            return text.add("r.ts >= %s", hi)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("r.ts >= %s", lo)
        case Comparator.LESS | Comparator.ENDS_BEFORE:
            return text.add("r.ts < %s", lo)
        case Comparator.LESS_OR_EQUAL:
            return text.add("r.ts < %s", hi)
        case _:
            assert_never(comparator)


def _compared_ranges(wanted: Quantities) -> _Text:
    """A stored closed range of numbers against a value, or against [lo, hi) which it stands for."""
    text = _Text()
    value, lo, hi = wanted.value, wanted.lo, wanted.hi
    match wanted.comparator:
        case Comparator.EQUAL:
            return text.add(
                "k.lo >= %s::float8 AND k.hi < %s::float8 AND k.lo < %s::float8", lo, hi, hi
            )
        case Comparator.NOT_EQUAL:
            return text.add("(k.lo < %s::float8 OR k.hi >= %s::float8)", lo, hi)
        case Comparator.GREATER:
            return text.add("k.hi > %s::float8", value)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("k.hi >= %s::float8", value)
        case Comparator.LESS:
            return text.add("k.lo < %s::float8", value)
        case Comparator.LESS_OR_EQUAL:
            return text.add("k.lo <= %s::float8", value)
        case Comparator.STARTS_AFTER:
            return text.add("k.lo > %s::float8", value)
        case Comparator.ENDS_BEFORE:
            return text.add("k.hi < %s::float8", value)
        case Comparator.APPROXIMATE:
            return text.add("k.lo <= %s::float8 AND k.hi >= %s::float8", hi, lo)
        case _:
            assert_never(wanted.comparator)


def _compared_point(column: str, wanted: Quantities) -> _Text:
    """One stored number against a value, or against [lo, hi)."""
    text = _Text()
    match wanted.comparator:
        case Comparator.EQUAL | Comparator.APPROXIMATE:
            return text.add(
                f"({column} >= %s::float8 AND {column} < %s::float8)", wanted.lo, wanted.hi
            )
        case Comparator.NOT_EQUAL:
            return text.add(
                f"({column} < %s::float8 OR {column} >= %s::float8)", wanted.lo, wanted.hi
            )
        case Comparator.GREATER | Comparator.STARTS_AFTER:
            return text.add(f"{column} > %s::float8", wanted.value)
        case Comparator.GREATER_OR_EQUAL:
            return text.add(f"{column} >= %s::float8", wanted.value)
        case Comparator.LESS | Comparator.ENDS_BEFORE:
            return text.add(f"{column} < %s::float8", wanted.value)
        case Comparator.LESS_OR_EQUAL:
            return text.add(f"{column} <= %s::float8", wanted.value)
        case _:
            assert_never(wanted.comparator)


def _compared_texts(match_: Match, texts: Sequence[str]) -> _Text:
    text = _Text()
    if match_ is Match.EQUALS:
        return text.add("k.v = ANY(%s::text[])", list(texts))
    text.add("(")
    for number, each in enumerate(texts):
        if number:
            text.add("OR")
        if match_ is Match.STARTS:
            text.add("(k.v >= %s AND k.v < %s)", each, each + "\U0010ffff")
        else:
            escaped = each.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            text.add("k.v LIKE %s", f"%{escaped}%")
    return text.add(")")


# Sorting ----------------------------------------------------------------------------------------


def _sorted_select(query: Query, scope: Scope, page: Page, driver: int | None) -> Statement:
    """Matches with their sort values, resources without a value last, the newest first among equals."""
    keys = [_sort_value(query.types, sort) for sort in query.sort]
    columns, values = ["r.rid"], []
    for number, key in enumerate(keys):
        columns.append(f"{' '.join(key.pieces)} AS s{number}")
        values += key.values
    inner = _Text()
    _candidates(inner, query, scope, page, driver, ", ".join(columns))
    _put_values(inner, values, has_driver=driver is not None)
    names = ["rid", *(f"s{n}" for n in range(len(keys)))]
    text = _Text().add(f"SELECT {', '.join(names)} FROM (").put(inner).add(") AS m")
    if page.cursor is not None:
        text.add("WHERE").put(_after(query.sort, page.cursor))
    order = [
        f"s{n} {'DESC' if s.is_descending else 'ASC'} NULLS LAST" for n, s in enumerate(query.sort)
    ]
    text.add(f"ORDER BY {', '.join([*order, 'rid DESC'])} LIMIT %s", page.limit)
    return text.statement()


def _put_values(inner: _Text, values: list[Any], *, has_driver: bool) -> None:
    """Insert the values of the selected columns where their pieces stand: after those of the driver."""
    at = 0
    if has_driver:
        closing = next(n for n, piece in enumerate(inner.pieces) if piece.startswith(") SELECT"))
        at = sum(piece.count("%s") for piece in inner.pieces[:closing])
    inner.values[at:at] = values


def _after(sort: Sequence[Sort], cursor: tuple[Any, ...]) -> _Text:
    """Rows that come after the cursor: later in the first key, or equal there and later in the rest."""
    text = _Text().add("(rid < %s)", cursor[-1])
    for number in range(len(sort) - 1, -1, -1):
        value, sign = cursor[number], "<" if sort[number].is_descending else ">"
        name = f"s{number}"
        if value is None:
            text = _Text().add(f"({name} IS NULL AND").put(text).add(")")
        else:
            later = _Text().add(
                f"({name} {sign} %s OR {name} IS NULL OR ({name} = %s AND", value, value
            )
            text = later.put(text).add("))")
    return text


def _walkable_date(query: Query) -> int | None:
    """The parameter of `_sort=-date`, where its index is in that order: one date a resource at most."""
    if len(query.sort) != 1 or not query.sort[0].is_descending or len(query.types) != 1:
        return None
    known = find_parameter(query.types[0], query.sort[0].name)
    if known is None or known.kind is not Kind.DATE or known.name == "_lastUpdated":
        return None
    p = known.sources[0].p
    return p if len(known.sources) == 1 and has_one_value(p) else None


def _newest_dates(query: Query, scope: Scope, page: Page, p: int) -> Statement:
    """Through the index of dates from the latest back, then through resources without a date.

    The second part is only begun when the first leaves room, since it stands after it in an append.
    """
    value, rid = page.cursor if page.cursor is not None else (None, None)
    dated = _Text().add("(SELECT d.rid, d.lo AS s0 FROM (")
    for number, each in enumerate((p, -p)):
        text = "UNION ALL " if number else ""
        dated.add(f"{text}SELECT k.rid, k.lo FROM dat k WHERE k.p = %s::int", each)
        if value is not None:
            dated.add("AND (k.lo, k.rid) < (%s, %s)", value, rid)
    dated.add(") AS d JOIN res r ON r.rid = d.rid AND")
    _types(dated, query.types)
    dated.add("WHERE true")
    _conditions(dated, query, scope, page)
    dated.add("ORDER BY d.lo DESC, d.rid DESC LIMIT %s)", page.limit)
    undated = _Text().add("(SELECT r.rid, NULL::timestamptz AS s0 FROM res r WHERE")
    _types(undated, query.types)
    _conditions(undated, query, scope, page)
    undated.add("AND NOT EXISTS (SELECT 1 FROM dat k WHERE k.p = ANY(%s::int[])", [p, -p])
    undated.add("AND k.rid = r.rid OFFSET 0)")
    if page.cursor is not None and value is None:
        undated.add("AND r.rid < %s", rid)
    undated.add("ORDER BY r.rid DESC LIMIT %s)", page.limit)
    if page.cursor is not None and value is None:
        return undated.statement()
    return dated.add("UNION ALL").put(undated).add("LIMIT %s", page.limit).statement()


def _conditions(text: _Text, query: Query, scope: Scope, page: Page) -> None:
    """Everything that must hold of `r`, each by a probe."""
    text.add(f"AND ({scope.sql})", *scope.values)
    if page.snapshot is not None:
        text.add("AND r.rid <= %s", page.snapshot)
    for each in query.where:
        text.add("AND").put(_test(each, scope))


def _sort_value(types: Sequence[str], sort: Sort) -> _Text:
    """The expression a result is sorted by."""
    text = _Text()
    if sort.name == "_id":
        return text.add("r.fid")
    if sort.name == "_lastUpdated":
        return text.add("r.ts")
    known = parameter(types[0], sort.name)
    numbers = [source.p for source in known.sources]
    if known.kind is Kind.DATE:
        numbers += [-p for p in numbers]
    table, column = _sort_column(known, sort)
    if table == "tok":
        return _token_rank(known, sort)
    best = "max" if sort.is_descending else "min"
    text.add(f"(SELECT {best}(k.{column}) FROM {table} k WHERE")
    if known.kind is Kind.QUANTITY:
        text.add("k.u <> 0 AND")
    return text.add("k.p = ANY(%s::int[]) AND k.rid = r.rid)", numbers)


def _sort_column(known: SearchParameter, sort: Sort) -> tuple[str, str]:
    match known.kind:
        case Kind.DATE:
            return "dat", "lo"
        case Kind.NUMBER | Kind.QUANTITY:
            return "qty", "hi" if sort.is_descending else "lo"
        case Kind.TOKEN if leaf_types(known) <= {"code", "boolean"}:
            return "tok", "h"
        case _:
            return "str", "v"


def _token_rank(known: SearchParameter, sort: Sort) -> _Text:
    """The position of a resource's code among all codes that its value set allows."""
    of = known.resource_type
    codes = sort_codes(known)
    keys = [token_hash(of, source.name, code) for code in codes for source in known.sources]
    ranks = [n for n, _ in enumerate(codes) for _ in known.sources]
    best = "max" if sort.is_descending else "min"
    text = _Text().add(
        f"(SELECT {best}(x.n) FROM unnest(%s::bigint[], %s::int[]) AS x(h, n)", keys, ranks
    )
    return text.add(
        "WHERE EXISTS (SELECT 1 FROM tok k WHERE k.h = x.h AND k.rid = r.rid OFFSET 0))"
    )


def sort_codes(known: SearchParameter) -> list[str]:
    """The codes that a `code` or boolean parameter can have, in order."""
    found = {"false", "true"} if "boolean" in leaf_types(known) else set()
    for branch in known.branches:
        for path in resolve(branch, known.resource_type):
            owner, value_set = known.resource_type, None
            for step in path.steps:
                element, choice = elements_by_key(owner)[step.key]
                owner, value_set = choice.name, element.value_set
            for codes in value_sets().get(value_set or "", {}).values():
                found |= codes
    return sorted(found)
