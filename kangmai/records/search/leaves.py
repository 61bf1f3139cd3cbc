"""What the values of a parameter are: their FHIR types, and whether there can be more than one."""

from functools import cache

from kangmai.records.search import added
from kangmai.records.search.expressions import resolve
from kangmai.records.search.parameters import SearchParameter, parameter_by_number


@cache
def leaf_types(known: SearchParameter) -> frozenset[str]:
    """The FHIR types of the values that a parameter reads."""
    branches = [b for b in known.branches if not b.odd]
    paths = [path for b in branches for path in resolve(b, known.resource_type)]
    return frozenset(path.type_name for path in paths) or frozenset({"boolean"})


@cache
def has_one_value(p: int) -> bool:
    """Whether a resource can have one value of a parameter at most."""
    known = added.by_number(p) if p >= added.FIRST else parameter_by_number(p)
    paths = [path for b in known.branches for path in resolve(b, known.resource_type)]
    is_single = not any(step.is_list for path in paths for step in path.steps)
    return is_single and len({branch.names for branch in known.branches}) == 1
