"""Reads a FHIR search into a frozen structure: every name checked, every value turned into keys.

    parse("Observation", "code=http://loinc.org|8302-2&date=ge2024", at=now)

Nothing is ignored silently: an unknown parameter, modifier, prefix, type or value is an error that
names it. With `lenient` (Prefer: handling=lenient) unknown parameters are left out and listed.
Source: FHIR R4, https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from urllib.parse import parse_qsl

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import added
from kangmai.records.search.conditions import Condition, Dates, Not, any_of
from kangmai.records.search.criteria import CHAIN_LIMIT, Reader, Terminology
from kangmai.records.search.errors import (
    BadControl,
    BadValue,
    NotASortKey,
    NotSearchable,
    UnknownParameter,
    UnknownResourceType,
)
from kangmai.records.search.leaves import has_one_value, leaf_types
from kangmai.records.search.parameters import (
    SEALED_TYPES,
    Kind,
    SearchParameter,
    parameters,
)
from kangmai.records.search.rows import KeyedHash
from kangmai.records.search.written import split

COUNT_LIMIT = 1000
PARAMETER_LIMIT = 200
ALTERNATIVES_LIMIT = 2000


class Total(Enum):
    """How exactly the number of matches is wanted."""

    NONE = "none"
    ESTIMATE = "estimate"
    ACCURATE = "accurate"


class Summary(Enum):
    """Which part of each resource is wanted."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key: a parameter of the type, or `_id` or `_lastUpdated`.

    `is_opened` says that its order is that of texts which are kept sealed.
    """

    name: str
    is_descending: bool
    is_opened: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Resources to send along: those that matches point to, or (reverse) that point to matches.

    `parameters` are index numbers of `resource_type`'s parameters, None for all of them;
    `target_type` narrows what they point to.
    """

    resource_type: str
    parameters: tuple[int, ...] | None
    target_type: str | None
    is_reverse: bool
    is_iterated: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A search, read. `types` are the types searched; `where` must all hold, and of what they leave also `opened`:
    conditions on texts of sealed people, who must be opened for it.

    `used` are the parameters that had an effect, for the self link; `ignored` those left out.
    """

    types: tuple[str, ...]
    where: tuple[Condition, ...]
    opened: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int | None = None
    total: Total = Total.NONE
    summary: Summary = Summary.FALSE
    elements: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


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
        **_controls(types, pairs, is_keyed=keyed_hash is not None),
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
        _check_type(resource_type, "the address")
        named = [value for name, value in pairs if name == "_type"]
        if named and any(set(value.split(",")) != {resource_type} for value in named):
            raise BadControl(place="_type", wanted=f"{resource_type}, or absent")
        return (resource_type,)
    wanted = [t for name, value in pairs if name == "_type" for t in value.split(",")]
    for each in wanted:
        _check_type(each, "_type")
    return tuple(dict.fromkeys(wanted)) or tuple(resource_types())


def _check_type(name: str, place: str) -> None:
    if name not in resource_types():
        raise UnknownResourceType(name=name[:64], place=place)


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
    found = [reader.criterion(t, name, value) for t in types]
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


# Result parameters ------------------------------------------------------------------------------


def _controls(types: tuple[str, ...], pairs: list[tuple[str, str]], *, is_keyed: bool) -> dict:
    found: dict = {"includes": tuple(_includes(types, pairs))}
    readers: dict[str, tuple[str, Callable[[str], object]]] = {
        "_sort": ("sort", lambda text: _sort(types, text, is_keyed)),
        "_count": ("count", _count),
        "_total": ("total", lambda text: _choice("_total", Total, text)),
        "_summary": ("summary", lambda text: _choice("_summary", Summary, text)),
        "_elements": ("elements", lambda text: _elements(types, text)),
    }
    for name, value in pairs:
        if name in readers:
            field, read = readers[name]
            if field in found:
                raise BadControl(place=name, wanted="given once")
            found[field] = read(value)
    return found


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadControl(place="_count", wanted="a whole number from 0")
    return min(int(text), COUNT_LIMIT)


def _choice(place: str, choices: type[Enum], text: str) -> Enum:
    try:
        return choices(text)
    except ValueError:
        raise BadControl(place=place, wanted=", ".join(str(c.value) for c in choices)) from None


def _elements(types: tuple[str, ...], text: str) -> tuple[str, ...]:
    from kangmai.records.fhir.definitions import elements_by_name

    names = tuple(name.strip().rpartition(".")[2] for name in text.split(","))
    for name in names:
        if not any(name in elements_by_name(t) for t in types):
            raise BadControl(place=f"_elements={name[:64]}", wanted=f"elements of {types[0]}")
    return names


def _sort(types: tuple[str, ...], text: str, is_keyed: bool) -> tuple[Sort, ...]:
    keys = tuple(_sort_key(types, part.strip(), is_keyed) for part in text.split(","))
    if any(key.is_opened for key in keys):
        for key in keys:
            _check_beside_opened(types[0], key.name)
    return keys


def _check_beside_opened(resource_type: str, name: str) -> None:
    """Who is opened is sorted by texts and moments."""
    known = added.find(resource_type, name)
    if known is not None and (known.kind not in (Kind.STRING, Kind.DATE) or known.p >= added.FIRST):
        reason, zh = "beside a name only texts and dates are", "与姓名同排序时只支持文本和日期"
        raise NotASortKey(name=name, reason=reason, reason_zh=zh)


def _sort_key(types: tuple[str, ...], text: str, is_keyed: bool) -> Sort:
    name = text.removeprefix("-")
    if name not in ("_id", "_lastUpdated"):
        if len(types) != 1:
            reason, zh = "several types are searched", "同时检索多种类型"
            raise NotASortKey(name=name[:64], reason=reason, reason_zh=zh)
        _check_sortable(types[0], name)
    is_sealed = is_keyed and types[0] in SEALED_TYPES
    known = added.find(types[0], name)
    is_opened = is_sealed and known is not None and known.kind is Kind.STRING
    return Sort(name, text.startswith("-"), is_opened)


def _check_sortable(resource_type: str, name: str) -> None:
    known = added.find(resource_type, name)
    if known is None:
        raise _unknown(resource_type, name, "_sort")
    if not is_sortable(known):
        reason = f"this {known.kind.value} parameter has no order"
        raise NotASortKey(name=name, reason=reason, reason_zh=f"该 {known.kind.value} 参数没有顺序")


def is_sortable(known: SearchParameter) -> bool:
    """Whether the index keeps an order for a parameter; of identifiers it keeps none."""
    if known.kind is Kind.TOKEN:
        return leaf_types(known) <= {"code", "boolean", "CodeableConcept", "Coding"}
    return known.kind in (Kind.DATE, Kind.STRING, Kind.NUMBER, Kind.QUANTITY, Kind.URI)


def _unknown(resource_type: str, name: str, place: str) -> UnknownParameter:
    known = ", ".join(sorted(parameters(resource_type)))
    return UnknownParameter(resource_type=resource_type, name=name[:64], place=place, known=known)


# Includes ---------------------------------------------------------------------------------------


def _includes(types: tuple[str, ...], pairs: list[tuple[str, str]]) -> Iterable[Include]:
    for name, value in pairs:
        base, _, modifier = name.partition(":")
        if base in ("_include", "_revinclude"):
            if modifier not in ("", "iterate", "recurse"):
                wanted = "without modifier or with :iterate"
                raise BadControl(place=base, wanted=wanted)
            yield _include(types, value, base == "_revinclude", modifier != "")


def _include(types: tuple[str, ...], text: str, is_reverse: bool, is_iterated: bool) -> Include:
    place = "_revinclude" if is_reverse else "_include"
    if text == "*":
        return Include("*", None, None, is_reverse, is_iterated)
    parts = text.split(":")
    if not 2 <= len(parts) <= 3:
        raise BadControl(place=place, wanted="Type:parameter or Type:parameter:TargetType, or *")
    source, name = parts[:2]
    target = parts[2] if len(parts) == 3 else None
    for each in [source, *([target] if target else [])]:
        _check_type(each, place)
    if not is_reverse and not is_iterated and source not in types:
        raise BadControl(place=place, wanted=f"a parameter of {' or '.join(types[:5])}")
    if name == "*":
        return Include(source, None, target, is_reverse, is_iterated)
    known = _reference_parameter(source, name, place)
    narrowed = {s.target for s in known.sources if s.target}
    if target is None and len(narrowed) == 1:
        target = narrowed.pop()
    numbers = tuple(s.p for s in known.sources)
    return Include(source, numbers, target, is_reverse, is_iterated)


def _reference_parameter(resource_type: str, name: str, place: str) -> SearchParameter:
    known = added.find(resource_type, name)
    if known is None:
        raise _unknown(resource_type, name, place)
    if known.kind is not Kind.REFERENCE:
        raise BadControl(place=place, wanted=f"a reference parameter of {resource_type}")
    return known


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
