"""Reads the FHIRPath of search parameters: the handful of shapes they use, as steps over JSON.

    Account.name                                    a path
    A.x | A.y                                       a union
    (A.value as Quantity), A.value.ofType(Age)      a type of a choice
    A.subject.where(resolve() is Patient)           a reference to one type
    A.telecom.where(system='email')                 a condition on a part
    Bundle.entry[0].resource                        the first of a list

What none of them covers is named in `ODD`, with its own way of reading it.
Source: FHIR R4, Search, https://hl7.org/fhir/R4/search.html and its SearchParameter resources.
"""

import re
from dataclasses import dataclass, replace

from kangmai.records.fhir.definitions import Element, elements_by_name, is_type

ODD = {"Patient.deceased.exists() and Patient.deceased != false": "deceased"}

_TOKEN = re.compile(r"\s*(%resource|[A-Za-z]\w*|'[^']*'|[().|=\[\]]|\d+)")


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of an expression: names to follow, conditions by depth, type at the end.

    `conditions[i]` is a (field, value) that the i-th element must have; `first` holds the depths at
    which only the first of a list counts; `target` is the resource type a reference must have.
    """

    names: tuple[str, ...] = ()
    types: tuple[tuple[int, str], ...] = ()
    conditions: tuple[tuple[int, str, str], ...] = ()
    first: tuple[int, ...] = ()
    target: str | None = None
    from_root: bool = False
    odd: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One JSON name to read, whether it holds a list, and the condition its values must meet."""

    key: str
    is_list: bool
    condition: tuple[str, str] | None = None
    only_first: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from the resource to values of one FHIR type."""

    steps: tuple[Step, ...]
    type_name: str


def parse(expression: str) -> tuple[Branch, ...]:
    """The branches of an expression. Raises: ValueError for a shape that is not known."""
    if expression in ODD:
        return (Branch(odd=ODD[expression]),)
    tokens = _TOKEN.findall(expression)
    if "".join(tokens) != re.sub(r"\s+", "", expression):
        raise ValueError(f"unknown sign in the search expression {expression}")
    reader = _Reader(tokens)
    branches = [reader.term()]
    while reader.take("|"):
        branches.append(reader.term())
    if reader.tokens:
        raise ValueError(f"cannot read the search expression {expression}")
    return tuple(branches)


class _Reader:
    """Reads tokens from the left; each method takes what it knows."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def take(self, token: str) -> bool:
        """Whether the next token is this one, which is then gone."""
        if self.tokens and self.tokens[-1] == token:
            self.tokens.pop()
            return True
        return False

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise ValueError(f"expected {token} before {self.tokens[::-1]}")

    def term(self) -> Branch:
        if self.take("("):
            branch = self.term()
            self.expect(")")
        else:
            branch = self.start(self.tokens.pop())
        while True:
            if self.take("."):
                branch = self.member(branch)
            elif self.take("["):
                self.expect("0")
                self.expect("]")
                branch = replace(branch, first=(*branch.first, len(branch.names) - 1))
            elif self.take("as"):
                branch = _typed(branch, self.tokens.pop())
            else:
                return branch

    def start(self, word: str) -> Branch:
        if word == "%resource":
            return Branch(from_root=True)
        return Branch() if word[0].isupper() else Branch(names=(word,))

    def member(self, branch: Branch) -> Branch:
        word = self.tokens.pop()
        if word in ("as", "ofType"):
            self.expect("(")
            branch = _typed(branch, self.tokens.pop())
            self.expect(")")
            return branch
        if word == "where":
            return self.where(branch)
        return replace(branch, names=(*branch.names, word))

    def where(self, branch: Branch) -> Branch:
        self.expect("(")
        if self.take("resolve"):
            for token in ("(", ")", "is"):
                self.expect(token)
            branch = replace(branch, target=self.tokens.pop())
        else:
            field = self.tokens.pop()
            self.expect("=")
            condition = (len(branch.names) - 1, field, self.tokens.pop().strip("'"))
            branch = replace(branch, conditions=(*branch.conditions, condition))
        self.expect(")")
        return branch


def _typed(branch: Branch, type_name: str) -> Branch:
    # One published expression spells a primitive with a capital.
    name = {"DateTime": "dateTime"}.get(type_name, type_name)
    return replace(branch, types=(*branch.types, (len(branch.names) - 1, name)))


def resolve(branch: Branch, base: str) -> tuple[Path, ...]:
    """The JSON paths that a branch means, starting from the type `base`; one for each type of a choice."""
    paths = [Path((), base)]
    for depth, name in enumerate(branch.names):
        wanted = dict(branch.types).get(depth)
        condition = next(((f, v) for d, f, v in branch.conditions if d == depth), None)
        first = depth in branch.first
        paths = [
            Path((*path.steps, Step(key, is_list, condition, first)), type_name)
            for path in paths
            for key, is_list, type_name in _children(path.type_name, name, wanted)
        ]
    return tuple(paths)


def _children(type_name: str, name: str, wanted: str | None) -> list[tuple[str, bool, str]]:
    if not is_type(type_name):
        return []
    element = elements_by_name(type_name).get(name) or _spelt_out(type_name, name)
    if element is None:
        return []
    return [
        (choice.key, element.is_list, choice.name)
        for choice in element.types
        if wanted in (None, choice.name)
    ]


def _spelt_out(type_name: str, name: str) -> Element | None:
    """A choice element named with its type, as a few published expressions do."""
    for element in elements_by_name(type_name).values():
        for choice in element.types:
            if choice.key == name:
                return replace(element, types=(choice,))
    return None
