"""What an evaluation carries along: the run as a whole, and the item it stands on.

Compiled expressions are functions of a Frame; functions of FHIRPath are declared by a Function.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from kangmai.records.fhirpath.elements import Collection, Element

Resolver = Callable[[str], Mapping[str, Any] | None]
Tracer = Callable[[str, Collection], None]
Membership = Callable[[str, str | None, str], bool]
NO_VARIABLES: Mapping[str, Collection] = {}  # never changed: defineVariable() makes a copy


@dataclass(slots=True)
class Run:
    """One evaluation: the resource, the moment, and what the caller lends it. Never changed.

    `resolver` fetches the resource of a reference, `is_member` asks whether a value set has a
    code of a system, `trace` hears what trace() names. Each may be missing.
    """

    resource: Element
    root: Element
    context: Collection
    at: datetime | None = None
    resolver: Resolver | None = None
    is_member: Membership | None = None
    trace: Tracer | None = None
    variables: Mapping[str, Collection] = field(default_factory=dict)


class Frame:
    """The current item: `$this` (a collection of one, or empty), `$index`, `$total`, variables."""

    __slots__ = ("index", "run", "this", "total", "variables")

    def __init__(
        self, run: Run, this: Collection, variables: Mapping[str, Collection] = NO_VARIABLES
    ) -> None:
        self.run = run
        self.this = this
        self.index: int | None = None
        self.total: Collection = []
        self.variables = variables

    def inner(self) -> "Frame":
        """A frame for the items of a function's input."""
        frame = Frame(self.run, [], self.variables)
        frame.index, frame.total = self.index, self.total
        return frame


Compiled = Callable[[Frame], Collection]


class Form(Enum):
    """How a function takes its arguments."""

    VALUES = auto()  # evaluated once, on $this: run(focus, *collections)
    EXPRESSIONS = auto()  # evaluated by the function: run(focus, frame, *expressions)
    TYPE = auto()  # a type specifier: run(focus, frame, specifier)


@dataclass(frozen=True, slots=True)
class Function:
    """A FHIRPath function: how to run it and how many arguments it takes."""

    run: Callable[..., Collection]
    form: Form = Form.VALUES
    fewest: int = 0
    most: int = 0
