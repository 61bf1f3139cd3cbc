"""Tables that can be taken in: their columns, their checks, and what a file came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]
"""A row's values by field; of a repeated column a list, with None where a cell is empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, or with `repeat` several that are numbered from 1."""

    field: str
    title: str
    titles: tuple[str, ...]
    kind: str
    is_required: bool
    repeat: int
    codes: Mapping[str, str]
    example: str
    unit: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its definition describes it; `makes` names what a row becomes."""

    id: str
    title: Mapping[str, str]
    makes: str
    columns: tuple[Column, ...]
    checks: tuple[Mapping[str, Any], ...]
    is_verified: bool


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in a row: line of the file (the titles are line 1), title of the column, the reason.

    Sentences never repeat what a cell says.
    """

    line: int
    column: str
    english: str
    chinese: str
    is_warning: bool = False

    def text(self, language: str) -> str:
        """The reason in `zh` or `en`."""
        return self.chinese if language.startswith("zh") else self.english


@dataclass(frozen=True, slots=True)
class TableReport:
    """What a file came to; `rejected` rows left nothing behind."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    faults: tuple[RowFault, ...]
    is_trial: bool
