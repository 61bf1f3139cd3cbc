"""Where in a resource's JSON the elements stand that a FHIRPath names: values alone cannot be changed.

Paths that walk (names, indexes, where, ofType, first, …) are followed step by step. Any other
expression is evaluated as it is, and objects of its result are found again in the resource.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kangmai.records.fhirpath.compiler import compiled
from kangmai.records.fhirpath.elements import Element, system_value
from kangmai.records.fhirpath.expression import Expression, compile_expression
from kangmai.records.fhirpath.model import UNTYPED, MemberFact, TypeFact, get_type
from kangmai.records.fhirpath.syntax.nodes import (
    Call,
    Indexer,
    Literal,
    Member,
    Node,
    This,
    TypeTest,
)
from kangmai.records.patches.errors import Misfit


@dataclass(frozen=True, slots=True)
class Place:
    """One element where it stands: in `holder[key]`, or at `index` of the list there.

    The root has no holder; `member` is what the holder's type says of the element.
    """

    value: Any
    fact: TypeFact
    holder: dict[str, Any] | None = None
    key: str = ""
    index: int | None = None
    member: MemberFact | None = None

    @property
    def items(self) -> list[Any] | None:
        """The list it stands in."""
        return None if self.holder is None or self.index is None else self.holder[self.key]

    @property
    def element(self) -> Element:
        """As FHIRPath takes it."""
        return Element(self.value, self.fact, None, self.value)

    def remove(self) -> None:
        """Take it out of the resource; a list that becomes empty goes, too."""
        if self.holder is None:
            raise Misfit("the whole resource cannot be deleted by a patch")
        items = self.items
        if items is None or self.index is None:
            self.holder.pop(self.key)
            self.holder.pop("_" + self.key, None)
            return
        index = self.index
        items.pop(index)
        self.shift_half(lambda halves: halves.pop(index))
        if not items:
            self.holder.pop(self.key)
            self.holder.pop("_" + self.key, None)

    def put(self, key: str, value: Any) -> None:
        """Replace it; a choice may change its type and with it the key."""
        if self.holder is None:
            raise Misfit("the whole resource cannot be replaced by a patch")
        items = self.items
        if items is not None and self.index is not None:
            items[self.index] = value
            index = self.index
            self.shift_half(lambda halves: halves.__setitem__(index, None))
            return
        self.holder.pop(self.key, None)
        self.holder.pop("_" + self.key, None)
        self.holder[key] = value

    def shift_half(self, change: Callable[[list[Any]], object]) -> None:
        """Do with the ids and extensions of primitives (`_given`) what was done with their list."""
        halves = self.holder.get("_" + self.key) if self.holder else None
        if isinstance(halves, list) and self.holder is not None:
            length = len(self.holder[self.key]) + 1
            halves += [None] * (length - len(halves))
            change(halves)
            while halves and halves[-1] is None:
                halves.pop()
            if not halves:
                self.holder.pop("_" + self.key)


def member_of(fact: TypeFact, name: str) -> MemberFact | None:
    """The element of a type by its name, with or without the `[x]` of a choice."""
    return fact.members.get(name.removesuffix("[x]"))


def find_places(resource: dict[str, Any], path: str) -> list[Place]:
    """Every place that a FHIRPath leads to, in order.

    Raises:
        ExpressionRefused: the path cannot be read or evaluated.
        Misfit: its result is no part of the resource.
    """
    root = Place(resource, get_type(str(resource.get("resourceType"))))
    return _places(compile_expression(path).node, [root], root)


_SELECTING = ("first", "last", "tail", "skip", "take", "single")


def _places(node: Node, start: list[Place], root: Place) -> list[Place]:
    match node:
        case This():
            return start
        case Member(None, name) if len(start) == 1 and name in start[0].fact.lineage:
            return start
        case Member(source, name):
            holders = start if source is None else _places(source, start, root)
            return [place for holder in holders for place in _members(holder, name)]
        case Indexer(source, Literal(int(index))):
            found = _places(source, start, root)
            return found[index : index + 1]
        case Call(source, "where", (criteria,)):
            found = start if source is None else _places(source, start, root)
            return [place for place in found if _holds(criteria, place)]
        case Call(source, ("ofType" | "as"), (kind,)):
            found = start if source is None else _places(source, start, root)
            return [place for place in found if _is_of(place, kind)]
        case TypeTest("as", source, type_name):
            name = type_name.rpartition(".")[2]
            return [p for p in _places(source, start, root) if name in p.fact.lineage]
        case Call(source, name, arguments) if name in _SELECTING and source is not None:
            return _selected(_places(source, start, root), name, arguments)
    return _evaluated(node, root)


def _members(holder: Place, name: str) -> Iterator[Place]:
    if not isinstance(holder.value, dict):
        return
    member = member_of(holder.fact, name)
    if member is None:
        raise Misfit(f"{holder.fact.name or 'the element'} has no element {name[:60]}")
    for key, type_name in member.keys.items():
        value = holder.value.get(key)
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield Place(item, _fact(item, type_name), holder.value, key, index, member)
        elif value is not None:
            yield Place(value, _fact(value, type_name), holder.value, key, None, member)


def _fact(value: Any, type_name: str) -> TypeFact:
    if type_name == "Resource" and isinstance(value, dict):
        return get_type(str(value.get("resourceType")))
    return get_type(type_name)


def _holds(criteria: Node, place: Place) -> bool:
    expression = Expression("where", criteria, compiled(criteria))
    return [system_value(item) for item in expression.items(place.element)] == [True]


def _is_of(place: Place, kind: Node) -> bool:
    name = (
        kind.name if isinstance(kind, Member) else kind.value if isinstance(kind, Literal) else ""
    )
    return str(name).rpartition(".")[2] in place.fact.lineage


def _selected(found: list[Place], name: str, arguments: tuple[Node, ...]) -> list[Place]:
    count = arguments[0].value if arguments and isinstance(arguments[0], Literal) else 0
    number = count if isinstance(count, int) else 0
    match name:
        case "first":
            return found[:1]
        case "last":
            return found[-1:]
        case "tail":
            return found[1:]
        case "skip":
            return found[max(number, 0) :]
        case "take":
            return found[: max(number, 0)]
    return found  # `single`: whoever needs one place counts them


def _evaluated(node: Node, root: Place) -> list[Place]:
    """The places of the objects that any other expression gives."""
    wanted = [
        item.value
        for item in Expression("path", node, compiled(node)).items(root.element)
        if isinstance(item, Element)
    ]
    by_identity = {id(place.value): place for place in _all_objects(root)}
    if any(id(value) not in by_identity for value in wanted):
        raise Misfit("the path must lead to elements of the resource, step by step")
    return [by_identity[id(value)] for value in wanted]


def _all_objects(place: Place) -> Iterator[Place]:
    if not isinstance(place.value, dict) or place.fact is UNTYPED:
        return
    yield place
    for member in place.fact.members.values():
        for inner in _members(place, member.name):
            yield from _all_objects(inner)
