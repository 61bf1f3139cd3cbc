"""Part of a list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str
