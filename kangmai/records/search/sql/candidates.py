"""All matches of a search: over the rids of the condition that drives, or walking from the newest back."""

from kangmai.records.search.conditions import References, Tokens
from kangmai.records.search.query import Query
from kangmai.records.search.sql.driving import driving, is_exact
from kangmai.records.search.sql.matching import row_condition, test
from kangmai.records.search.sql.pieces import Page, Scope, Text, of_types


def candidates(
    text: Text, query: Query, scope: Scope, page: Page, driver: int | None, columns: str
) -> None:
    """`SELECT … FROM res r WHERE …` over the driver's rids, or over the types."""
    if driver is None:
        text.add(f"SELECT {columns} FROM res r WHERE")
        of_types(text, query.types)
    else:
        text.add("WITH d AS MATERIALIZED (")
        # in the order of the page, so that resources are looked at only until it is full
        text.put(driving(query.where[driver], scope, is_distinct=True)).add("ORDER BY rid DESC")
        text.add(f") SELECT {columns} FROM d JOIN res r ON r.rid = d.rid AND")
        of_types(text, query.types)
        text.add("WHERE true")
    text.add(f"AND ({scope.sql})", *scope.values)
    if page.snapshot is not None:
        text.add("AND r.rid <= %s", page.snapshot)
    rest = [each for n, each in enumerate(query.where) if n != driver or not is_exact(each)]
    for each in rest:
        text.add("AND").put(test(each, scope))


def newest_first(text: Text, page: Page) -> None:
    if page.cursor is not None:
        text.add("AND r.rid < %s", page.cursor[-1])
    text.add("ORDER BY r.rid DESC LIMIT %s", page.limit)


def walkable(query: Query) -> int | None:
    """The position of a condition on one key, whose index is in the order of rids."""
    for number, each in enumerate(query.where):
        match each:
            case Tokens(keys=(_,)) | References(targets=(_,), parameters=(_,)):
                return number
    return None


def walk_key(text: Text, query: Query, scope: Scope, page: Page, walk: int) -> None:
    """Through the rids of one key from the newest back."""
    table, rows = row_condition(query.where[walk])
    text.add(f"SELECT DISTINCT k.rid FROM {table} k JOIN res r ON r.rid = k.rid AND")
    of_types(text, query.types)
    text.add("WHERE").put(rows).add(f"AND ({scope.sql})", *scope.values)
    _within(text, "k.rid", page)
    for number, each in enumerate(query.where):
        if number != walk:
            text.add("AND").put(test(each, scope))
    text.add("ORDER BY k.rid DESC LIMIT %s", page.limit)


def newest(text: Text, query: Query, page: Page, budget: int) -> None:
    """The rids of the newest candidates: of one key where a condition is on one, else of the types."""
    if (walk := walkable(query)) is not None:
        table, rows = row_condition(query.where[walk])
        text.add(f"SELECT DISTINCT k.rid FROM {table} k WHERE").put(rows)
        _within(text, "k.rid", page)
        text.add("ORDER BY k.rid DESC LIMIT %s", budget)
    else:
        text.add("SELECT r.rid FROM res r WHERE")
        of_types(text, query.types)
        _within(text, "r.rid", page)
        text.add("ORDER BY r.rid DESC LIMIT %s", budget)


def _within(text: Text, rid: str, page: Page) -> None:
    """Not newer than the first page saw, and after the cursor."""
    if page.snapshot is not None:
        text.add(f"AND {rid} <= %s", page.snapshot)
    if page.cursor is not None:
        text.add(f"AND {rid} < %s", page.cursor[-1])


def all_tests(text: Text, query: Query, scope: Scope, page: Page) -> None:
    """Everything that must hold of `r`, each by a probe."""
    text.add(f"AND ({scope.sql})", *scope.values)
    if page.snapshot is not None:
        text.add("AND r.rid <= %s", page.snapshot)
    for each in query.where:
        text.add("AND").put(test(each, scope))
