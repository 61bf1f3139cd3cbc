"""Reads one search criterion, `name:modifier=value`, into a condition.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable

from kangmai.kernel.actor import NotPermitted
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import added
from kangmai.records.search.amount_criteria import date, number, quantity
from kangmai.records.search.composites import composite
from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Condition,
    Missing,
    Not,
    PointedAt,
    Tokens,
    any_of,
)
from kangmai.records.search.errors import (
    BadValue,
    NotSearchable,
    UnknownModifier,
    UnknownParameter,
    UnknownResourceType,
)
from kangmai.records.search.parameters import Kind, SearchParameter, parameters
from kangmai.records.search.pointers import chain_targets, references_to
from kangmai.records.search.reader import Reader
from kangmai.records.search.reference_criteria import reference
from kangmai.records.search.text_criteria import string, uri
from kangmai.records.search.token_criteria import token
from kangmai.records.search.written import split

MODIFIERS: dict[Kind, tuple[str, ...]] = {
    Kind.TOKEN: ("missing", "not", "text", "in", "not-in", "below", "above", "of-type"),
    Kind.STRING: ("missing", "exact", "contains"),
    Kind.REFERENCE: ("missing", "identifier", "below", "above"),
    Kind.URI: ("missing", "below", "above"),
    Kind.DATE: ("missing",),
    Kind.NUMBER: ("missing",),
    Kind.QUANTITY: ("missing",),
    Kind.COMPOSITE: ("missing",),
    Kind.SPECIAL: ("missing",),
}


def criterion(reader: Reader, resource_type: str, name: str, value: str) -> Condition:
    """The condition of `name=value` on resources of the type."""
    if name.startswith("_has:"):
        return has(reader, resource_type, name, value)
    head, dot, rest = name.partition(".")
    base, _, modifier = head.partition(":")
    known = added.find(resource_type, base)
    if known is None:
        if added.is_being_indexed(resource_type, base):
            raise NotSearchable(place=base, reason="it is being indexed", reason_zh="索引正在建立")
        listed = ", ".join(sorted(parameters(resource_type)))
        raise UnknownParameter(
            resource_type=resource_type, name=base[:64], place=name[:200], known=listed
        )
    if dot:
        return chain(reader, known, modifier, rest, name, value)
    check_modifier(known, modifier, name)
    if modifier == "missing":
        return missing(known, name, value)
    return values(reader, known, modifier, name, value)


def check_modifier(known: SearchParameter, modifier: str, place: str) -> None:
    allowed = MODIFIERS[known.kind]
    is_target = known.kind is Kind.REFERENCE and modifier in known.targets
    if known.name == "_id":
        allowed = ("not",)
    if modifier and modifier not in allowed and not is_target:
        if known.kind is Kind.REFERENCE:
            allowed = (*allowed, *sorted(known.targets)[:8])
        raise UnknownModifier(
            kind=known.kind.value,
            name=known.name,
            modifier=modifier[:64],
            place=place[:200],
            known=", ".join(":" + m for m in allowed),
        )


def missing(known: SearchParameter, place: str, value: str) -> Condition:
    if value not in ("true", "false"):
        raise BadValue(place=place, reason="true or false", reason_zh="应为 true 或 false")
    if known.name == "_lastUpdated":
        return AnyOf(()) if value == "true" else AllOf(())
    if known.p >= added.FIRST:
        present = Tokens((added.present_hash(known),), None)
        return Not(present) if value == "true" else present
    return Missing((known.p,), value == "true")


def values(
    reader: Reader, known: SearchParameter, modifier: str, place: str, value: str
) -> Condition:
    """Any of the alternatives in a value; none of them for a `not`."""
    read = _READERS[known.kind]
    found = [read(reader, known, modifier, place, part) for part in split(value, ",")]
    whole = any_of(found)
    return Not(whole) if modifier in ("not", "not-in") else whole


def chain(
    reader: Reader, known: SearchParameter, modifier: str, rest: str, place: str, value: str
) -> Condition:
    """`subject:Patient.name=…`: a criterion on what a reference points to."""
    if known.kind is not Kind.REFERENCE:
        raise BadValue(
            place=place[:200],
            reason=f"{known.name} is no reference, so nothing can follow it",
            reason_zh=f"{known.name} 不是引用，不能链式检索",
        )
    if modifier and modifier not in resource_types():
        raise UnknownResourceType(name=modifier[:64], place=place[:200])
    following = rest.partition(".")[0].partition(":")[0]
    inner = reader.deeper(place)
    found: list[Condition] = []
    closed: list[str] = []
    for source in known.sources:
        for target in chain_targets(known, source, modifier, following):
            if not reader.may_search(target):
                closed.append(target)
                continue
            where = criterion(inner, target, rest, value)
            found.append(Chained((source.p,), target, (where,)))
    if closed and not found:
        raise NotPermitted(permission=f"records.search:{closed[0]}")
    if not found:
        raise UnknownParameter(
            resource_type=modifier or " / ".join(sorted(known.targets)[:8]),
            name=following[:64],
            place=place[:200],
            known="",
        )
    return any_of(found)


def has(reader: Reader, resource_type: str, name: str, value: str) -> Condition:
    """`_has:Observation:patient:code=…`: a criterion on what points here."""
    parts = name.split(":", 3)
    if len(parts) < 4:
        raise BadValue(
            place=name[:200],
            reason="the form is _has:Type:reference:parameter",
            reason_zh="格式为 _has:类型:引用参数:参数",
        )
    _, source_type, reference, rest = parts
    if source_type not in resource_types():
        raise UnknownResourceType(name=source_type[:64], place=name[:200])
    known = added.find(source_type, reference)
    if known is None or known.kind is not Kind.REFERENCE or resource_type not in known.targets:
        listed = ", ".join(references_to(source_type, resource_type))
        raise UnknownParameter(
            resource_type=source_type, name=reference[:64], place=name[:200], known=listed
        )
    if not reader.may_search(source_type):
        raise NotPermitted(permission=f"records.search:{source_type}")
    where = criterion(reader.deeper(name), source_type, rest, value)
    return PointedAt(tuple(s.p for s in known.sources), source_type, (where,))


def special(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    raise NotSearchable(place=place, reason="distances are not indexed", reason_zh="未建立距离索引")


_Read = Callable[[Reader, SearchParameter, str, str, str], Condition]
_READERS: dict[Kind, _Read] = {
    Kind.TOKEN: token,
    Kind.REFERENCE: reference,
    Kind.STRING: string,
    Kind.URI: uri,
    Kind.DATE: date,
    Kind.NUMBER: number,
    Kind.QUANTITY: quantity,
    Kind.COMPOSITE: composite,
    Kind.SPECIAL: special,
}
