"""Direct readers of constants, and of `=`, `!=`, `and`, `or`, `not` and comparisons between them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kangmai.records.fhirpath.elements import Element

Read = Callable[[Any], Any]
URIS = frozenset(["uri", "url", "canonical", "oid", "uuid"])
STRINGS = URIS | {"string", "code", "id", "markdown", "xhtml", "base64Binary"}
INTEGERS = frozenset(["integer", "positiveInt", "unsignedInt"])


@dataclass(frozen=True, slots=True)
class Direct:
    """A reader of JSON: what type it gives, whether one or many, and a test of presence."""

    read: Read
    type_name: str
    is_many: bool = False
    is_present: Read | None = None


def constant(value: Any) -> Direct | None:
    """A text, whole number or Boolean; a FHIR constant by its type."""
    if isinstance(value, Element):
        known = value.fact.name in STRINGS | INTEGERS | {"boolean"}
        return fixed(value.value, value.fact.name) if known else None
    names = {str: "string", int: "integer", bool: "boolean"}
    name = names.get(type(value))
    return None if name is None else fixed(value, name)


def fixed(value: Any, type_name: str) -> Direct:
    return Direct(lambda _: value, type_name)


def binary(operator: str, left: Direct | None, right: Direct | None) -> Direct | None:
    """`=`, `!=`, `and`, `or` on single values, and comparison of numbers."""
    if left is None or right is None or right.is_many:
        return None
    if operator in ("=", "!=") and family(left) == family(right) is not None:
        return Direct(equality(left, right.read, operator == "="), "boolean")
    if operator in ("and", "or") and both(left, right, "boolean"):
        combine = conjunction if operator == "and" else disjunction
        return Direct(combine(left.read, right.read), "boolean")
    if operator in ORDERS and both(left, right, "number"):
        return Direct(comparison(left.read, right.read, ORDERS[operator]), "boolean")
    return None


def family(source: Direct) -> str | None:
    """Types whose JSON values are equal exactly if they are."""
    name = source.type_name
    if name in STRINGS:
        return "string"
    if name in INTEGERS:
        return "integer"
    return "boolean" if name == "boolean" else None


def both(left: Direct, right: Direct, kind: str) -> bool:
    """Whether both are single values of a kind."""

    def fits(side: Direct) -> bool:
        if kind == "number":
            return side.type_name in INTEGERS | {"decimal"}
        return side.type_name == kind

    return not left.is_many and not right.is_many and fits(left) and fits(right)


def equality(left: Direct, right: Read, is_equal: bool) -> Read:
    """`=` with a single value on the right; a collection of many is never equal to it."""
    read, is_many = left.read, left.is_many

    def run(value: Any) -> bool | None:
        ours, theirs = read(value), right(value)
        if is_many:
            if len(ours) > 1:
                return None if theirs is None else not is_equal
            ours = ours[0] if ours else None
        if ours is None or theirs is None:
            return None
        return (ours == theirs) is is_equal

    return run


def conjunction(left: Read, right: Read) -> Read:
    def run(value: Any) -> bool | None:
        ours = left(value)
        if ours is False:
            return False
        theirs = right(value)
        if theirs is False:
            return False
        return True if ours and theirs else None

    return run


def disjunction(left: Read, right: Read) -> Read:
    def run(value: Any) -> bool | None:
        ours = left(value)
        if ours:
            return True
        theirs = right(value)
        if theirs:
            return True
        return False if ours is False and theirs is False else None

    return run


ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda ours, theirs: ours < theirs,
    "<=": lambda ours, theirs: ours <= theirs,
    ">": lambda ours, theirs: ours > theirs,
    ">=": lambda ours, theirs: ours >= theirs,
}


def comparison(left: Read, right: Read, compare: Callable[[Any, Any], bool]) -> Read:
    def run(value: Any) -> bool | None:
        ours, theirs = left(value), right(value)
        if ours is None or theirs is None:
            return None
        return compare(exact(ours), exact(theirs))

    return run


def exact(value: Any) -> Any:
    """A JSON number as it was written."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def negated(source: Direct | None) -> Direct | None:
    if source is None:
        return None
    read = source.read

    def run(value: Any) -> bool | None:
        found = read(value)
        return None if found is None else not found

    return Direct(run, "boolean")
