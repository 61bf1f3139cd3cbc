"""What statements are put together from: text with its values, whose sight it has, which page is wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kangmai.records.fhir.definitions import resource_types


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see: a condition on `res r` with its values; also hides deleted rows."""

    sql: str = "true"
    values: tuple[Any, ...] = ()


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL for psycopg with `%s`, and its values."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which matches are wanted: `limit` of them after `cursor`, none newer than `snapshot`.

    The cursor is the last row shown: its sort values, then its rid.
    """

    limit: int
    snapshot: int | None = None
    cursor: tuple[Any, ...] | None = None


@dataclass(slots=True)
class Text:
    """SQL under construction: pieces and values in the same order."""

    pieces: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> "Text":
        self.pieces.append(sql)
        self.values.extend(values)
        return self

    def put(self, other: "Text") -> "Text":
        return self.add(" ".join(other.pieces), *other.values)

    def statement(self) -> Statement:
        return Statement(" ".join(self.pieces), tuple(self.values))


def of_types(text: Text, types: Sequence[str]) -> None:
    numbers = [resource_types()[t] for t in types]
    if len(numbers) == 1:
        text.add("r.rt = %s::smallint", numbers[0])
    elif len(numbers) == len(resource_types()):
        text.add("true")
    else:
        text.add("r.rt = ANY(%s::smallint[])", numbers)


def one_of(text: Text, column: str, kind: str, values: Sequence[int]) -> None:
    if len(values) == 1:
        text.add(f"{column} = %s::{kind}", values[0])
    else:
        text.add(f"{column} = ANY(%s::{kind}[])", list(values))
