"""Search values as they are written: separators, escapes, prefixes.

`,` separates alternatives, `|` a system from a code, `$` the parts of a composite; a backslash
takes away their meaning. Source: FHIR R4, https://hl7.org/fhir/R4/search.html#escaping
"""

import re

from kangmai.records.search.conditions import Comparator

_ESCAPED = re.compile(r"\\([,|$\\])")


def split(text: str, separator: str) -> list[str]:
    """The parts between separators that no backslash precedes; escapes stay in the parts."""
    parts, current, escaped = [], "", False
    for sign in text:
        if sign == separator and not escaped:
            parts.append(current)
            current = ""
        else:
            current += sign
        escaped = sign == "\\" and not escaped
    return [*parts, current]


def unescaped(text: str) -> str:
    """The text without the backslashes that protect separators."""
    return _ESCAPED.sub(r"\1", text)


def prefixed(text: str) -> tuple[Comparator, str]:
    """The comparator a value begins with, equality where it begins with none, and the rest."""
    if text[:2].isalpha():
        try:
            return Comparator(text[:2]), text[2:]
        except ValueError:
            raise ValueError(f"no comparator {text[:2]}") from None
    return Comparator.EQUAL, text
