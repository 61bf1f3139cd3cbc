"""indexOf, substring, startsWith ... matches, replace, split, join, encode, escape.

Source: FHIRPath, String Manipulation, https://hl7.org/fhirpath/#string-manipulation
"""

import base64
import binascii
import html
import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kangmai.records.fhirpath.elements import Collection, system_value
from kangmai.records.fhirpath.errors import Misuse
from kangmai.records.fhirpath.frames import Form, Function
from kangmai.records.fhirpath.functions.subsetting import number
from kangmai.records.fhirpath.values.comparison import kind, singleton

JSON_ESCAPE = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+|\\.", re.DOTALL)
GROUP = re.compile(r"\$(?:(\d+)|\{(\w+)\}|(\$))")


def text(items: Collection) -> str | None:
    """A String, None where it is empty. Raises: Misuse."""
    value = singleton(items)
    if value is not None and not isinstance(value, str):
        raise Misuse(f"String expected, found {kind(value)}")
    return value


def of_texts(operation: Callable[..., Any], arguments: int = 0) -> Function:
    """A function of one text and `arguments` more; empty where any of them is."""

    def run(focus: Collection, *others: Collection) -> Collection:
        values = [text(focus), *map(text, others)]
        return [] if None in values else [operation(*values)]

    return Function(run, Form.VALUES, arguments, arguments)


def substring(focus: Collection, start: Collection, length: Collection | None = None) -> Collection:
    value, first = text(focus), number(start)
    if value is None or first is None or not 0 <= first < len(value):
        return []
    count = number(length) if length else None
    return [value[first:] if count is None else value[first : first + max(count, 0)]]


@lru_cache(maxsize=1024)
def pattern(regex: str) -> re.Pattern[str]:
    """Raises: Misuse for a regular expression that cannot be read."""
    try:
        return re.compile(regex, re.DOTALL)
    except re.error as error:
        raise Misuse(f"the regular expression cannot be read: {error}") from None


def replace_matches(value: str, regex: str, substitution: str) -> str:
    """`$1` and `${name}` in the substitution stand for groups; an empty pattern changes nothing."""
    if not regex:
        return value
    compiled = pattern(regex)

    def replaced(match: re.Match[str]) -> str:
        def group(mark: re.Match[str]) -> str:
            if mark[3]:
                return "$"
            name = int(mark[1]) if mark[1] else mark[2]
            try:
                return match[name] or ""
            except IndexError:
                raise Misuse(f"the pattern has no group {name}") from None

        return GROUP.sub(group, substitution)

    return compiled.sub(replaced, value)


def joined(focus: Collection, separator: Collection | None = None) -> Collection:
    """The texts one after another; those without a value are left out. Raises: Misuse."""
    values = [value for item in focus if (value := system_value(item)) is not None]
    if strange := next((value for value in values if not isinstance(value, str)), None):
        raise Misuse(f"String expected, found {kind(strange)}")
    return [(text(separator or []) or "").join(values)]


def split(focus: Collection, separator: Collection) -> Collection:
    value, mark = text(focus), text(separator)
    if value is None or mark is None:
        return []
    return value.split(mark) if mark else list(value)


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "hex": binascii.hexlify,
    "base64": base64.b64encode,
    "urlbase64": base64.urlsafe_b64encode,
}
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "hex": binascii.unhexlify,
    "base64": lambda data: base64.b64decode(data, validate=True),
    "urlbase64": base64.urlsafe_b64decode,
}
ESCAPERS: dict[str, Callable[[str], str]] = {
    "html": html.escape,
    "json": lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
}
UNESCAPERS: dict[str, Callable[[str], str]] = {
    "html": html.unescape,
    "json": lambda value: JSON_ESCAPE.sub(lambda match: json.loads(f'"{match.group()}"'), value),
}


def chosen(choices: dict[str, Any], name: str) -> Any:
    """Raises: Misuse for a name that is not among the choices."""
    if name not in choices:
        raise Misuse(f"{name!r} is none of {', '.join(choices)}")
    return choices[name]


def encode(value: str, format_name: str) -> str:
    return chosen(ENCODERS, format_name)(value.encode()).decode()


def decode(value: str, format_name: str) -> str:
    try:
        return chosen(DECODERS, format_name)(value.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Misuse(f"the text is not {format_name}") from None


def unescape(value: str, target: str) -> str:
    try:
        return chosen(UNESCAPERS, target)(value)
    except json.JSONDecodeError:
        raise Misuse(f"the text is not escaped {target}") from None


def to_chars(focus: Collection) -> Collection:
    return list(text(focus) or "")


TABLE = {
    "indexOf": of_texts(str.find, 1),
    "lastIndexOf": of_texts(str.rfind, 1),
    "substring": Function(substring, Form.VALUES, 1, 2),
    "startsWith": of_texts(str.startswith, 1),
    "endsWith": of_texts(str.endswith, 1),
    "contains": of_texts(lambda value, part: part in value, 1),
    "upper": of_texts(str.upper),
    "lower": of_texts(str.lower),
    "trim": of_texts(str.strip),
    "length": of_texts(len),
    "toChars": Function(to_chars),
    "replace": of_texts(str.replace, 2),
    "matches": of_texts(lambda value, regex: bool(pattern(regex).search(value)), 1),
    "matchesFull": of_texts(lambda value, regex: bool(pattern(regex).fullmatch(value)), 1),
    "replaceMatches": of_texts(replace_matches, 2),
    "split": Function(split, Form.VALUES, 1, 1),
    "join": Function(joined, Form.VALUES, 0, 1),
    "encode": of_texts(encode, 1),
    "decode": of_texts(decode, 1),
    "escape": of_texts(lambda value, target: chosen(ESCAPERS, target)(value), 1),
    "unescape": of_texts(unescape, 1),
}
