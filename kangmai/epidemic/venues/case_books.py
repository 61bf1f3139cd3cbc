"""Who knows cases: a question for somebody's ways names one, and rooms that keep cases say whether it is theirs."""

from collections.abc import Callable
from datetime import datetime

from kangmai.kernel.actor import Actor

Knows = Callable[[str, Actor, datetime], bool]
"""Whether a number is that of a case which an actor investigates, under an order that lives."""

_books: list[Knows] = []


def keep_case_book(knows: Knows) -> None:
    """Ask this room, too, whether a number is that of a case; called when the room wakes."""
    _books.append(knows)


def is_case(number: str, *, actor: Actor, at: datetime) -> bool:
    """Whether any room knows a case by this number where the actor works."""
    return any(knows(number, actor, at) for knows in _books)
