"""The whole statements that a search comes to."""

from collections.abc import Collection, Sequence

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search.query import Include, Query
from kangmai.records.search.sql.candidates import (
    all_tests,
    candidates,
    newest,
    newest_first,
    walk_key,
    walkable,
)
from kangmai.records.search.sql.driving import can_drive, driving, far_end
from kangmai.records.search.sql.pieces import Page, Scope, Statement, Text, of_types
from kangmai.records.search.sql.sorting import newest_dates, sorted_select, walkable_date

PROBE_LIMIT = 5000
GLANCE = 1000


def select(query: Query, *, scope: Scope, page: Page, driver: int | None = None) -> Statement:
    """The rids of one page of matches, with the sort values of each after it.

    Without `_sort` the newest rid comes first. `driver` is the position in `query.where` of the
    condition to seek by; None walks through resources.
    """
    if driver is None and (dated := walkable_date(query)) is not None:
        return newest_dates(query, scope, page, dated)
    if query.sort:
        return sorted_select(query, scope, page, driver)
    text = Text()
    if driver is None and (walk := walkable(query)) is not None:
        walk_key(text, query, scope, page, walk)
    else:
        candidates(text, query, scope, page, driver, "r.rid")
        newest_first(text, page)
    return text.statement()


def count(
    query: Query, *, scope: Scope, driver: int | None = None, limit: int | None = None
) -> Statement:
    """How many resources match; counting stops at `limit`."""
    inner = Text()
    candidates(inner, query, scope, Page(0), driver, "1")
    if limit is not None:
        inner.add("LIMIT %s", limit)
    return Text().add("SELECT count(*) FROM (").put(inner).add(") AS m").statement()


def probes(
    query: Query, *, scope: Scope, limit: int = PROBE_LIMIT
) -> tuple[list[int], Statement] | None:
    """A statement with one capped count for each condition that could drive, and their positions.

    None where no condition can drive.
    """
    return _counted(
        [
            (n, driving(each, scope, is_distinct=False))
            for n, each in enumerate(query.where)
            if can_drive(each)
        ],
        limit,
    )


def first_probes(
    query: Query, *, scope: Scope, limit: int, known: Collection[int] = ()
) -> tuple[list[int], Statement] | None:
    """As `probes`, but of a chain or `_has` it counts only what stands at the far end, which costs no join.

    `known` are positions whose count needs no asking.
    """
    ends = [(n, far_end(each)) for n, each in enumerate(query.where) if n not in known]
    return _counted(
        [(n, driving(end, scope, is_distinct=False)) for n, end in ends if end is not None], limit
    )


def _counted(drivers: Sequence[tuple[int, Text]], limit: int) -> tuple[list[int], Statement] | None:
    if not drivers:
        return None
    text = Text().add("SELECT")
    for number, (_, rows) in enumerate(drivers):
        text.add(", (SELECT count(*) FROM (" if number else "(SELECT count(*) FROM (")
        text.put(rows).add(f"LIMIT %s) AS c{number})", limit)
    return [position for position, _ in drivers], text.statement()


def glance(query: Query, *, scope: Scope, page: Page, budget: int) -> Statement:
    """The matches among the `budget` newest candidates, the newest first: a whole page, or too few of it."""
    text = Text().add("SELECT r.rid FROM (")
    newest(text, query, page, budget)
    text.add(") AS n JOIN res r ON r.rid = n.rid AND")
    of_types(text, query.types)
    text.add("WHERE true")
    all_tests(text, query, scope, page)
    return text.add("ORDER BY r.rid DESC LIMIT %s", page.limit).statement()


def reverse_includes(
    include: Include, targets: Sequence[int], *, scope: Scope, limit: int
) -> Statement:
    """The rids of resources that point to any of the targets, by one `_revinclude`."""
    text = Text().add("SELECT DISTINCT r.rid FROM ref k JOIN res r ON r.rid = k.rid")
    text.add("WHERE k.tgt = ANY(%s::bigint[])", list(targets))
    if include.parameters is not None:
        text.add("AND k.p = ANY(%s::int[])", list(include.parameters))
    if include.resource_type != "*":
        text.add("AND r.rt = %s", resource_types()[include.resource_type])
    text.add(f"AND ({scope.sql})", *scope.values)
    return text.add("ORDER BY r.rid DESC LIMIT %s", limit).statement()


def includes(include: Include, rids: Sequence[int], *, scope: Scope, limit: int) -> Statement:
    """The rids of resources that those with `rids` point to, by one `_include`."""
    text = Text().add("SELECT DISTINCT r.rid FROM res r JOIN ref k ON k.tgt = r.fh")
    text.add("WHERE k.rid = ANY(%s::bigint[])", list(rids))
    if include.parameters is not None:
        text.add("AND k.p = ANY(%s::int[])", list(include.parameters))
    if include.target_type is not None:
        text.add("AND r.rt = %s", resource_types()[include.target_type])
    text.add(f"AND ({scope.sql})", *scope.values)
    return text.add("ORDER BY r.rid DESC LIMIT %s", limit).statement()
