"""Searches that must look into sealed people: for a part of a name, or in the order of names.

Their index holds keyed hashes only, in which there is no middle of a word and no order. Where the other criteria
leave few people, these are opened and looked at one by one; where they leave more, the search is refused with the
reason, and never answered in part.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from kangmai.records.search.conditions import AnyOf, Condition, Match, Strings
from kangmai.records.search.errors import NotNarrow
from kangmai.records.search.extraction import Keys, extract
from kangmai.records.search.parameters import Kind, parameters
from kangmai.records.search.query import Query, Sort
from kangmai.records.types import Stored

LARGEST_SET = 1000
"""People that one search may open."""


def needs_opening(query: Query) -> bool:
    """Whether a search asks what the index of sealed people cannot tell."""
    return bool(query.opened or any(each.is_opened for each in query.sort))


def opened(query: Query, found: Sequence[Stored]) -> list[Stored]:
    """Those of the people found that meet `query.opened`, in the order of its `sort`, the newest first among equals.

    Raises:
        NotNarrow: there are more than may be opened.
    """
    if len(found) > LARGEST_SET:
        raise NotNarrow(place=_place(query), limit=LARGEST_SET)
    keys = {each.rid: extract(orjson.loads(each.body)) for each in found}
    kept = [
        each for each in found if all(_holds(one, keys[each.rid].strings) for one in query.opened)
    ]
    kept.sort(key=lambda each: each.rid, reverse=True)
    for order in reversed(query.sort):
        kept = _sorted(kept, order, query.types[0], keys)
    return kept


def _place(query: Query) -> str:
    """What of a search needs the opening, as it was asked."""
    asked = [name for name, _ in query.used if name.endswith(":contains")]
    return asked[0] if asked else "_sort"


def _holds(condition: Condition, texts: Sequence[tuple[int, str]]) -> bool:
    match condition:
        case Strings(numbers, Match.CONTAINS, parts):
            return any(p in numbers and part in text for p, text in texts for part in parts)
        case AnyOf(conditions):
            return any(_holds(each, texts) for each in conditions)
    raise TypeError(f"{type(condition).__name__} needs no opening")


def _sorted(people: list[Stored], order: Sort, kind: str, keys: Mapping[int, Keys]) -> list[Stored]:
    """The same people by one sort key, who have no value for it last."""
    values = {each.rid: _values(each, order.name, kind, keys[each.rid]) for each in people}
    having = [each for each in people if values[each.rid]]
    best = max if order.is_descending else min
    having.sort(key=lambda each: best(values[each.rid]), reverse=order.is_descending)
    return having + [each for each in people if not values[each.rid]]


def _values(person: Stored, name: str, kind: str, keys: Keys) -> list[Any]:
    """What somebody is sorted by: texts, or moments."""
    if name == "_id":
        return [person.id]
    if name == "_lastUpdated":
        return [person.updated_at]
    known = parameters(kind)[name]
    numbers = {source.p for source in known.sources}
    if known.kind is Kind.DATE:
        return [lo for p, lo, _ in keys.dates if abs(p) in numbers]
    return [text for p, text in keys.strings if p in numbers]
