"""JSON bodies in and out without loss: every number keeps the digits it was sent with.

FHIR gives meaning to the precision of a decimal (1.50 is not 1.5), which binary floats forget. A body
whose numbers would change in a round trip is decoded a second time with its numbers as text.
Source: FHIR R4, https://hl7.org/fhir/R4/datatypes.html#decimal
"""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from kangmai.records.errors import MalformedJson, NotUtf8
from kangmai.records.fhir.times import instant
from kangmai.records.types import Resource

_FRAGILE = re.compile(rb"[:\[,\s]-?\d+(?:\.\d*0|\.?\d*[eE][-+]?\d+|\.\d{15,}|\d{16,})(?=[\s,}\]])")
_REFERENCE = re.compile(
    rb'("(?:reference|url|uri)"\s*:\s*)"((?:urn:(?:uuid|oid):|https?:)[^"\\]*)"'
)
_RELATIVE = re.compile(rb'("reference"\s*:\s*)"([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.\-]{1,64})"')
_RESTFUL = re.compile(r"(https?://.+/)([A-Z][A-Za-z]{1,63}/[A-Za-z0-9.\-]{1,64})")
_URL = re.compile(r"[a-z]+:")
_CONDITIONAL = re.compile(rb'"reference"\s*:\s*"([A-Za-z]+\?[^"]*)"')


def decode(raw: bytes) -> Any:
    """Parse JSON.

    Raises:
        NotUtf8: the bytes are in another encoding.
        MalformedJson: with the line and column of the fault.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        try:
            raw.decode()
        except UnicodeDecodeError as encoding:
            raise NotUtf8(position=encoding.start) from None
        raise MalformedJson(
            reason=error.msg.split(":")[0], line=error.lineno, column=error.colno
        ) from None


def encode(
    raw: bytes, resource: Resource, *, id: str, version: int, at: datetime.datetime
) -> bytes:
    """The body to store: the resource as sent, with our id, version and time.

    Args:
        raw: the JSON as sent, after references were resolved.
        resource: the same, decoded.
    """
    exact = _decode_exactly(raw) if _FRAGILE.search(raw) else resource
    return stamped(exact, id=id, version=version, at=at)


def stamped(resource: Resource, *, id: str, version: int, at: datetime.datetime) -> bytes:
    """The body to store of a resource whose numbers are as they were meant."""
    stamp = {"versionId": str(version), "lastUpdated": instant(at)}
    ours = {"id": id, "meta": {**resource.get("meta", {}), **stamp}}
    return orjson.dumps({"resourceType": resource["resourceType"], **ours} | resource | ours)


def _decode_exactly(raw: bytes) -> Resource:
    def as_sent(digits: str) -> orjson.Fragment:
        return orjson.Fragment(digits)

    return json.loads(raw, parse_float=as_sent, parse_int=_integer)


def _integer(digits: str) -> int | orjson.Fragment:
    return int(digits) if len(digits) < 18 else orjson.Fragment(digits)


def base_of(full_url: str | None) -> str | None:
    """What relative references of an entry stand behind: its fullUrl without `Type/id`; None where it has none.

    What is no URL at all (`Type/id`, a place in a file) has the base `""`. Source: https://hl7.org/fhir/R4/bundle.html#references
    """
    if not full_url:
        return None
    found = _RESTFUL.fullmatch(full_url)
    return found[1] if found else None if _URL.match(full_url) else ""


def relative_references(raw: bytes) -> list[str]:
    """References of the form `Type/id`."""
    return [match[2].decode() for match in _RELATIVE.finditer(raw)]


def resolve_references(
    raw: bytes, names: Mapping[str, str], *, base: str | None = None
) -> tuple[bytes, list[str]]:
    """Put `Type/id` where a resource refers to another of the same transaction by its fullUrl.

    Args:
        names: fullUrl → `Type/id`.
        base: what relative references stand behind; None leaves them as they are.

    Returns:
        The new JSON, and the `urn:` references that no resource of the transaction answers to.
    """
    missing: list[str] = []

    def replace(match: re.Match[bytes]) -> bytes:
        name = match[2].decode()
        if target := names.get(name):
            return match[1] + b'"' + target.encode() + b'"'
        if name.startswith("urn:") and b"reference" in match[1]:
            missing.append(name)
        return match[0]

    def replace_relative(match: re.Match[bytes]) -> bytes:
        target = names.get(f"{base}{match[2].decode()}")
        return match[1] + b'"' + target.encode() + b'"' if target else match[0]

    if base is not None and names:
        raw = _RELATIVE.sub(replace_relative, raw)
    return _REFERENCE.sub(replace, raw), missing


def conditional_references(raw: bytes) -> list[str]:
    """References by search (`Practitioner?identifier=…`), which a transaction resolves."""
    return [match.decode() for match in _CONDITIONAL.findall(raw)]


def replace_reference(raw: bytes, reference: str, target: str) -> bytes:
    """Put the found `Type/id` in the place of a reference by search."""
    old, new = orjson.dumps(reference), orjson.dumps(target)
    return re.sub(rb'("reference"\s*:\s*)' + re.escape(old), lambda match: match[1] + new, raw)


def urn_references(raw: bytes) -> list[str]:
    """The `urn:` names that a resource refers to."""
    return [match[2].decode() for match in _REFERENCE.finditer(raw) if match[2].startswith(b"urn:")]
