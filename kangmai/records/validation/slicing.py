"""Which values of an element belong to which slice of a profile.

Slices by `profile` or `exists` are not told apart. Source: https://hl7.org/fhir/R4/profiling.html#slicing
"""

from typing import Any

from kangmai.records.validation.profile_reading import Node


def has_pattern(value: Any, pattern: Any) -> bool:
    """Whether a value has at least what a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and has_pattern(value[key], part) for key, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(has_pattern(each, part) for each in value) for part in pattern
        )
    return bool(value == pattern)


Wanted = list[tuple[str, str, Any, bool]]


def discriminated(node: Node, of_slice: Node) -> Wanted | None:
    """What tells a slice's values: (kind, path, value, is pattern) each; None where we cannot tell."""
    discriminators = node.discriminators
    if not discriminators and node.name in ("extension", "modifierExtension"):
        discriminators = [("value", "url")]
    if not discriminators and node.name.endswith("[x]"):
        discriminators = [("type", "$this")]
    found: Wanted = []
    for kind, path in discriminators:
        if kind == "type" and path == "$this":
            found.append(("type", path, set(of_slice.types), False))
        elif kind in ("value", "pattern"):
            value = _slice_value(of_slice, path)
            if value is None:
                return None
            found.append(("value", path, *value))
        else:
            return None
    return found or None


def _slice_value(of_slice: Node, path: str) -> tuple[Any, bool] | None:
    """The fixed value or pattern that a slice has at a path."""
    node = of_slice
    steps = [] if path == "$this" else path.split(".")
    for number, step in enumerate(steps):
        if node.pattern is not None:
            return _within(node.pattern, steps[number:])
        if step not in node.parts:
            profiles = [url for urls in of_slice.types.values() for url in urls]
            return (profiles[0], False) if step == "url" and profiles else None
        node = node.parts[step]
    if node.fixed is not None:
        return node.fixed, False
    return (node.pattern, True) if node.pattern is not None else None


def _within(pattern: Any, steps: list[str]) -> tuple[Any, bool] | None:
    for step in steps:
        pattern = pattern[0] if isinstance(pattern, list) and pattern else pattern
        pattern = pattern.get(step) if isinstance(pattern, dict) else None
    return (pattern, True) if pattern is not None else None


def belongs(wanted: Wanted, type_name: str, value: Any) -> bool:
    """Whether a value is one of a slice."""
    for kind, path, expected, is_pattern in wanted:
        if kind == "type":
            if type_name not in expected:
                return False
            continue
        found = _at(value, path)
        if not any(has_pattern(f, expected) if is_pattern else f == expected for f in found):
            return False
    return True


def _at(value: Any, path: str) -> list[Any]:
    found = [value]
    for step in [] if path == "$this" else path.split("."):
        below = [f.get(step) for f in found if isinstance(f, dict)]
        found = [x for b in below for x in (b if isinstance(b, list) else [b]) if x is not None]
    return found
