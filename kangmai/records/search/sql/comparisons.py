"""Comparisons of stored values with what is searched for, by comparator.

Source: FHIR R4, https://hl7.org/fhir/R4/search.html#prefix
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from kangmai.records.search.conditions import Comparator, Match, Quantities
from kangmai.records.search.sql.pieces import Text


def compared_dates(comparator: Comparator, lo: datetime, hi: datetime) -> Text:
    """A stored half-open range against [lo, hi)."""
    text = Text()
    match comparator:
        case Comparator.EQUAL:
            # The last condition follows from the others; it bounds the scan of the index.
            return text.add("k.lo >= %s AND k.hi <= %s AND k.lo < %s", lo, hi, hi)
        case Comparator.NOT_EQUAL:
            return text.add("(k.lo < %s OR k.hi > %s)", lo, hi)
        case Comparator.GREATER:
            return text.add("k.hi > %s", hi)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("(k.hi > %s OR k.lo >= %s)", hi, lo)
        case Comparator.LESS:
            return text.add("k.lo < %s", lo)
        case Comparator.LESS_OR_EQUAL:
            return text.add("(k.lo < %s OR k.hi <= %s)", lo, hi)
        case Comparator.STARTS_AFTER:
            return text.add("k.lo >= %s", hi)
        case Comparator.ENDS_BEFORE:
            return text.add("k.hi <= %s", lo)
        case Comparator.APPROXIMATE:
            return text.add("k.lo < %s AND k.hi > %s", hi, lo)
        case _:
            assert_never(comparator)


def compared_instants(comparator: Comparator, lo: datetime, hi: datetime) -> Text:
    """The instant of the latest change against [lo, hi)."""
    text = Text()
    match comparator:
        case Comparator.EQUAL | Comparator.APPROXIMATE:
            return text.add("(r.ts >= %s AND r.ts < %s)", lo, hi)
        case Comparator.NOT_EQUAL:
            return text.add("(r.ts < %s OR r.ts >= %s)", lo, hi)
        case Comparator.GREATER | Comparator.STARTS_AFTER:
            return text.add("r.ts >= %s", hi)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("r.ts >= %s", lo)
        case Comparator.LESS | Comparator.ENDS_BEFORE:
            return text.add("r.ts < %s", lo)
        case Comparator.LESS_OR_EQUAL:
            return text.add("r.ts < %s", hi)
        case _:
            assert_never(comparator)


def compared_ranges(wanted: Quantities) -> Text:
    """A stored closed range of numbers against a value, or against [lo, hi) which it stands for."""
    text = Text()
    value, lo, hi = wanted.value, wanted.lo, wanted.hi
    match wanted.comparator:
        case Comparator.EQUAL:
            return text.add(
                "k.lo >= %s::float8 AND k.hi < %s::float8 AND k.lo < %s::float8", lo, hi, hi
            )
        case Comparator.NOT_EQUAL:
            return text.add("(k.lo < %s::float8 OR k.hi >= %s::float8)", lo, hi)
        case Comparator.GREATER:
            return text.add("k.hi > %s::float8", value)
        case Comparator.GREATER_OR_EQUAL:
            return text.add("k.hi >= %s::float8", value)
        case Comparator.LESS:
            return text.add("k.lo < %s::float8", value)
        case Comparator.LESS_OR_EQUAL:
            return text.add("k.lo <= %s::float8", value)
        case Comparator.STARTS_AFTER:
            return text.add("k.lo > %s::float8", value)
        case Comparator.ENDS_BEFORE:
            return text.add("k.hi < %s::float8", value)
        case Comparator.APPROXIMATE:
            return text.add("k.lo <= %s::float8 AND k.hi >= %s::float8", hi, lo)
        case _:
            assert_never(wanted.comparator)


def compared_point(column: str, wanted: Quantities) -> Text:
    """One stored number against a value, or against [lo, hi)."""
    text = Text()
    match wanted.comparator:
        case Comparator.EQUAL | Comparator.APPROXIMATE:
            return text.add(
                f"({column} >= %s::float8 AND {column} < %s::float8)", wanted.lo, wanted.hi
            )
        case Comparator.NOT_EQUAL:
            return text.add(
                f"({column} < %s::float8 OR {column} >= %s::float8)", wanted.lo, wanted.hi
            )
        case Comparator.GREATER | Comparator.STARTS_AFTER:
            return text.add(f"{column} > %s::float8", wanted.value)
        case Comparator.GREATER_OR_EQUAL:
            return text.add(f"{column} >= %s::float8", wanted.value)
        case Comparator.LESS | Comparator.ENDS_BEFORE:
            return text.add(f"{column} < %s::float8", wanted.value)
        case Comparator.LESS_OR_EQUAL:
            return text.add(f"{column} <= %s::float8", wanted.value)
        case _:
            assert_never(wanted.comparator)


def compared_texts(match_: Match, texts: Sequence[str]) -> Text:
    text = Text()
    if match_ is Match.EQUALS:
        return text.add("k.v = ANY(%s::text[])", list(texts))
    text.add("(")
    for number, each in enumerate(texts):
        if number:
            text.add("OR")
        if match_ is Match.STARTS:
            text.add("(k.v >= %s AND k.v < %s)", each, each + "\U0010ffff")
        else:
            escaped = each.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            text.add("k.v LIKE %s", f"%{escaped}%")
    return text.add(")")
