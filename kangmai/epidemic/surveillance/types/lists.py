"""Pages of lists, lines of a history."""

import datetime
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of a signal's or an event's history."""

    at: datetime.datetime
    account: int
    deed: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str
