"""Reads criteria on codes, identifiers and other tokens.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#token
"""

from kangmai.records.search.conditions import Condition, Ids, Match, Strings, Tokens, any_of
from kangmai.records.search.errors import BadValue, NotSearchable
from kangmai.records.search.hashing import hash32, system_hash, token_hash
from kangmai.records.search.leaves import leaf_types
from kangmai.records.search.parameters import SEALED_TYPES, SearchParameter
from kangmai.records.search.reader import Reader
from kangmai.records.search.text import contact, normalised
from kangmai.records.search.written import split, unescaped


def token(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    if known.name == "_id":
        return Ids((unescaped(text),))
    if modifier == "text":
        return token_text(reader, known, text)
    if modifier in ("in", "not-in", "below", "above"):
        return token_set(reader, known, modifier, place, text)
    parts = [unescaped(part) for part in split(text, "|")]
    if modifier == "of-type":
        if len(parts) != 3 or not all(parts):
            raise BadValue(
                place=place,
                reason="the form is system|type|value",
                reason_zh="格式为 系统|类型|值",
            )
        return tokens(reader, known, None, f":of-type|{parts[0]}|{parts[1]}|{parts[2]}")
    if len(parts) > 2 or not any(parts):
        raise BadValue(
            place=place,
            reason="the form is code, system|code, |code or system|",
            reason_zh="格式为 代码、系统|代码、|代码 或 系统|",
        )
    if len(parts) == 1:
        return tokens(reader, known, None, parts[0])
    system, code = parts
    if not code and "Identifier" in leaf_types(known) and reader.is_sealed(known):
        raise BadValue(
            place=place,
            reason="identifiers of people are sealed, so a value is needed: system|value",
            reason_zh="人员标识已加密，须给出具体值：系统|值",
        )
    return tokens(reader, known, system, code) if code else whole_system(reader, known, system)


def tokens(reader: Reader, known: SearchParameter, system: str | None, code: str) -> Condition:
    """A code; under a system, under none (`""`), or under any (None)."""
    types = leaf_types(known)
    if types == {"ContactPoint"}:
        code = contact(code)
    if types <= {"code", "boolean", "id", "string", "uri", "ContactPoint"} and system == "":
        system = None
    is_keyed = known.resource_type in SEALED_TYPES and bool(types & {"Identifier", "ContactPoint"})
    if is_keyed and reader.keyed_hash is not None:
        return Tokens(
            reader.sealed_keys(known, (code,)), None if system is None else hash32(system)
        )
    keys = tuple(token_hash(known.resource_type, s.name, code) for s in known.sources)
    return Tokens(keys, None if system is None else hash32(system))


def whole_system(reader: Reader, known: SearchParameter, system: str) -> Condition:
    of = known.resource_type
    keys = tuple(system_hash(of, s.name, system) for s in known.sources)
    return Tokens(keys, hash32(system))


def token_text(reader: Reader, known: SearchParameter, text: str) -> Condition:
    numbers_ = tuple(s.p for s in known.sources)
    return Strings(numbers_, Match.STARTS, (normalised(unescaped(text)),))


def token_set(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    if reader.terminology is None:
        raise NotSearchable(place=place, reason="no value sets are loaded", reason_zh="未加载值集")
    if modifier in ("in", "not-in"):
        codes = reader.terminology.codes_in(unescaped(text))
    else:
        system, _, code = text.partition("|")
        if not code:
            raise BadValue(
                place=place, reason="the form is system|code", reason_zh="格式为 系统|代码"
            )
        terms = reader.terminology
        find = terms.codes_below if modifier == "below" else terms.codes_above
        codes = find(unescaped(system), unescaped(code))
    return any_of([tokens(reader, known, system, code) for system, code in codes])
