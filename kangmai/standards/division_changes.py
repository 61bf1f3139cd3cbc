"""Codes that have changed since the list was made, from old to new.

A rename is one row, a split several rows with one old code, a merger several with one new code.
Source: Ministry of Civil Affairs, yearly changes; see `definitions/standards/division_changes`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from kangmai.standards.tables import names_of, read_rows


class ChangeKind(Enum):
    """What happened to the place."""

    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class DivisionChange:
    """From `on`, `old_code` is no longer used and `new_code` stands for it, or for a part of it."""

    old_code: str
    new_code: str
    on: date
    kind: ChangeKind
    source: str


def division_changes() -> tuple[DivisionChange, ...]:
    """Every change at hand, in order of day and old code."""
    return _read_changes()


def successors(
    code: str, *, on: date, changes: Iterable[DivisionChange] | None = None
) -> tuple[str, ...]:
    """The codes that stand for `code` on a day, in order: the code itself where nothing has changed.

    Changes are followed through: a code renamed twice gives its latest form. `changes` are those
    at hand unless given.
    """
    known = tuple(changes) if changes is not None else division_changes()
    return tuple(sorted(_follow(code, on=on, changes=known)))


def _follow(code: str, *, on: date, changes: tuple[DivisionChange, ...]) -> set[str]:
    current = {code}
    for day in sorted({each.on for each in changes if each.on <= on}):
        today = [each for each in changes if each.on == day and each.old_code in current]
        current = current - {each.old_code for each in today} | {each.new_code for each in today}
    return current


@cache
def _read_changes() -> tuple[DivisionChange, ...]:
    rows = [
        row for name in names_of("division_changes") for row in read_rows("division_changes", name)
    ]
    changes = [
        DivisionChange(
            old_code=row["old_code"],
            new_code=row["new_code"],
            on=date.fromisoformat(row["on"]),
            kind=ChangeKind(row["kind"]),
            source=row["source"],
        )
        for row in rows
    ]
    return tuple(sorted(changes, key=lambda each: (each.on, each.old_code, each.new_code)))
