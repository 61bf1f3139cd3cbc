"""Lists of codes of the registry, kept as definitions: posts, certificates, beds, equipment, kinds."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.words import Words
from kangmai.registry.errors import ValueUnknown
from kangmai.registry.types import PlaceKind


@cache
def vocabulary(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The codes of one list, in its order, each with `zh`, `en` and what else the list says of it."""
    for definition in definitions.load("registry", "vocabulary"):
        if definition.id == name:
            return {entry["code"]: entry for entry in definition.content["codes"]}
    raise KeyError(name)


def require_code(value: str, *, vocabulary_name: str, field: str) -> None:
    """Let pass a code that is in the list. Raises ValueUnknown."""
    known = vocabulary(vocabulary_name)
    if value not in known:
        raise ValueUnknown(field=field, value=value, known=", ".join(known))


@cache
def class_years(kind: str) -> Mapping[int, Words]:
    """The years of a kind of place that calls them by names, by their number; none for others."""
    named: Mapping[str, str] = {
        PlaceKind.KINDERGARTEN: "kindergarten_year",
        PlaceKind.NURSERY: "nursery_year",
    }
    known = vocabulary(named[kind]) if kind in named else {}
    return {int(code): Words(entry["zh"], entry["en"]) for code, entry in known.items()}
