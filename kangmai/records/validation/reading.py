"""Reads JSON that may be wrong: what cannot be read becomes an issue with its place in the text.

Source: RFC 8259 (JSON), FHIR R4 https://hl7.org/fhir/R4/json.html
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from kangmai.records.validation.issues import Issue, issue
from kangmai.records.validation.rules import validate
from kangmai.records.validation.terminology import find_unknown_systems

BOM = b"\xef\xbb\xbf"
_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource(?=[.\[]|$)")


@dataclass(frozen=True, slots=True)
class Validated:
    """One resource with its issues; `place` is a FHIRPath to it where it stands in a Bundle."""

    place: str
    issues: list[Issue]
    resource: Any = None

    @property
    def has_error(self) -> bool:
        """Whether the resource may not be stored."""
        return any(each.is_error for each in self.issues)


def read_json(raw: bytes) -> tuple[Any, list[Issue]]:
    """The value of a JSON text, and what is wrong with the text; None where it cannot be read."""
    raw = raw.removeprefix(BOM)
    try:
        return orjson.loads(raw), find_duplicate_names(raw)
    except orjson.JSONDecodeError as error:
        return None, [_json_issue(raw, str(error))]


def _json_issue(raw: bytes, reason: str) -> Issue:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return _encoding_issue(raw, error.start)
    if "infinity" in reason:
        return issue("number-range", "")
    if "depth limit" in reason:
        return issue("too-deep", "", limit=1024)
    if not raw.strip():
        return issue("json", "", reason="the text is empty / 文本为空")
    if raw.lstrip().startswith(b"<"):
        return issue("json", "", reason="it looks like XML / 看起来是 XML")
    return issue("json", "", reason=reason)


def _encoding_issue(raw: bytes, byte: int) -> Issue:
    """A text in another encoding, with a guess which one."""
    hint, hint_zh = "save it as UTF-8", "请另存为 UTF-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        hint, hint_zh = "it looks like UTF-16; save it as UTF-8", "看起来是 UTF-16，请另存为 UTF-8"
    else:
        try:
            raw.decode("gb18030")
            hint, hint_zh = "it looks like GBK; save it as UTF-8", "看起来是 GBK，请另存为 UTF-8"
        except UnicodeDecodeError:
            pass
    return issue("encoding", "", byte=byte + 1, hint=hint, hint_zh=hint_zh)


def find_duplicate_names(raw: bytes) -> list[Issue]:
    """Names that occur twice in one object, of which a parser would keep only the last."""
    found: dict[str, None] = {}

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            names = [name for name, _ in pairs]
            found.update(dict.fromkeys(n for n in names if names.count(n) > 1))
        return whole

    # Numbers are not wanted here, and the longest ones would be refused.
    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str)
    return [issue("duplicate-key", "", name=name) for name in found]


def validate_text(raw: bytes, *, advice: bool = True) -> Iterator[Validated]:
    """Every resource of a JSON text with its issues: of a Bundle each entry, else the resource.

    A Bundle comes itself only where it has issues outside its entries, or no entry with a resource.
    """
    value, issues = read_json(raw)
    if value is None and issues:
        yield Validated("", issues)
        return
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield from _bundle(value, issues, advice)
    else:
        yield Validated("", issues + validate(value, advice=advice), value)


def _bundle(bundle: dict, issues: list[Issue], advice: bool) -> Iterator[Validated]:
    inside: dict[int, list[Issue]] = {}
    outside = list(issues)
    for each in validate(bundle):
        match = _ENTRY.match(each.expression)
        (inside.setdefault(int(match[1]), []) if match else outside).append(each)
    entries = bundle.get("entry")
    resources = _resources(entries if isinstance(entries, list) else [])
    if outside or not resources:
        yield Validated("", outside, bundle)
    for number, resource in resources:
        place = f"Bundle.entry[{number}].resource"
        found = inside.get(number, [])
        if advice and isinstance(resource, dict):
            found = found + find_unknown_systems(resource, place)
        yield Validated(place, found, resource)


def _resources(entries: list) -> list[tuple[int, Any]]:
    return [
        (n, e["resource"]) for n, e in enumerate(entries) if isinstance(e, dict) and "resource" in e
    ]
