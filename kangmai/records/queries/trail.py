"""The audit trail as AuditEvents are searched: by patient, object, time, action, outcome, who.

The trail is kept by the kernel as rows of its own, newest last; here they are found inside a scope. Whoever
sees everything sees all of it, an institution what was done in its name, a resident what was done with the own
record. Nothing of it is written or changed through FHIR.

Source: FHIR R4, https://hl7.org/fhir/R4/auditevent.html#search
"""

from collections.abc import Callable, Sequence
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
from kangmai.records.search import dates
from kangmai.records.search.conditions import Comparator
from kangmai.records.search.errors import BadValue, NotSearchable
from kangmai.records.search.hashing import target_hash
from kangmai.records.search.query import CONTROLS, TRANSPORT, Query
from kangmai.records.search.written import prefixed, split, unescaped
from kangmai.records.store.searching import DEFAULT_COUNT, read_query

PREFIX = "audit-"
"""Ids of AuditEvents of the trail begin so; the number of the row follows."""
TYPE = "AuditEvent"
SORTED = frozenset({"_sort", "_include", "_revinclude"})


@dataclass(frozen=True, slots=True)
class Deed(audit.Line):
    """One row of the trail, with the ids of the Patients whose data it concerned."""

    patients: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{PREFIX}{self.seq}"


_COLUMNS = f"""{", ".join(f"a.{name}" for name in audit.COLUMNS)},
    ARRAY(SELECT r.fid FROM res r WHERE r.rt = %s AND r.rid = ANY(a.subjects) ORDER BY r.rid)"""
_Part = tuple[str, list[Any]]
NOTHING: _Part = ("false", [])


def get_deed(id: str, *, actor: Actor, at: datetime) -> Deed:
    """One row of the trail by the id of its AuditEvent.

    Raises:
        NotPermitted
        ResourceNotFound: it is not there, or outside the actor's scope.
    """
    rules.require(actor, rules.Interaction.READ, TYPE)
    number = id.removeprefix(PREFIX)
    inside = _inside(actor)
    rows = _rows([("a.seq = %s", [_number(number)]), inside], 1) if number.isdecimal() else []
    if not rows:
        raise ResourceNotFound(type=TYPE, id=id)
    audit.record_later(audit.Entry(actor, at, "records.read", TYPE, id))
    return rows[0]


@dataclass(frozen=True, slots=True)
class FoundDeeds:
    """Rows of the trail that answer a search, newest first, and the search as it was read."""

    query: Query
    deeds: tuple[Deed, ...]


def search_deeds(
    query: str, *, patient: str | None = None, before: int | None = None,
    lenient: bool = False, actor: Actor, at: datetime,
) -> FoundDeeds:  # fmt: skip
    """Rows of the trail that answer a search for AuditEvents, one more than `_count` asks for, below row `before`.

    Args:
        patient: only what concerned this Patient.
        lenient: leave out parameters that do not exist instead of refusing them.

    Raises:
        NotPermitted, NotSearchable, BadValue, and the errors of `records.search.errors`
    """
    read, parts = _criteria(query, patient, lenient, actor, at)
    if before is not None:
        parts.append(("a.seq < %s", [before]))
    wanted = DEFAULT_COUNT if read.count is None else read.count
    found = _rows(parts, wanted + 1) if wanted else []
    return FoundDeeds(read, tuple(found))


def count_deeds(
    query: str, *, patient: str | None = None, lenient: bool = False, actor: Actor, at: datetime
) -> int:
    """How many rows of the trail answer a search. Raises: as `search_deeds`."""
    where, values = _joined(_criteria(query, patient, lenient, actor, at)[1])
    with reading() as connection, psycopg.Cursor(connection) as database:
        row = database.execute(
            f"SELECT count(*) FROM kernel_audit a WHERE {where}", values
        ).fetchone()
    return row[0] if row else 0


def _rows(parts: Sequence[_Part], limit: int) -> list[Deed]:
    where, values = _joined(parts)
    with reading() as connection, psycopg.Cursor(connection) as database:
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM kernel_audit a WHERE {where} ORDER BY a.seq DESC LIMIT %s",
            [resource_types()["Patient"], *values, limit],
        ).fetchall()
    return [Deed(*(*row[:-1], tuple(row[-1]))) for row in rows]


def _joined(parts: Sequence[_Part]) -> _Part:
    return " AND ".join(f"({sql})" for sql, _ in parts), [v for _, some in parts for v in some]


def _inside(actor: Actor) -> _Part:
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
) -> tuple[Query, list[_Part]]:
    rules.require(actor, rules.Interaction.SEARCH, TYPE)
    # whatever R4 does not have is refused as for every other type
    read = read_query(TYPE, query, at=at, lenient=lenient)
    parts = [_inside(actor)]
    if patient is not None:
        parts.append(_of_patient("patient", f"Patient/{patient}"))
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, _, modifier = name.partition(":")
        if base in SORTED:
            raise NotSearchable(
                place=base,
                reason="the audit trail comes newest first, by itself",
                reason_zh="审计记录按时间倒序返回，不含其他资源",
            )
        if base in CONTROLS or base in TRANSPORT or name in read.ignored:
            continue
        reader = _READERS.get(base)
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


# One parameter each ------------------------------------------------------------------------------


def _of_patient(name: str, text: str) -> _Part:
    kind, _, id = text.rpartition("/")
    if kind.rpartition("/")[2] not in ("", "Patient"):
        return NOTHING
    return (
        "a.subjects && ARRAY(SELECT r.rid FROM res r WHERE r.fh = %s)",
        [target_hash(f"Patient/{id}")],
    )


def _of_object(name: str, text: str) -> _Part:
    kind, _, id = unescaped(text).rpartition("/")
    kind = kind.rpartition("/")[2]
    if kind == "Patient":
        sql, values = _of_patient(name, text)
        return f"{sql} OR (a.object_type = %s AND a.object_id = %s)", [*values, kind, id]
    if not kind:
        return "a.object_id = %s", [id]
    return "a.object_type = %s AND a.object_id = %s", [kind, id]


_COMPARED = {
    Comparator.EQUAL: "a.at >= %s AND a.at < %s",
    Comparator.NOT_EQUAL: "a.at < %s OR a.at >= %s",
    Comparator.GREATER: "a.at >= %s",
    Comparator.STARTS_AFTER: "a.at >= %s",
    Comparator.GREATER_OR_EQUAL: "a.at >= %s",
    Comparator.LESS: "a.at < %s",
    Comparator.ENDS_BEFORE: "a.at < %s",
    Comparator.LESS_OR_EQUAL: "a.at < %s",
}
_TO_THE_END = (Comparator.GREATER, Comparator.STARTS_AFTER, Comparator.LESS_OR_EQUAL)
"""Comparators that look at the end of what a date means; other than equality the rest look at its beginning."""


def _at(name: str, text: str) -> _Part:
    try:
        comparator, value = prefixed(unescaped(text))
        lo, hi = dates.range_of_query(value.replace(" ", "+"))
        sql = _COMPARED[comparator]
    except (ValueError, KeyError):
        raise BadValue(
            place=name, reason="write it as ge2026-03-01", reason_zh="应写作 ge2026-03-01"
        ) from None
    if comparator in (Comparator.EQUAL, Comparator.NOT_EQUAL):
        return sql, [lo, hi]
    return sql, [hi if comparator in _TO_THE_END else lo]


def _number(text: str) -> int:
    return int(text) if len(text) < 19 else -1


def _token(text: str) -> tuple[str, str]:
    """System and code of a token; the system is empty where it is left open."""
    system, bar, code = unescaped(text).rpartition("|")
    return (system, code) if bar else ("", unescaped(text))


ACTIONS = {
    "C": "right(a.action, 7) = 'created' OR a.action LIKE '%%.create'",
    "R": "a.action IN ('records.read', 'records.vread')",
    "U": "right(a.action, 7) = 'updated' OR a.action LIKE '%%.update'",
    "D": "right(a.action, 7) IN ('deleted', 's.purge')",
}
SYSTEM = "urn:kangmai:audit"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
INTERACTIONS = {
    "records.read": "read",
    "records.vread": "vread",
    "records.search": "search-type",
    "records.history": "history",
    "records.created": "create",
    "records.updated": "update",
    "records.deleted": "delete",
    "records.transaction": "transaction",
}


def trail_interaction(action: str) -> str | None:
    """The FHIR interaction that an action of the trail was, where it was one."""
    return INTERACTIONS.get(action)


def _action(name: str, text: str) -> _Part:
    _, code = _token(text)
    if code == "E":
        return f"NOT ({' OR '.join(ACTIONS.values())})", []
    return ACTIONS.get(code, "false"), []


def _subtype(name: str, text: str) -> _Part:
    system, code = _token(text)
    known = [ours for ours, theirs in INTERACTIONS.items() if theirs == code]
    wanted = [] if system == RESTFUL else [code]
    return "a.action = ANY(%s::text[])", [wanted + (known if system in ("", RESTFUL) else [])]


def _type(name: str, text: str) -> _Part:
    match _token(text)[1]:
        case "rest":
            return "a.action LIKE 'records.%%'", []
        case "110114":
            return "a.action LIKE 'access.log%%'", []
        case "110100":
            return "a.action NOT LIKE 'records.%%' AND a.action NOT LIKE 'access.log%%'", []
        case _:
            return NOTHING


def _outcome(name: str, text: str) -> _Part:
    match _token(text)[1]:
        case "0":
            return "a.outcome = 'ok'", []
        case "4":
            return "a.outcome <> 'ok'", []
        case _:
            return NOTHING


def _who(name: str, text: str) -> _Part:
    code = _token(text)[1]
    return "a.client = %s OR a.account = %s", [code, _number(code) if code.isdecimal() else -1]


def _id(name: str, text: str) -> _Part:
    number = unescaped(text).removeprefix(PREFIX)
    return ("a.seq = %s", [_number(number)]) if number.isdecimal() else NOTHING


_READERS: dict[str, Callable[[str, str], _Part]] = {
    "_id": _id,
    "_lastUpdated": _at,
    "action": _action,
    "altid": _who,
    "date": _at,
    "entity": _of_object,
    "outcome": _outcome,
    "patient": _of_patient,
    "subtype": _subtype,
    "type": _type,
}
