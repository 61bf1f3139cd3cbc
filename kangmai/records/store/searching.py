"""Run a compiled search: choose the way through it, fetch one page, what it includes, and totals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from kangmai.kernel import sealing
from kangmai.kernel.actor import DataScope
from kangmai.records.fhir.definitions import compartments
from kangmai.records.parameters import registry
from kangmai.records.scope import condition
from kangmai.records.search import sql
from kangmai.records.search.conditions import References, Tokens
from kangmai.records.search.hashing import target_hash
from kangmai.records.search.parameters import parameters
from kangmai.records.search.query import Query, Summary, Terminology, Total, parse
from kangmai.records.store import opening
from kangmai.records.store.rows import BLOCK, COLUMNS, SEARCH, keyed_hash, stored
from kangmai.records.types import Stored

INCLUDE_DEPTH = 4
INCLUDE_LIMIT = 1000
ESTIMATE_LIMIT = 10_000
DEFAULT_COUNT = 50
FEW, VERY_FEW = 2000, 300
"""Resources that meet one condition up to which a search starts from them, and up to which it does so at once."""
SHORT_GLANCE = 64
"""The newest candidates that are looked at before a search starts from `VERY_FEW` and more."""
MEMORY, USES = 4096, 500
"""How much is remembered of earlier searches, and for how many further ones."""


class _Memory:
    """What held lately, for a number of uses: that it is no longer true costs time, never a match."""

    def __init__(self) -> None:
        self._left: dict[object, int] = {}

    def note(self, what: object) -> None:
        if len(self._left) >= MEMORY:
            self.forget()
        self._left[what] = USES

    def forget(self) -> None:
        self._left.clear()

    def holds(self, what: object) -> bool:
        left = self._left.pop(what, 0)
        if left > 1:
            self._left[what] = left - 1
        return left > 0


_frequent = _Memory()
"""Conditions met by many resources."""
_glanced_in_vain = _Memory()
"""Searches for which the newest candidates did not fill a page."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page begins: rows no newer than `snapshot`, after these sort values and rid."""

    snapshot: int
    after: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search.

    `total` is None where it was not asked for and is not known for free; `is_cut` says that more was
    to be included than is sent along.
    """

    query: Query
    matches: tuple[Stored, ...]
    included: tuple[Stored, ...]
    next: Position | None
    total: int | None
    is_cut: bool = False


def visible(scope: DataScope) -> sql.Scope:
    """A data scope as the search compiler takes it; deleted resources are never inside."""
    inside = condition(scope)
    return sql.Scope(f"r.flags & 1 = 0 AND ({inside.sql})", inside.values)


def run(
    database: psycopg.Cursor, query: Query, *, scope: DataScope, position: Position | None = None
) -> Page:
    """The page of `query` that begins at `position` (the first one where absent)."""
    inside = visible(scope)
    if opening.needs_opening(query):
        return _run_opened(database, query, inside, scope, position)
    if query.summary is Summary.COUNT or query.count == 0:
        return Page(query, (), (), None, _count(database, query, inside, None))
    limit = DEFAULT_COUNT if query.count is None else query.count
    found = _find(database, query, inside, position, limit + 1)
    shown = found[:limit]
    more = None
    if len(found) > limit:
        snapshot = position.snapshot if position else shown[-1].newest
        more = Position(snapshot, (*shown[-1].sort_values, shown[-1].rid))
    matches = [stored(each.row) for each in shown]
    included, is_cut = _included(database, query, [each.rid for each in shown], inside, scope)
    is_whole = position is None and more is None
    total = len(shown) if is_whole else _total(database, query, inside)
    return Page(query, tuple(matches), tuple(included), more, total, is_cut)


def _run_opened(
    database: psycopg.Cursor,
    query: Query,
    inside: sql.Scope,
    scope: DataScope,
    position: Position | None,
) -> Page:
    """The page of a search that must look into sealed people.

    A cursor holds no name: it says after whom the page begins, and at which place if that person is gone.
    """
    sealed_part = replace(query, opened=(), sort=())
    rows = _find(database, sealed_part, inside, None, opening.LARGEST_SET + 1)
    people = opening.opened(query, [stored(each.row) for each in rows])
    if query.summary is Summary.COUNT or query.count == 0:
        return Page(query, (), (), None, len(people))
    limit = DEFAULT_COUNT if query.count is None else query.count
    snapshot = position.snapshot if position else max((each.newest for each in rows), default=0)
    people = [each for each in people if each.rid <= snapshot]
    start = _place_after(people, position)
    shown = people[start : start + limit]
    more = None
    if len(people) > start + limit:
        more = Position(snapshot, (start + limit, shown[-1].rid))
    included, is_cut = _included(database, query, [each.rid for each in shown], inside, scope)
    return Page(query, tuple(shown), tuple(included), more, len(people), is_cut)


def _place_after(people: Sequence[Stored], position: Position | None) -> int:
    if position is None:
        return 0
    place, rid = position.after
    return next((n + 1 for n, each in enumerate(people) if each.rid == rid), place)


def _driver(database: psycopg.Cursor, query: Query, inside: sql.Scope) -> int | None:
    """The position of the rarest condition, or None where walking from the newest back is better."""
    if not query.where or _is_walk(query):
        return None
    counts = _counts(database, sql.probes(query, scope=inside))
    if not counts:
        return None
    position = min(counts, key=lambda each: counts[each])
    return position if counts[position] < sql.PROBE_LIMIT or query.sort else None


def _few(database: psycopg.Cursor, query: Query, inside: sql.Scope) -> tuple[int | None, int]:
    """The position of the rarest condition and how many resources meet it; None and `FEW` where all are frequent.

    Of a chain or `_has` only what stands at the far end is counted.
    """
    known = {n for n, each in enumerate(query.where) if _frequent.holds(each)}
    counts = _counts(database, sql.first_probes(query, scope=inside, limit=FEW, known=known))
    for position, count in counts.items():
        if count >= FEW:
            _frequent.note(query.where[position])
    few = {position: count for position, count in counts.items() if count < FEW}
    return min(few.items(), key=lambda each: each[1], default=(None, FEW))


def _counts(
    database: psycopg.Cursor, probes: tuple[list[int], sql.Statement] | None
) -> dict[int, int]:
    """The capped count of each condition that could drive, by its position."""
    if probes is None:
        return {}
    positions, statement = probes
    counts = database.execute(statement.sql, statement.values).fetchone() or ()
    return dict(zip(positions, counts, strict=True))


def _is_walk(query: Query) -> bool:
    """Whether one key is all that is asked, whose index is in the order of row ids already."""
    match query.where:
        case (Tokens(keys=(_,)) | References(targets=(_,), parameters=(_,)),):
            return not query.sort
        case _:
            return False


NEWEST = f"(SELECT last_value + {BLOCK} FROM records_rid)"
"""A row id above all that exist: later pages look no further, so that new resources move nothing."""


def newest_row(database: psycopg.Cursor) -> int:
    """`NEWEST`, for what is read in pages without a search."""
    row = database.execute(f"SELECT {NEWEST}").fetchone()
    return row[0] if row else 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A match: its row in `res`, `NEWEST` when it was found, its sort values."""

    row: tuple[Any, ...]
    newest: int
    sort_values: tuple[Any, ...]

    @property
    def rid(self) -> int:
        return self.row[1]


def _find(
    database: psycopg.Cursor,
    query: Query,
    inside: sql.Scope,
    position: Position | None,
    limit: int,
) -> list[_Found]:
    """Up to `limit` matches in order."""
    page = sql.Page(
        limit, position.snapshot if position else None, position.after if position else None
    )
    driver = None
    if not query.sort and query.where and not _is_walk(query):
        driver, count = _few(database, query, inside)
        if count > VERY_FEW and (found := _glance(database, query, inside, page, driver)):
            return found
    if driver is None:
        driver = _driver(database, query, inside)
    return _fetch_page(database, sql.select(query, scope=inside, page=page, driver=driver), query)


def _glance(
    database: psycopg.Cursor, query: Query, inside: sql.Scope, page: sql.Page, driver: int | None
) -> list[_Found] | None:
    """The page, if the newest candidates fill it; whether they do depends on who asks."""
    budget = sql.GLANCE if driver is None else SHORT_GLANCE
    asked = (query.types, query.where, inside.sql, repr(inside.values))
    if page.limit > budget or _glanced_in_vain.holds(asked):
        return None
    glance = sql.glance(query, scope=inside, page=page, budget=budget)
    found = _fetch_page(database, glance, query)
    if len(found) == page.limit:
        return found
    _glanced_in_vain.note(asked)
    return None


def _fetch_page(database: psycopg.Cursor, statement: sql.Statement, query: Query) -> list[_Found]:
    """The resources of a page, in one round trip with finding them."""
    values = "".join(f", page.s{number}" for number, _ in enumerate(query.sort))
    rows = database.execute(
        f"""WITH page AS MATERIALIZED (
                SELECT q.*, row_number() OVER () AS place FROM ({statement.sql}) q)
            SELECT {COLUMNS}, {NEWEST}{values}
            FROM page JOIN res r ON r.rid = page.rid ORDER BY page.place""",
        statement.values,
    ).fetchall()
    width = COLUMNS.count(",") + 1
    return [_Found(row[:width], row[width], row[width + 1 :]) for row in rows]


def _count(database: psycopg.Cursor, query: Query, inside: sql.Scope, limit: int | None) -> int:
    driver = _driver(database, query, inside)
    statement = sql.count(query, scope=inside, driver=driver, limit=limit)
    row = database.execute(statement.sql, statement.values).fetchone()
    return row[0] if row else 0


def _total(database: psycopg.Cursor, query: Query, inside: sql.Scope) -> int | None:
    match query.total:
        case Total.ACCURATE:
            return _count(database, query, inside, None)
        case Total.ESTIMATE:
            return _count(database, query, inside, ESTIMATE_LIMIT)
        case _:
            return None


def fetch(database: psycopg.Cursor, rids: Sequence[int], scope: DataScope) -> list[Stored]:
    """Resources by row id in the order asked for, deleted ones and those outside the scope left out."""
    if not rids:
        return []
    inside = visible(scope)
    rows = database.execute(
        f"""SELECT {COLUMNS} FROM unnest(%s::int8[]) WITH ORDINALITY w(rid, place)
            JOIN res r ON r.rid = w.rid WHERE {inside.sql} ORDER BY w.place""",
        [list(rids), *inside.values],
    ).fetchall()
    return [stored(row) for row in rows]


def _included(
    database: psycopg.Cursor, query: Query, rids: Sequence[int], inside: sql.Scope, scope: DataScope
) -> tuple[list[Stored], bool]:
    """What `_include` and `_revinclude` add; those with `:iterate` follow what was added, too."""
    seen, fresh, depth = set(rids), list(rids), 0
    found: list[int] = []
    includes = query.includes
    while fresh and includes and depth < INCLUDE_DEPTH and len(found) <= INCLUDE_LIMIT:
        added = {rid for include in includes for rid in _follow(database, include, fresh, inside)}
        fresh = sorted(added - seen, reverse=True)
        found += fresh
        seen.update(fresh)
        includes = tuple(include for include in query.includes if include.is_iterated)
        depth += 1
    return fetch(database, found[:INCLUDE_LIMIT], scope), len(found) > INCLUDE_LIMIT


def _follow(
    database: psycopg.Cursor, include: Any, rids: Sequence[int], inside: sql.Scope
) -> list[int]:
    if not include.is_reverse:
        statement = sql.includes(include, rids, scope=inside, limit=INCLUDE_LIMIT + 1)
    else:
        rows = database.execute(
            "SELECT fh FROM res WHERE rid = ANY(%s::int8[])", [list(rids)]
        ).fetchall()
        targets = [fh for (fh,) in rows]
        statement = sql.reverse_includes(include, targets, scope=inside, limit=INCLUDE_LIMIT + 1)
    return [row[0] for row in database.execute(statement.sql, statement.values).fetchall()]


def read_query(
    resource_type: str | None,
    text: str,
    *,
    at: datetime,
    server: str = "",
    terminology: Terminology | None = None,
    may_search: Callable[[str], bool] = lambda _: True,
    lenient: bool = False,
) -> Query:
    """Read a search as the store understands it: people by keyed hashes.

    Args:
        terminology: what answers `:in`, `:not-in`, `:below` and `:above`.
        may_search: through which types a chain may lead.

    Raises:
        NotPermitted, and the errors of `records.search.errors`.
    """
    registry.look()
    return parse(
        resource_type,
        text,
        at=at,
        keyed_hash=keyed_hash,
        other_hashes=sealing.blinders(SEARCH)[1:],
        server=server,
        terminology=terminology,
        may_search=may_search,
        lenient=lenient,
    )


def within(query: Query, kind: str, id: str) -> Query:
    """The same search, only in the compartment of a Patient, or of an Encounter, Practitioner, … ."""
    numbers = (0,) if kind == "Patient" else _leading_into(kind, query.types)
    inside = References((target_hash(f"{kind}/{id}"),), numbers)
    return replace(query, where=(inside, *query.where))


def _leading_into(kind: str, types: Sequence[str]) -> tuple[int, ...]:
    """The parameters by which resources of these types are in a compartment."""
    named = compartments()[kind]
    known = [(parameters(name), code) for name in types for code in named.get(name, ())]
    return tuple(source.p for some, code in known if code in some for source in some[code].sources)
