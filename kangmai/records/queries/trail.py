"""The audit trail as AuditEvents are searched: by patient, object, time, action, outcome, who.

The trail is kept by the kernel as rows of its own, newest last; here they are found inside a scope. Whoever
sees everything sees all of it, an institution what was done in its name, a resident what was done with the own
record. Nothing of it is written or changed through FHIR.

Source: FHIR R4, https://hl7.org/fhir/R4/auditevent.html#search
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import psycopg

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.errors import ResourceNotFound
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.queries.trail_criteria import (
    INTERACTIONS,
    NOTHING,
    PREFIX,
    READERS,
    RESTFUL,
    SYSTEM,
    Part,
    number,
    of_patient,
)
from kangmai.records.search.errors import NotASortKey, NotSearchable
from kangmai.records.search.query import CONTROLS, TRANSPORT, Query, Sort
from kangmai.records.search.written import split
from kangmai.records.store.searching import DEFAULT_COUNT, read_query

TYPE = "AuditEvent"
SORTABLE = ("date", "_lastUpdated")
"""Both are the moment of the deed."""
INCLUDES = frozenset({"_include", "_revinclude"})
WALKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Deed(audit.Line):
    """One row of the trail, with the ids of the Patients whose data it concerned."""

    patients: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{PREFIX}{self.seq}"


_COLUMNS = f"""{", ".join(f"a.{name}" for name in audit.COLUMNS)},
    ARRAY(SELECT r.fid FROM res r WHERE r.rt = %s AND r.rid = ANY(a.subjects) ORDER BY r.rid)"""


def get_deed(id: str, *, actor: Actor, at: datetime) -> Deed:
    """One row of the trail by the id of its AuditEvent.

    Raises:
        NotPermitted
        ResourceNotFound: it is not there, or outside the actor's scope.
    """
    rules.require(actor, rules.Interaction.READ, TYPE)
    digits = id.removeprefix(PREFIX)
    inside = _inside(actor)
    rows = _rows([("a.seq = %s", [number(digits)]), inside], 1) if digits.isdecimal() else []
    if not rows:
        raise ResourceNotFound(type=TYPE, id=id)
    audit.record_later(audit.Entry(actor, at, "records.read", TYPE, id))
    return rows[0]


@dataclass(frozen=True, slots=True)
class FoundDeeds:
    """Rows of the trail that answer a search, and the search as it was read."""

    query: Query
    deeds: tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class TrailPlace:
    """Where a page begins: after this row (its moment counts in a sorted search only), none newer than `newest`."""

    seq: int | None = None
    at: datetime | None = None
    newest: int | None = None


FIRST_PLACE = TrailPlace()


def search_deeds(
    query: str, *, patient: str | None = None, place: TrailPlace = FIRST_PLACE,
    lenient: bool = False, actor: Actor, at: datetime,
) -> FoundDeeds:  # fmt: skip
    """Rows of the trail that answer a search for AuditEvents, one more than `_count` asks for.

    They come newest first, or in the order of `_sort`.

    Args:
        patient: only what concerned this Patient.
        lenient: leave out parameters that do not exist instead of refusing them.

    Raises:
        NotPermitted, NotSearchable, BadValue, and the errors of `records.search.errors`
    """
    read, parts = _criteria(query, patient, lenient, actor, at)
    order = read.sort[0] if read.sort else None
    wanted = DEFAULT_COUNT if read.count is None else read.count
    found = _rows([*parts, *_after(order, place)], wanted + 1, order) if wanted else []
    return FoundDeeds(read, tuple(found))


def count_deeds(
    query: str, *, patient: str | None = None, lenient: bool = False, actor: Actor, at: datetime
) -> int:
    """How many rows of the trail answer a search. Raises: as `search_deeds`."""
    where, values = _joined(_criteria(query, patient, lenient, actor, at)[1])
    return _number(f"SELECT count(*) FROM kernel_audit a WHERE {where}", values)


def newest_deed() -> int:
    """The number of the newest row, by which a search in pages is bounded: each page adds a row itself."""
    return _number("SELECT coalesce(max(seq), 0) FROM kernel_audit", [])


def walk_deeds(
    queries: Sequence[str], *, patients: Sequence[str] | None, since: datetime | None,
    actor: Actor, at: datetime,
) -> Iterator[list[Deed]]:  # fmt: skip
    """Every row of the trail that answers one of the searches, oldest first, some at a time.

    Args:
        queries: `""` stands for all rows.
        patients: only what concerned one of these, by FHIR id; what concerned any where it is empty.
        since: only what was done from then on.

    Raises: as `search_deeds`.
    """
    joined = [_joined(_criteria(each, None, False, actor, at)[1]) for each in queries]
    parts: list[Part] = [
        (" OR ".join(f"({sql})" for sql, _ in joined), [v for _, some in joined for v in some]),
        ("a.seq <= %s", [newest_deed()]),
    ]
    if since is not None:
        parts.append(("a.at >= %s", [since]))
    if patients is not None:
        either = [of_patient("patient", f"Patient/{id}") for id in patients]
        about = " OR ".join(sql for sql, _ in either) or "a.subjects <> '{}'"
        parts.append((about, [value for _, some in either for value in some]))
    last = -1
    while found := _rows([*parts, ("a.seq > %s", [last])], WALKED_AT_ONCE, BY_NUMBER):
        yield found
        last = found[-1].seq


BY_NUMBER = Sort("_id", False)


def _rows(parts: Sequence[Part], limit: int, order: Sort | None = None) -> list[Deed]:
    where, values = _joined(parts)
    with reading() as connection, psycopg.Cursor(connection) as database:
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM kernel_audit a WHERE {where} ORDER BY {_ordered(order)} LIMIT %s",
            [resource_types()["Patient"], *values, limit],
        ).fetchall()
    return [Deed(*(*row[:-1], tuple(row[-1]))) for row in rows]


def _ordered(order: Sort | None) -> str:
    if order is None:
        return "a.seq DESC"
    if order is BY_NUMBER:
        return "a.seq"
    return "a.at DESC, a.seq DESC" if order.is_descending else "a.at, a.seq"


def _after(order: Sort | None, place: TrailPlace) -> list[Part]:
    parts: list[Part] = [] if place.newest is None else [("a.seq <= %s", [place.newest])]
    if order is not None and place.at is not None:
        sign = "<" if order.is_descending else ">"
        return [*parts, (f"(a.at, a.seq) {sign} (%s, %s)", [place.at, place.seq])]
    return parts if place.seq is None else [*parts, ("a.seq < %s", [place.seq])]


def _number(sql: str, values: list[Any]) -> int:
    with reading() as connection, psycopg.Cursor(connection) as database:
        row = database.execute(sql, values).fetchone()
    return row[0] if row else 0


def _joined(parts: Sequence[Part]) -> Part:
    return " AND ".join(f"({sql})" for sql, _ in parts), [v for _, some in parts for v in some]


def _inside(actor: Actor) -> Part:
    scope = actor.scope
    if scope.everything:
        return "true", []
    return (
        """a.organization = ANY(%s::int8[]) OR a.subjects && ARRAY(
               SELECT s.rid FROM subject s WHERE s.resident_id = ANY(%s::int8[]))""",
        [sorted(scope.organizations), sorted(scope.residents)],
    )


def _criteria(
    query: str, patient: str | None, lenient: bool, actor: Actor, at: datetime
) -> tuple[Query, list[Part]]:
    rules.require(actor, rules.Interaction.SEARCH, TYPE)
    # whatever R4 does not have is refused as for every other type
    read = read_query(TYPE, query, at=at, lenient=lenient)
    _check_order(read)
    parts = [_inside(actor)]
    if patient is not None:
        parts.append(of_patient("patient", f"Patient/{patient}"))
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, _, modifier = name.partition(":")
        if base in INCLUDES:
            raise NotSearchable(
                place=base,
                reason="the audit trail sends no other resources along",
                reason_zh="审计记录不附带其他资源",
            )
        if base in CONTROLS or base in TRANSPORT or name in read.ignored:
            continue
        reader = READERS.get(base)
        if modifier or (reader is None and "." in base) or base == "_has":
            raise NotSearchable(
                place=name[:60],
                reason="the audit trail takes plain values only",
                reason_zh="审计记录只支持普通值检索",
            )
        found = [reader(name, each) for each in split(value, ",")] if reader else [NOTHING]
        sql = " OR ".join(f"({each})" for each, _ in found)
        parts.append((sql, [v for _, some in found for v in some]))
    return read, parts


def check_trail_query(query: str, *, actor: Actor, at: datetime) -> None:
    """Let pass a search that can be asked of the trail. Raises: as `search_deeds`."""
    _criteria(query, None, False, actor, at)


def _check_order(read: Query) -> None:
    for each in read.sort:
        if len(read.sort) > 1 or each.name not in SORTABLE:
            raise NotASortKey(
                name=each.name,
                reason=f"the audit trail is sorted by one of {', '.join(SORTABLE)}",
                reason_zh=f"审计记录只能按 {'、'.join(SORTABLE)} 之一排序",
            )


def trail_interaction(action: str) -> str | None:
    """The FHIR interaction that an action of the trail was, where it was one."""
    return INTERACTIONS.get(action)


__all__ = [
    "RESTFUL",
    "SYSTEM",
    "Deed",
    "FoundDeeds",
    "TrailPlace",
    "check_trail_query",
    "count_deeds",
    "get_deed",
    "newest_deed",
    "search_deeds",
    "trail_interaction",
    "walk_deeds",
]
