"""Result parameters of a search: `_sort`, `_count`, `_total`, `_summary`, `_elements`, `_include`, `_revinclude`.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#return
"""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from kangmai.records.fhir.definitions import elements_by_name, resource_types
from kangmai.records.search import added
from kangmai.records.search.asked import Include, Sort, Summary, Total
from kangmai.records.search.errors import (
    BadControl,
    NotASortKey,
    UnknownParameter,
    UnknownResourceType,
)
from kangmai.records.search.leaves import leaf_types
from kangmai.records.search.parameters import (
    SEALED_TYPES,
    Kind,
    SearchParameter,
    parameters,
)

COUNT_LIMIT = 1000


def controls(
    types: tuple[str, ...], pairs: list[tuple[str, str]], *, is_keyed: bool
) -> dict[str, Any]:
    """The fields of a Query that its result parameters say. Raises: the errors of `search.errors`."""
    found: dict[str, Any] = {"includes": tuple(_includes(types, pairs))}
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
        check_type(each, place)
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


def check_type(name: str, place: str) -> None:
    """Let pass a type of R4. Raises: UnknownResourceType."""
    if name not in resource_types():
        raise UnknownResourceType(name=name[:64], place=place)
