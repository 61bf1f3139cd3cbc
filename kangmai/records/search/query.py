"""Reads a FHIR search into a frozen structure: every name checked, every value turned into keys.

    parse("Observation", "code=http://loinc.org|8302-2&date=ge2024", at=now)

Nothing is ignored silently: an unknown parameter, modifier, prefix, type or value is an error that
names it. With `lenient` (Prefer: handling=lenient) unknown parameters are left out and listed.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import added
from kangmai.records.search.asked import Include, Query, Sort, Summary, Total
from kangmai.records.search.conditions import Condition, Dates, Not, any_of
from kangmai.records.search.controls import check_type, controls
from kangmai.records.search.criteria import criterion
from kangmai.records.search.errors import (
    BadControl,
    BadValue,
    NotSearchable,
)
from kangmai.records.search.leaves import has_one_value
from kangmai.records.search.parameters import (
    SEALED_TYPES,
    Kind,
)
from kangmai.records.search.reader import CHAIN_LIMIT, Reader, Terminology
from kangmai.records.search.rows import KeyedHash
from kangmai.records.search.written import split

PARAMETER_LIMIT = 200
ALTERNATIVES_LIMIT = 2000

CONTROLS = frozenset(
    {"_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude", "_type"}
)
TRANSPORT = frozenset({"_format", "_pretty", "_cursor"})
"""Parameters that the door handles itself."""

REFUSED = {
    "_text": ("full text is not indexed", "未建立全文索引"),
    "_content": ("full text is not indexed", "未建立全文索引"),
    "_list": ("search the List itself", "请直接检索 List"),
    "_filter": ("use ordinary parameters", "请使用普通参数"),
    "_query": ("there are no named queries", "没有命名查询"),
    "_contained": ("contained resources are found with their container", "内含资源随其容器检索"),
    "_containedType": (
        "contained resources are found with their container",
        "内含资源随其容器检索",
    ),
}


def parse(
    resource_type: str | None,
    query: str | Iterable[tuple[str, str]],
    *,
    at: datetime,
    keyed_hash: KeyedHash | None = None,
    other_hashes: tuple[KeyedHash, ...] = (),
    server: str = "",
    terminology: Terminology | None = None,
    may_search: Callable[[str], bool] = lambda _: True,
    lenient: bool = False,
) -> Query:
    """The search that a query string (or its decoded pairs) asks of a type, or of the system.

    `at` is now, for `ap`; `keyed_hash` and `server` are those of `extraction.extract`, `other_hashes`
    further ones under which people may stand;
    `terminology` answers `:in`, `:not-in`, `:below` and `:above` on codes;
    `may_search` says through which types who asks may lead a chain.
    Raises: the errors of `search.errors`; NotPermitted where a chain leads through other types only.
    """
    pairs = _pairs(query)
    types = _types(resource_type, pairs)
    reader = Reader(
        at=at,
        keyed_hash=keyed_hash,
        other_hashes=other_hashes,
        server=server,
        terminology=terminology,
        may_search=may_search,
    )
    where, opened, used, ignored = [], [], [], []
    for name, value in pairs:
        if name in TRANSPORT:
            continue
        base = name.partition(":")[0]
        if base in CONTROLS:
            used.append((name, value))
        elif lenient and _is_unknown(types, name):
            ignored.append(name)
        elif keyed_hash is not None and _needs_opening(types, name):
            opened.append(_criterion(replace(reader, keyed_hash=None), types, name, value))
            used.append((name, value))
        else:
            where.append(_criterion(reader, types, name, value))
            used.append((name, value))
    return Query(
        types=types,
        where=_joined_dates(where),
        opened=tuple(opened),
        used=tuple(used),
        ignored=tuple(ignored),
        **controls(types, pairs, is_keyed=keyed_hash is not None),
    )


def _pairs(query: str | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    if not isinstance(query, str):
        return list(query)
    text = query.partition("?")[2] if "?" in query.partition("=")[0] else query
    try:
        found = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETER_LIMIT
        )
    except (ValueError, UnicodeDecodeError):
        raise BadControl(
            place="the query", wanted=f"at most {PARAMETER_LIMIT} name=value pairs in UTF-8"
        ) from None
    return found


def _types(resource_type: str | None, pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    """The types searched: the one asked, or those of `_type`, or all."""
    if resource_type is not None:
        check_type(resource_type, "the address")
        named = [value for name, value in pairs if name == "_type"]
        if named and any(set(value.split(",")) != {resource_type} for value in named):
            raise BadControl(place="_type", wanted=f"{resource_type}, or absent")
        return (resource_type,)
    wanted = [t for name, value in pairs if name == "_type" for t in value.split(",")]
    for each in wanted:
        check_type(each, "_type")
    return tuple(dict.fromkeys(wanted)) or tuple(resource_types())


def _is_unknown(types: tuple[str, ...], name: str) -> bool:
    """Whether no type has the parameter that a name begins with."""
    base = name.partition(":")[0].partition(".")[0]
    return base != "_has" and any(added.find(t, base) is None for t in types)


def _needs_opening(types: tuple[str, ...], name: str) -> bool:
    """Whether a criterion is about a part of a sealed text; in chains such parts are not looked for."""
    base, _, modifier = name.partition(":")
    if modifier != "contains" or len(types) != 1 or types[0] not in SEALED_TYPES:
        return False
    known = added.find(types[0], base)
    return known is not None and known.kind is Kind.STRING and known.p < added.FIRST


def _criterion(reader: Reader, types: tuple[str, ...], name: str, value: str) -> Condition:
    """One parameter of the query, for every type searched."""
    if name.partition(":")[0] in REFUSED:
        reason, reason_zh = REFUSED[name.partition(":")[0]]
        raise NotSearchable(place=name.partition(":")[0], reason=reason, reason_zh=reason_zh)
    if not value:
        raise BadValue(place=name, reason="it is empty", reason_zh="为空")
    if len(split(value, ",")) > ALTERNATIVES_LIMIT:
        reason = f"more than {ALTERNATIVES_LIMIT} alternatives"
        raise BadValue(place=name, reason=reason, reason_zh=f"备选值超过 {ALTERNATIVES_LIMIT} 个")
    found = [criterion(reader, t, name, value) for t in types]
    if all(isinstance(each, Not) for each in found):
        # What is excluded for one type holds for all others: exclude all of them at once.
        return Not(any_of([each.condition for each in found if isinstance(each, Not)]))
    return any_of(found)


def _joined_dates(where: list[Condition]) -> tuple[Condition, ...]:
    """`date=ge2024&date=lt2025` as one window, where a resource has one such date at most."""
    found: list[Condition] = []
    windows: dict[int, int] = {}
    for each in where:
        if (
            isinstance(each, Dates)
            and len(each.parameters) == 1
            and has_one_value(each.parameters[0])
        ):
            at = windows.setdefault(each.parameters[0], len(found))
            if at < len(found):
                first = found[at]
                assert isinstance(first, Dates)
                found[at] = replace(first, also=(*first.also, each))
                continue
        found.append(each)
    return tuple(found)


__all__ = [
    "CHAIN_LIMIT",
    "Include",
    "Query",
    "Sort",
    "Summary",
    "Terminology",
    "Total",
    "parse",
]
