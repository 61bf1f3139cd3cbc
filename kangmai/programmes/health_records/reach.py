"""Whose health records an actor sees: residents of his places and institutions, never of those who object."""

from collections.abc import Mapping
from dataclasses import dataclass

from kangmai.kernel.actor import DataScope


@dataclass(frozen=True, slots=True)
class Reach:
    """SQL over r (identity_resident) with its named parameters."""

    sql: str
    values: Mapping[str, object]


def reach(scope: DataScope) -> Reach:
    """The residents a scope reaches by place or institution."""
    if scope.everything:
        return Reach("true", {})
    values: dict[str, object] = {
        "orgs": sorted(scope.organizations),
        "objections": sorted(scope.objections),
    }
    parts = ["r.managing_org = ANY(%(orgs)s::bigint[])"]
    for number, place in enumerate(scope.places):
        values |= {f"low{number}": place.low, f"high{number}": place.high}
        parts.append(f"(r.place_code >= %(low{number})s AND r.place_code < %(high{number})s)")
    sql = f"({' OR '.join(parts)}) AND NOT r.id = ANY(%(objections)s::bigint[])"
    return Reach(sql, values)
