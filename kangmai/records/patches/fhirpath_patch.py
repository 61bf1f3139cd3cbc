"""FHIRPath Patch: add, insert, delete, replace and move at places that FHIRPath names.

Source: FHIR R4, https://hl7.org/fhir/R4/fhirpatch.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kangmai.records.fhirpath.errors import ExpressionRefused
from kangmai.records.fhirpath.model import MemberFact, TypeFact, choice_key, find_type
from kangmai.records.patches.errors import Misfit, PatchFailed, PatchUnreadable
from kangmai.records.patches.places import Place, find_places, member_of

_NEEDS = {
    "add": ("path", "name", "value"),
    "insert": ("path", "index", "value"),
    "delete": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "source", "destination"),
}


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation, its parts by name; `value` stays the part itself."""

    type: str
    path: str
    name: str = ""
    index: int = 0
    source: int = 0
    destination: int = 0
    value: Any = None


def apply(resource: Any, parameters: list[Any]) -> Any:
    """The resource after every operation, in their order; `resource` itself is used up.

    Raises:
        PatchUnreadable: an operation is not written as one.
        PatchFailed: it does not fit the resource.
    """
    for position, parameter in enumerate(parameters):
        operation = _read(parameter, position)
        try:
            _CARRY_OUT[operation.type](resource, operation)
        except (Misfit, ExpressionRefused) as reason:
            raise PatchFailed(
                position=position, name=operation.type, path=operation.path, reason=str(reason)
            ) from None
    return resource


def _read(parameter: Any, position: int) -> _Operation:
    if not isinstance(parameter, dict) or parameter.get("name") != "operation":
        raise PatchUnreadable(reason=f"parameter {position} is not called operation")
    parts = parameter.get("part")
    found: dict[str, Any] = {}
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict) and isinstance(part.get("name"), str):
            found[part["name"]] = part if part["name"] == "value" else _simple(part)
    kind = found.pop("type", None)
    if kind not in _NEEDS:
        raise PatchUnreadable(reason=f"operation {position} has no type out of {', '.join(_NEEDS)}")
    for name in _NEEDS[kind]:
        wanted = int if name in ("index", "source", "destination") else str
        if name not in found or (name != "value" and type(found[name]) is not wanted):
            raise PatchUnreadable(reason=f"operation {position} lacks '{name}'")
    return _Operation(kind, **{name: found[name] for name in _NEEDS[kind]})


def _simple(part: dict[str, Any]) -> Any:
    return next((value for key, value in part.items() if key.startswith("value")), None)


# Operations -------------------------------------------------------------------------------------


def _add(resource: Any, operation: _Operation) -> None:
    at = _one(find_places(resource, operation.path))
    holder = at.value
    if not isinstance(holder, dict):
        raise Misfit("only elements with parts can be added to")
    member = member_of(at.fact, operation.name)
    if member is None:
        raise Misfit(f"{at.fact.name or 'the element'} has no element {operation.name[:60]}")
    key, value = _content(member, operation)
    if member.repeats:
        holder.setdefault(key, []).append(value)
    elif any(name in holder for name in member.keys):
        raise Misfit(f"{operation.name} is there already and cannot repeat")
    else:
        holder[key] = value


def _insert(resource: Any, operation: _Operation) -> None:
    found = find_places(resource, operation.path)
    if not found:
        raise Misfit("the path leads nowhere; use add for the first of a list")
    items = found[0].items
    if items is None or any(place.items is not items for place in found):
        raise Misfit("the path does not lead to one list")
    if not 0 <= operation.index <= len(items):
        raise Misfit(f"the list has {len(items)} items")
    _, value = _content(found[0].member, operation)
    items.insert(operation.index, value)
    found[0].shift_half(lambda halves: halves.insert(operation.index, None))


def _delete(resource: Any, operation: _Operation) -> None:
    found = find_places(resource, operation.path)
    if found:
        _one(found).remove()


def _replace(resource: Any, operation: _Operation) -> None:
    place = _one(find_places(resource, operation.path))
    if place.member is None:
        raise Misfit("the whole resource cannot be replaced; send an update")
    key, value = _content(place.member, operation)
    place.put(key, value)


def _move(resource: Any, operation: _Operation) -> None:
    found = find_places(resource, operation.path)
    items = found[0].items if found else None
    if items is None or any(place.items is not items for place in found):
        raise Misfit("the path does not lead to one list")
    for index in (operation.source, operation.destination):
        if not 0 <= index < len(items):
            raise Misfit(f"the list has {len(items)} items")
    items.insert(operation.destination, items.pop(operation.source))

    def follow(halves: list[Any]) -> None:
        halves.insert(operation.destination, halves.pop(operation.source))

    found[0].shift_half(follow)


_CARRY_OUT: dict[str, Callable[[Any, _Operation], None]] = {
    "add": _add,
    "insert": _insert,
    "delete": _delete,
    "replace": _replace,
    "move": _move,
}


def _one(found: list[Place]) -> Place:
    if len(found) != 1:
        raise Misfit(f"the path must lead to one element and leads to {len(found)}")
    return found[0]


# Values -----------------------------------------------------------------------------------------


def _content(member: MemberFact | None, operation: _Operation) -> tuple[str, Any]:
    """The JSON key and value of what is to be put in the place of `member`."""
    if member is None:
        raise Misfit("the path leads to the resource itself")
    return _written(member, operation.value)


def _written(member: MemberFact, part: dict[str, Any]) -> tuple[str, Any]:
    """A Parameters part as the value of an element: `value[x]`, a resource, or parts of its own.

    Parts of its own are how elements without a type of their name (backbone elements) are written.
    """
    if "resource" in part:
        return member.name, part["resource"]
    given = next((key for key in part if key.startswith("value") and key != "valueSet"), None)
    if given is not None:
        return _key(member, given), part[given]
    inside = part.get("part")
    if not isinstance(inside, list) or not inside:
        raise Misfit("the operation has no value")
    name = next(iter(member.keys.values()))
    fact = find_type(name)
    if fact is None or member.is_choice:
        raise Misfit(f"{member.name} cannot be written in parts")
    return member.name, _composed(fact, inside)


def _key(member: MemberFact, given: str) -> str:
    """The JSON key for a value given as `valueQuantity`: of a choice it names the type."""
    if not member.is_choice:
        return member.name
    type_name = given.removeprefix("value")
    for key in member.keys:
        if key == choice_key(member.name, type_name):
            return key
    raise Misfit(f"{member.name}[x] cannot be a {type_name}")


def _composed(fact: TypeFact, parts: list[Any]) -> dict[str, Any]:
    """An object put together from parts, each named for an element of its type."""
    found: dict[str, Any] = {}
    for part in parts:
        name = part.get("name") if isinstance(part, dict) else None
        member = member_of(fact, name) if isinstance(name, str) else None
        if member is None:
            raise Misfit(f"{fact.name} has no element {str(name)[:60]}")
        key, value = _written(member, part)
        if member.repeats:
            found.setdefault(key, []).append(value)
        else:
            found[key] = value
    return found
