"""How FHIR's primitive types are written, dates checked against the calendar.

The patterns hold for whole values and use nothing that needs backtracking, so that the same text
serves Python and the linear-time engine of the compiled schema.
Source: FHIR R4, https://hl7.org/fhir/R4/datatypes.html#primitive
"""

import re
from dataclasses import dataclass

_YEAR = "([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_MONTH = "(0[1-9]|1[0-2])"
_DAY = (
    f"({_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = "(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f"
_SPACE = r" \t\r\n"
_WORD = f"[^{_SPACE}{_CONTROL}]+"
_TEXT = f"[^{_CONTROL}]+"
_HEX = "[0-9a-fA-F]"
_BASE64 = f"([0-9A-Za-z+/][{_SPACE}]*)"


@dataclass(frozen=True, slots=True)
class Primitive:
    """One primitive type: how JSON holds it, its pattern or bounds, and a hint for whoever mends it."""

    json: str
    pattern: str = ""
    minimum: int | None = None
    maximum: int | None = None
    hint: str = "wrong form"
    hint_zh: str = "格式不符"


_INT_MAX = 2**31 - 1
_STRING = Primitive(
    "string", _TEXT, hint="it is empty or holds control characters", hint_zh="为空或含控制字符"
)
_URI = Primitive("string", _WORD, hint="a URI holds no spaces", hint_zh="URI 不能含空格")

PRIMITIVES = {
    "boolean": Primitive("boolean"),
    "integer": Primitive("integer", "", -(2**31), _INT_MAX, "a whole number of 32 bits", "32 位整数"),
    "positiveInt": Primitive("integer", "", 1, _INT_MAX, "a whole number from 1", "从 1 起的整数"),
    "unsignedInt": Primitive("integer", "", 0, _INT_MAX, "a whole number from 0", "从 0 起的整数"),
    "decimal": Primitive("number"),
    "string": _STRING,
    "markdown": _STRING,
    "xhtml": _STRING,
    "code": Primitive(
        "string",
        f"{_WORD}([{_SPACE}]{_WORD})*",
        hint="no space at its ends, none doubled",
        hint_zh="首尾及连续空格不允许",
    ),
    "id": Primitive(
        "string",
        r"[A-Za-z0-9.\-]{1,64}",
        hint="1 to 64 letters, digits, hyphens and dots",
        hint_zh="1–64 个字母、数字、连字符或点",
    ),
    "uri": _URI,
    "url": _URI,
    "canonical": _URI,
    "oid": Primitive(
        "string", r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+", hint="as urn:oid:1.2.3", hint_zh="如 urn:oid:1.2.3"
    ),
    "uuid": Primitive(
        "string",
        f"urn:uuid:{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
        hint="as urn:uuid: and 36 characters",
        hint_zh="urn:uuid: 加 36 个字符",
    ),
    "date": Primitive(
        "string",
        f"({_YEAR}(-{_MONTH})?|{_DAY})",
        hint="as 2024, 2024-03 or 2024-03-01",
        hint_zh="如 2024、2024-03 或 2024-03-01",
    ),
    "dateTime": Primitive(
        "string",
        f"({_YEAR}(-{_MONTH})?|{_DAY}(T{_CLOCK}{_ZONE})?)",
        hint="as 2024-03-01 or 2024-03-01T08:30:00+08:00",
        hint_zh="如 2024-03-01 或 2024-03-01T08:30:00+08:00",
    ),
    "instant": Primitive(
        "string",
        f"{_DAY}T{_CLOCK}{_ZONE}",
        hint="as 2024-03-01T08:30:00+08:00",
        hint_zh="如 2024-03-01T08:30:00+08:00",
    ),
    "time": Primitive("string", _CLOCK, hint="as 08:30:00", hint_zh="如 08:30:00"),
    "base64Binary": Primitive(
        "string",
        rf"[{_SPACE}]*({_BASE64}{{4}})*({_BASE64}{{4}}|{_BASE64}{{2}}[0-9A-Za-z+/=][{_SPACE}]*=[{_SPACE}]*)",
        hint="base64 in groups of four",
        hint_zh="四个一组的 base64",
    ),
}  # fmt: skip

LOOKS_LIKE_A_DAY = re.compile(r"\d{4}-\d\d(-\d\d(T.*)?)?", re.ASCII)

_compiled = {name: re.compile(p.pattern) for name, p in PRIMITIVES.items() if p.pattern}


def is_written(type_name: str, text: str) -> bool:
    """Whether a text is written as this type asks."""
    if type_name == "base64Binary":
        return is_base64(text)
    return _compiled[type_name].fullmatch(text) is not None


def is_base64(text: str) -> bool:
    """Whether a text is base64; in one pass, since it may be megabytes long."""
    packed = re.sub(f"[{_SPACE}]", "", text)
    body = packed.rstrip("=")
    padding = len(packed) - len(body)
    return (
        bool(packed)
        and len(packed) % 4 == 0
        and padding <= 2
        and re.fullmatch("[0-9A-Za-z+/]*", body) is not None
    )
