"""One criterion of a search for AuditEvents each, as a condition on rows `a` of the audit trail.

Source: FHIR R4, https://hl7.org/fhir/R4/auditevent.html#search
"""

from collections.abc import Callable
from typing import Any

from kangmai.records.search import dates
from kangmai.records.search.conditions import Comparator
from kangmai.records.search.errors import BadValue
from kangmai.records.search.hashing import target_hash
from kangmai.records.search.written import prefixed, unescaped

PREFIX = "audit-"
"""Ids of AuditEvents of the trail begin so; the number of the row follows."""

Part = tuple[str, list[Any]]
"""A piece of SQL with its values."""
NOTHING: Part = ("false", [])


def of_patient(name: str, text: str) -> Part:
    """What concerned a Patient."""
    kind, _, id = text.rpartition("/")
    if kind.rpartition("/")[2] not in ("", "Patient"):
        return NOTHING
    return (
        "a.subjects && ARRAY(SELECT r.rid FROM res r WHERE r.fh = %s)",
        [target_hash(f"Patient/{id}")],
    )


def _of_object(name: str, text: str) -> Part:
    kind, _, id = unescaped(text).rpartition("/")
    kind = kind.rpartition("/")[2]
    if kind == "Patient":
        sql, values = of_patient(name, text)
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


def _at(name: str, text: str) -> Part:
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


def number(text: str) -> int:
    """The number that a text of digits says; -1, which no row has, where it is too long."""
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


def _action(name: str, text: str) -> Part:
    _, code = _token(text)
    if code == "E":
        return f"NOT ({' OR '.join(ACTIONS.values())})", []
    return ACTIONS.get(code, "false"), []


def _subtype(name: str, text: str) -> Part:
    system, code = _token(text)
    known = [ours for ours, theirs in INTERACTIONS.items() if theirs == code]
    wanted = [] if system == RESTFUL else [code]
    return "a.action = ANY(%s::text[])", [wanted + (known if system in ("", RESTFUL) else [])]


def _type(name: str, text: str) -> Part:
    match _token(text)[1]:
        case "rest":
            return "a.action LIKE 'records.%%'", []
        case "110114":
            return "a.action LIKE 'access.log%%'", []
        case "110100":
            return "a.action NOT LIKE 'records.%%' AND a.action NOT LIKE 'access.log%%'", []
        case _:
            return NOTHING


def _outcome(name: str, text: str) -> Part:
    match _token(text)[1]:
        case "0":
            return "a.outcome = 'ok'", []
        case "4":
            return "a.outcome <> 'ok'", []
        case _:
            return NOTHING


def _who(name: str, text: str) -> Part:
    code = _token(text)[1]
    return "a.client = %s OR a.account = %s", [code, number(code) if code.isdecimal() else -1]


def _id(name: str, text: str) -> Part:
    digits = unescaped(text).removeprefix(PREFIX)
    return ("a.seq = %s", [number(digits)]) if digits.isdecimal() else NOTHING


READERS: dict[str, Callable[[str, str], Part]] = {
    "_id": _id,
    "_lastUpdated": _at,
    "action": _action,
    "altid": _who,
    "date": _at,
    "entity": _of_object,
    "outcome": _outcome,
    "patient": of_patient,
    "subtype": _subtype,
    "type": _type,
}
