"""Reads criteria on strings and uris; those on sealed people only by keyed hashes.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#string, #uri
"""

from kangmai.records.search.conditions import Condition, Match, Strings, Tokens
from kangmai.records.search.errors import BadValue, SealedAddress, SealedText
from kangmai.records.search.hashing import token_hash
from kangmai.records.search.parameters import SearchParameter
from kangmai.records.search.reader import Reader
from kangmai.records.search.sealed import asked_address, asked_name, asked_part
from kangmai.records.search.text import normalised
from kangmai.records.search.written import unescaped


def string(
    reader: Reader, known: SearchParameter, modifier: str, place: str, text: str
) -> Condition:
    value = unescaped(text)
    if reader.is_sealed(known):
        return sealed_string(reader, known, modifier, place, value)
    if modifier == "exact":
        return Tokens(
            tuple(token_hash(known.resource_type, s.name, "=" + value) for s in known.sources)
        )
    numbers_ = tuple(s.p for s in known.sources)
    match = Match.CONTAINS if modifier == "contains" else Match.STARTS
    return Strings(numbers_, match, (normalised(value),))


def sealed_string(
    reader: Reader, known: SearchParameter, modifier: str, place: str, value: str
) -> Condition:
    """A name or address of a person, whole or by its beginning, by keyed hashes."""
    if modifier == "contains":
        raise SealedText(place=place)
    if modifier == "exact":
        return Tokens(reader.sealed_keys(known, ("=" + value,)))
    if known.name in ("name", "family", "given", "phonetic"):
        texts = asked_name(value)
    else:
        texts = asked_address(value) if known.name == "address" else asked_part(value)
    if texts:
        return Tokens(reader.sealed_keys(known, texts))
    if value.strip():
        raise SealedAddress(place=place)
    raise BadValue(place=place, reason="it is empty", reason_zh="为空")


def uri(reader: Reader, known: SearchParameter, modifier: str, place: str, text: str) -> Condition:
    value = unescaped(text)[:1000]
    numbers_ = tuple(s.p for s in known.sources)
    if modifier == "below":
        return Strings(numbers_, Match.STARTS, (value,))
    if modifier == "above":
        parts = value.split("/")
        texts = tuple("/".join(parts[: n + 1]) for n in range(2, len(parts)))
        return Strings(numbers_, Match.EQUALS, texts or (value,))
    return Strings(numbers_, Match.EQUALS, (value,))
