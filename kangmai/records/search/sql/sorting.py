"""Matches in the order of `_sort`, a page after a cursor."""

from collections.abc import Sequence
from typing import Any

from kangmai.records.fhir.definitions import elements_by_key, value_sets
from kangmai.records.search import added
from kangmai.records.search.expressions import resolve
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.leaves import has_one_value, leaf_types
from kangmai.records.search.parameters import Kind, SearchParameter
from kangmai.records.search.query import Query, Sort
from kangmai.records.search.sql.candidates import all_tests, candidates
from kangmai.records.search.sql.pieces import Page, Scope, Statement, Text, of_types


def sorted_select(query: Query, scope: Scope, page: Page, driver: int | None) -> Statement:
    """Matches with their sort values, resources without a value last, the newest first among equals."""
    keys = [_sort_value(query.types, sort) for sort in query.sort]
    columns, values = ["r.rid"], []
    for number, key in enumerate(keys):
        columns.append(f"{' '.join(key.pieces)} AS s{number}")
        values += key.values
    inner = Text()
    candidates(inner, query, scope, page, driver, ", ".join(columns))
    _put_values(inner, values, has_driver=driver is not None)
    names = ["rid", *(f"s{n}" for n in range(len(keys)))]
    text = Text().add(f"SELECT {', '.join(names)} FROM (").put(inner).add(") AS m")
    if page.cursor is not None:
        text.add("WHERE").put(_after(query.sort, page.cursor))
    order = [
        f"s{n} {'DESC' if s.is_descending else 'ASC'} NULLS LAST" for n, s in enumerate(query.sort)
    ]
    text.add(f"ORDER BY {', '.join([*order, 'rid DESC'])} LIMIT %s", page.limit)
    return text.statement()


def _put_values(inner: Text, values: list[Any], *, has_driver: bool) -> None:
    """Insert the values of the selected columns where their pieces stand: after those of the driver."""
    at = 0
    if has_driver:
        closing = next(n for n, piece in enumerate(inner.pieces) if piece.startswith(") SELECT"))
        at = sum(piece.count("%s") for piece in inner.pieces[:closing])
    inner.values[at:at] = values


def _after(sort: Sequence[Sort], cursor: tuple[Any, ...]) -> Text:
    """Rows that come after the cursor: later in the first key, or equal there and later in the rest."""
    text = Text().add("(rid < %s)", cursor[-1])
    for number in range(len(sort) - 1, -1, -1):
        value, sign = cursor[number], "<" if sort[number].is_descending else ">"
        name = f"s{number}"
        if value is None:
            text = Text().add(f"({name} IS NULL AND").put(text).add(")")
        else:
            later = Text().add(
                f"({name} {sign} %s OR {name} IS NULL OR ({name} = %s AND", value, value
            )
            text = later.put(text).add("))")
    return text


def walkable_date(query: Query) -> int | None:
    """The parameter of `_sort=-date`, where its index is in that order: one date a resource at most."""
    if len(query.sort) != 1 or not query.sort[0].is_descending or len(query.types) != 1:
        return None
    known = added.find(query.types[0], query.sort[0].name)
    if known is None or known.kind is not Kind.DATE or known.name == "_lastUpdated":
        return None
    p = known.sources[0].p
    return p if len(known.sources) == 1 and has_one_value(p) else None


def newest_dates(query: Query, scope: Scope, page: Page, p: int) -> Statement:
    """Through the index of dates from the latest back, then through resources without a date.

    The second part is only begun when the first leaves room, since it stands after it in an append.
    """
    value, rid = page.cursor if page.cursor is not None else (None, None)
    dated = Text().add("(SELECT d.rid, d.lo AS s0 FROM (")
    for number, each in enumerate((p, -p)):
        text = "UNION ALL " if number else ""
        dated.add(f"{text}SELECT k.rid, k.lo FROM dat k WHERE k.p = %s::int", each)
        if value is not None:
            dated.add("AND (k.lo, k.rid) < (%s, %s)", value, rid)
    dated.add(") AS d JOIN res r ON r.rid = d.rid AND")
    of_types(dated, query.types)
    dated.add("WHERE true")
    all_tests(dated, query, scope, page)
    dated.add("ORDER BY d.lo DESC, d.rid DESC LIMIT %s)", page.limit)
    undated = Text().add("(SELECT r.rid, NULL::timestamptz AS s0 FROM res r WHERE")
    of_types(undated, query.types)
    all_tests(undated, query, scope, page)
    undated.add("AND NOT EXISTS (SELECT 1 FROM dat k WHERE k.p = ANY(%s::int[])", [p, -p])
    undated.add("AND k.rid = r.rid OFFSET 0)")
    if page.cursor is not None and value is None:
        undated.add("AND r.rid < %s", rid)
    undated.add("ORDER BY r.rid DESC LIMIT %s)", page.limit)
    if page.cursor is not None and value is None:
        return undated.statement()
    return dated.add("UNION ALL").put(undated).add("LIMIT %s", page.limit).statement()


def _sort_value(types: Sequence[str], sort: Sort) -> Text:
    """The expression a result is sorted by."""
    text = Text()
    if sort.name == "_id":
        return text.add("r.fid")
    if sort.name == "_lastUpdated":
        return text.add("r.ts")
    known = added.find(types[0], sort.name)
    assert known is not None  # the query was read
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


def _token_rank(known: SearchParameter, sort: Sort) -> Text:
    """The position of a resource's code among all codes that its value set allows."""
    of = known.resource_type
    codes = sort_codes(known)
    keys = [token_hash(of, source.name, code) for code in codes for source in known.sources]
    ranks = [n for n, _ in enumerate(codes) for _ in known.sources]
    best = "max" if sort.is_descending else "min"
    text = Text().add(
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
