"""JSON Patch: add, remove, replace, move, copy and test at JSON Pointers.

Source: RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer); FHIR R4, https://hl7.org/fhir/R4/http.html#patch
"""

import re
from copy import deepcopy
from decimal import Decimal
from typing import Any

from kangmai.records.patches import exact
from kangmai.records.patches.errors import Misfit, PatchFailed, PatchUnreadable

COPY_LIMIT_BYTES = 8 * 2**20
"""What `copy` may add in one patch: doubling again and again would fill the memory."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_NEEDS = {
    "add": ("value",),
    "remove": (),
    "replace": ("value",),
    "move": ("from",),
    "copy": ("from",),
    "test": ("value",),
}


def apply(resource: Any, operations: list[Any]) -> Any:
    """The resource after every operation, in their order; `resource` itself is used up.

    Raises:
        PatchUnreadable: an operation is not written as one.
        PatchFailed: it does not fit the resource.
    """
    document = {"": resource}  # so that the whole has a place, too
    budget = COPY_LIMIT_BYTES
    for position, operation in enumerate(operations):
        _check(operation, position)
        try:
            budget -= _carry_out(document, operation, budget)
        except Misfit as reason:
            raise PatchFailed(
                position=position, name=operation["op"], path=operation["path"], reason=str(reason)
            ) from None
    if "" not in document:
        raise PatchUnreadable(reason="it removes the whole resource")
    return document[""]


def _check(operation: Any, position: int) -> None:
    if not isinstance(operation, dict) or operation.get("op") not in _NEEDS:
        raise PatchUnreadable(reason=f"operation {position} has no op out of {', '.join(_NEEDS)}")
    for name in ("path", *_NEEDS[operation["op"]]):
        if name not in operation:
            raise PatchUnreadable(reason=f"operation {position} lacks '{name}'")
        if name != "value" and not isinstance(operation[name], str):
            raise PatchUnreadable(reason=f"'{name}' of operation {position} is no text")


def _carry_out(document: dict[str, Any], operation: dict[str, Any], budget: int) -> int:
    """Do one operation; returns the bytes it copied."""
    holder, key = _place(document, operation["path"])
    match operation["op"]:
        case "test":
            if not is_equal(_get(holder, key), operation["value"]):
                raise Misfit("the value is another one")
        case "add":
            _add(holder, key, operation["value"])
        case "replace":
            _get(holder, key)
            holder[_existing(holder, key)] = operation["value"]
        case "remove":
            _remove(holder, key)
        case "move":
            _move(document, operation["from"], operation["path"])
        case "copy":
            value = _get(*_place(document, operation["from"]))
            size = len(exact.write(value))
            if size > budget:
                raise Misfit(f"a patch may copy {COPY_LIMIT_BYTES // 2**20} MB at most")
            _add(holder, key, deepcopy(value))
            return size
    return 0


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise Misfit("a JSON Pointer begins with /")
    if re.search(r"~(?![01])", pointer):
        raise Misfit("a ~ stands only before 0 or 1")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _place(document: dict[str, Any], pointer: str) -> tuple[Any, str]:
    """What holds the value at a pointer, and its key or index there."""
    holder: Any = document
    key = ""
    for step in _steps(pointer):
        holder, key = _get(holder, key), step
    return holder, key


def _existing(holder: Any, key: str) -> Any:
    """The key as the holder takes it. Raises: Misfit where nothing stands there."""
    if isinstance(holder, dict) and key in holder:
        return key
    if isinstance(holder, list) and _INDEX.fullmatch(key) and int(key) < len(holder):
        return int(key)
    raise Misfit(f"there is nothing at '{key[:60]}'")


def _get(holder: Any, key: str) -> Any:
    return holder[_existing(holder, key)]


def _add(holder: Any, key: str, value: Any) -> None:
    if isinstance(holder, dict):
        holder[key] = value
    elif isinstance(holder, list) and key == "-":
        holder.append(value)
    elif isinstance(holder, list) and _INDEX.fullmatch(key) and int(key) <= len(holder):
        holder.insert(int(key), value)
    else:
        raise Misfit(f"nothing can be added at '{key[:60]}'")


def _remove(holder: Any, key: str) -> Any:
    return holder.pop(_existing(holder, key))


def _move(document: dict[str, Any], source: str, target: str) -> None:
    if f"{target}/".startswith(f"{source}/") and source != target:
        raise Misfit("a value cannot be moved into itself")
    value = _remove(*_place(document, source))
    _add(*_place(document, target), value)


def is_equal(one: Any, other: Any) -> bool:
    """Equality of JSON values: numbers by value, true is no 1, the order of names does not matter."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    return type(one) is type(other) and one == other
