"""What references may mean: the types a chain goes on with, the addresses that a written reference stands for."""

from functools import cache

from kangmai.records.fhir.definitions import resource_types
from kangmai.records.search import added
from kangmai.records.search.parameters import (
    Kind,
    SearchParameter,
    Source,
    parameters,
)
from kangmai.records.search.rows import local


def chain_targets(
    known: SearchParameter, source: Source, modifier: str, following: str
) -> list[str]:
    """The types a chain goes on with: the one named, or all that have the next parameter."""
    allowed = {source.target} if source.target else known.targets
    if modifier:
        return [modifier] if modifier in allowed else []
    has_next = [t for t in sorted(allowed) if following == "_has" or added.find(t, following)]
    return has_next


@cache
def hierarchy_of(resource_type: str) -> int | None:
    """The number of the parameter by which a part points to its whole of the same type; None where there is none."""
    for name in ("partof", "part-of"):
        known = parameters(resource_type).get(name) if resource_type in resource_types() else None
        if known is not None and resource_type in known.targets:
            return known.sources[0].p
    return None


def references_to(source_type: str, resource_type: str) -> list[str]:
    """The parameters by which one type may point to another."""
    return sorted(
        p.name
        for p in parameters(source_type).values()
        if p.kind is Kind.REFERENCE and resource_type in p.targets
    )


def written_targets(
    known: SearchParameter, source: Source, modifier: str, value: str, server: str
) -> list[str]:
    """What a reference in a search may mean, as it is hashed: an id alone means any allowed type."""
    allowed = {source.target} if source.target else known.targets
    target = local(value, server) if value else None
    if not target:
        return []
    if "://" in target or target.startswith("urn:"):
        return [target]
    named, slash, _ = target.partition("/")
    if slash:
        is_wanted = modifier in ("", named) and source.target in (None, named)
        return [target] if is_wanted and named in resource_types() else []
    return [f"{t}/{target}" for t in sorted({modifier} & allowed if modifier else allowed)]
