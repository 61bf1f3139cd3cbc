"""Choices of a drop-down list."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list."""

    key: str
    label: str
    is_current: bool


def choices(pairs: Iterable[tuple[str, str]], *, current: str) -> tuple[Choice, ...]:
    """Lines from pairs of key and label."""
    return tuple(Choice(key, label, key == current) for key, label in pairs)
