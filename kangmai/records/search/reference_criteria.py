"""Reads criteria on references: what they point to, its identifier, its parts and wholes.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#reference
"""

from kangmai.records.search.conditions import Condition, References, Tokens, any_of
from kangmai.records.search.errors import BadValue
from kangmai.records.search.hashing import hash32, targets
from kangmai.records.search.parameters import SearchParameter
from kangmai.records.search.pointers import hierarchy_of, written_targets
from kangmai.records.search.reader import Reader
from kangmai.records.search.written import split, unescaped


def reference(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    if modifier == "identifier":
        return reference_identifier(reader, known, place, text)
    if modifier in ("below", "above"):
        return reference_tree(reader, known, modifier, place, text)
    value = unescaped(text)
    found: list[Condition] = []
    for source in known.sources:
        for target in written_targets(known, source, modifier, value, reader.server):
            found.append(References((targets[target],), (source.p,)))
    return any_of(found)


def reference_tree(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    """`location:below=Location/1`: points to it or to a part of it; `:above` to it or to a whole of it."""
    found: list[Condition] = []
    for source in known.sources:
        for target in written_targets(known, source, "", unescaped(text), reader.server):
            kind = target.partition("/")[0]
            p = hierarchy_of(kind)
            if p is None or reader.terminology is None:
                continue
            find = (
                reader.terminology.parts_of if modifier == "below" else reader.terminology.wholes_of
            )
            hashes = tuple(find(targets[target], kind, p))
            found.append(References(hashes, (source.p,)))
    if not found:
        raise BadValue(
            place=place,
            reason="it must name a resource of a type with parts, such as Location/1",
            reason_zh="应指明有上下级关系的资源，如 Location/1",
        )
    return any_of(found)


def reference_identifier(
    reader: Reader, known: SearchParameter, place: str, text: str
) -> Condition:
    parts = [unescaped(part) for part in split(text, "|")]
    if len(parts) > 2 or not parts[-1]:
        raise BadValue(
            place=place,
            reason="the form is value or system|value",
            reason_zh="格式为 值 或 系统|值",
        )
    system = hash32(parts[0]) if len(parts) == 2 else None
    names = [f"{s.name}:identifier" for s in known.sources]
    keys = tuple(key for name in names for key in reader.keyed(known, name, parts[-1]))
    return Tokens(keys, system)
