"""Keyset paging: a page knows how to reach the next one and the first, never how many there are."""

from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses for the foot of a list; empty where there is nowhere to go."""

    first: str = ""
    next: str = ""


def pager(query: QueryDict, *, cursor: str | None, parameter: str = "after") -> Pager:
    """The pager of a list shown for `query`, whose next page begins after `cursor` (None at the end)."""
    first = ""
    if query.get(parameter):
        first = _address(query, parameter, None)
    return Pager(first, _address(query, parameter, cursor) if cursor else "")


def _address(query: QueryDict, parameter: str, value: str | None) -> str:
    changed = query.copy()
    changed.pop(parameter, None)
    if value is not None:
        changed[parameter] = value
    return f"?{changed.urlencode()}"
