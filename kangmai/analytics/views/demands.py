"""What the parts of a ViewDefinition in JSON must be: present, of their kind, known, well named."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kangmai.analytics.views.errors import ViewRefused

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
ANY_ELEMENT = frozenset(["id", "extension", "modifierExtension"])


def demand(value: Any, kind: type, place: str, reason: str) -> Any:
    """`value`, if it is of a kind. Raises: ViewRefused."""
    if not isinstance(value, kind):
        raise ViewRefused(place=place or "the view", reason=reason)
    return value


def text(source: Mapping[str, Any], key: str, place: str) -> str:
    """A text that must be there. Raises: ViewRefused."""
    value = source.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ViewRefused(place=place, reason=f"{key} must be a text")
    return value


def optional_text(source: Mapping[str, Any], key: str, place: str) -> str | None:
    return text(source, key, place) if key in source else None


def each(
    source: Mapping[str, Any],
    key: str,
    place: str,
    read: Callable[[Mapping[str, Any], str], Any],
    fewest: int = 0,
) -> Iterator[Any]:
    """What stands in a list, read one by one, with its place. Raises: ViewRefused."""
    inside = f"{place}.{key}" if place else key
    items = demand(source.get(key, []), list, inside, "a list is expected")
    if len(items) < fewest or (key in source and not items):
        raise ViewRefused(place=inside, reason="at least one is needed")
    for number, item in enumerate(items):
        here = f"{inside}[{number}]"
        yield read(demand(item, dict, here, "an object is expected"), here)


def check_known(source: Mapping[str, Any], known: frozenset[str], place: str, what: str) -> None:
    """Nothing stands there that the specification does not know. Raises: ViewRefused.

    What is misspelt would be passed over, and the rows be others than were meant. The companions of
    primitives (`_name`) may stand anywhere.
    """
    strange = sorted(key for key in set(source) - known - ANY_ELEMENT if not key.startswith("_"))
    if strange:
        raise ViewRefused(place=place, reason=f"{what} has no {strange[0]}")


def check_name(name: Any, place: str) -> None:
    """Names must do as names of tables and columns in any database. Raises: ViewRefused."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ViewRefused(
            place=place,
            reason=f"the name {name!r} must begin with a letter and hold letters, digits and _ only",
        )


def check_unique(names: list[str], kind: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ViewRefused(place=kind, reason=f"the name {name} is used twice")
        seen.add(name)
