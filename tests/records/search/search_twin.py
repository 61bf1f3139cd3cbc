"""A slow and obvious search over extracted keys, to compare the SQL with."""

from dataclasses import dataclass
from datetime import datetime

from kangmai.records.search.conditions import (
    AllOf,
    AnyOf,
    Chained,
    Comparator,
    Condition,
    Coordinates,
    Dates,
    Ids,
    Match,
    Missing,
    Not,
    PointedAt,
    Quantities,
    References,
    Strings,
    Tokens,
    Updated,
)
from kangmai.records.search.extraction import Keys, extract
from kangmai.records.search.hashing import hash64


@dataclass(frozen=True)
class Document:
    """One stored resource."""

    rid: int
    type: str
    id: str
    updated: datetime
    keys: Keys

    @property
    def hash(self) -> int:
        return hash64(f"{self.type}/{self.id}")


def documents(resources: list[dict], updated: datetime, **options) -> list[Document]:
    """The resources in order, each with the next rid from 1."""
    return [
        Document(n, r["resourceType"], r.get("id", f"x{n}"), updated, extract(r, **options))
        for n, r in enumerate(resources, 1)
    ]


def search(query, all_documents: list[Document]) -> list[int]:
    """The rids of all matches, the newest first."""
    return sorted(
        (
            d.rid
            for d in all_documents
            if d.type in query.types and all(holds(c, d, all_documents) for c in query.where)
        ),
        reverse=True,
    )


def holds(condition: Condition, d: Document, everything: list[Document]) -> bool:
    """Whether a condition holds for a document."""
    match condition:
        case AnyOf(conditions):
            return any(holds(c, d, everything) for c in conditions)
        case AllOf(conditions):
            return all(holds(c, d, everything) for c in conditions)
        case Not(inner):
            return not holds(inner, d, everything)
        case Tokens(keys, system):
            return any(h in keys and system in (None, s) for h, s in d.keys.tokens)
        case Ids(ids):
            return d.id in ids
        case References(targets, numbers):
            return any(t in targets and p in numbers for t, p in d.keys.references)
        case Strings(numbers, match, texts):
            return any(
                p in numbers and any(_text(match, v, t) for t in texts) for p, v in d.keys.strings
            )
        case Dates(numbers):
            return any(
                abs(p) in numbers
                and all(
                    _range(c.comparator, a, b, c.lo, c.hi) for c in (condition, *condition.also)
                )
                for p, a, b in d.keys.dates
            )
        case Updated(comparator, lo, hi):
            return _instant(comparator, d.updated, lo, hi)
        case Quantities(numbers, unit):
            return any(
                p in numbers and unit in (None, u) and _closed(condition, a, b)
                for p, u, a, b in d.keys.quantities
            )
        case Coordinates(numbers, unit, start, end):
            return any(
                p in numbers and u == unit and _closed(start, a, a) and _closed(end, b, b)
                for p, u, a, b in d.keys.quantities
            )
        case Missing(numbers, is_missing):
            return is_missing != any(p in numbers for p in d.keys.present)
        case Chained(numbers, resource_type, where):
            ends = {t for t, p in d.keys.references if p in numbers}
            return any(
                e.hash in ends
                for e in everything
                if e.type == resource_type and all(holds(c, e, everything) for c in where)
            )
        case PointedAt(numbers, resource_type, where):
            return any(
                any(t == d.hash and p in numbers for t, p in e.keys.references)
                for e in everything
                if e.type == resource_type and all(holds(c, e, everything) for c in where)
            )
    raise AssertionError(condition)


def _text(match: Match, value: str, wanted: str) -> bool:
    if match is Match.EQUALS:
        return value == wanted
    return value.startswith(wanted) if match is Match.STARTS else wanted in value


def _range(comparator: Comparator, a, b, lo, hi) -> bool:
    """Source: https://hl7.org/fhir/R4/search.html#prefix, read word by word for [a, b) and [lo, hi)."""
    contained = lo <= a and b <= hi
    above, below = b > hi, a < lo
    return {
        Comparator.EQUAL: contained,
        Comparator.NOT_EQUAL: not contained,
        Comparator.GREATER: above,
        Comparator.LESS: below,
        Comparator.GREATER_OR_EQUAL: above or contained,
        Comparator.LESS_OR_EQUAL: below or contained,
        Comparator.STARTS_AFTER: a >= hi,
        Comparator.ENDS_BEFORE: b <= lo,
        Comparator.APPROXIMATE: a < hi and lo < b,
    }[comparator]


def _instant(comparator: Comparator, at: datetime, lo: datetime, hi: datetime) -> bool:
    inside = lo <= at < hi
    return {
        Comparator.EQUAL: inside,
        Comparator.APPROXIMATE: inside,
        Comparator.NOT_EQUAL: not inside,
        Comparator.GREATER: at >= hi,
        Comparator.STARTS_AFTER: at >= hi,
        Comparator.LESS: at < lo,
        Comparator.ENDS_BEFORE: at < lo,
        Comparator.GREATER_OR_EQUAL: at >= lo,
        Comparator.LESS_OR_EQUAL: at < hi,
    }[comparator]


def _closed(wanted: Quantities, a: float, b: float) -> bool:
    inside = wanted.lo <= a and b < wanted.hi
    return {
        Comparator.EQUAL: inside,
        Comparator.NOT_EQUAL: not inside,
        Comparator.GREATER: b > wanted.value,
        Comparator.LESS: a < wanted.value,
        Comparator.GREATER_OR_EQUAL: b >= wanted.value,
        Comparator.LESS_OR_EQUAL: a <= wanted.value,
        Comparator.STARTS_AFTER: a > wanted.value,
        Comparator.ENDS_BEFORE: b < wanted.value,
        Comparator.APPROXIMATE: a <= wanted.hi and wanted.lo <= b,
    }[wanted.comparator]
