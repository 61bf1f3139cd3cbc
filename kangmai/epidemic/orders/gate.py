"""The gate that every door of emergency mode passes: asleep unless a signed order is in force."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from kangmai.epidemic.orders import models, rules
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.reading import standing_at
from kangmai.epidemic.orders.types import Order, Purpose

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Door:
    """A public function of emergency mode, by the name under which the walk of the doors finds it."""

    name: str
    purpose: Purpose
    function: Callable[..., Any]


_doors: dict[str, Door] = {}
_read: ContextVar[tuple[datetime, tuple[Order, ...]] | None] = ContextVar("_read", default=None)
"""The orders that a door has read for an instant: what it calls inside asks the table no second time."""


def _standing(at: datetime) -> tuple[Order, ...]:
    read = _read.get()
    return read[1] if read is not None and read[0] == at else standing_at(at)


@contextmanager
def reading_once(at: datetime) -> Iterator[None]:
    """Let every door that is passed within, for this instant, take the orders as they stood at the beginning."""
    token = _read.set((at, _standing(at)))
    try:
        yield
    finally:
        _read.reset(token)


def doors() -> tuple[Door, ...]:
    """Every registered door, by name."""
    return tuple(_doors[name] for name in sorted(_doors))


def find_in_force(purpose: Purpose, *, place: str, at: datetime) -> Order | None:
    """The order under which a purpose may be served at a place, or None while it sleeps."""
    return rules.covering(_standing(at), purpose, place, at)


def in_force(purpose: Purpose, *, place: str, at: datetime) -> Order:
    """The order under which a purpose may be served at a place.

    Raises:
        NoOrderInForce
    """
    found = find_in_force(purpose, place=place, at=at)
    if found is None:
        raise NoOrderInForce(purpose=purpose.value, place=place)
    return found


def awake(purpose: Purpose, *, at: datetime) -> tuple[Order, ...]:
    """Every order of a purpose in force anywhere, by serial; empty while it sleeps."""
    return tuple(
        order
        for order in _standing(at)
        if purpose in order.purposes and rules.is_in_force(order, at)
    )


def living(*, at: datetime) -> frozenset[UUID]:
    """Orders under which codes still work: those in force, and those that they extend, directly or through others."""
    found = {order.id: order for order in _standing(at) if rules.is_in_force(order, at)}
    pending = [order.extends for order in found.values() if order.extends is not None]
    ids = set(found)
    while pending:
        row = models.Order.objects.filter(id=pending.pop()).first()
        if row is not None and row.id not in ids and row.erased_at is None:
            ids.add(row.id)
            pending += [row.extends_id] if row.extends_id is not None else []
    return frozenset(ids)


def require_awake(purpose: Purpose, *, at: datetime) -> tuple[Order, ...]:
    """Every order of a purpose in force anywhere.

    Raises:
        NoOrderInForce
    """
    found = awake(purpose, at=at)
    if not found:
        raise NoOrderInForce(purpose=purpose.value, place="")
    return found


def emergency_door(purpose: Purpose) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a public function, which takes the keyword `at`, work only while an order of `purpose` is in force.

    The refusal comes before anything else is looked at. Inside, the function asks `in_force` for its place.
    """

    def close(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            at = kwargs["at"]
            assert isinstance(at, datetime)
            with reading_once(at):
                require_awake(purpose, at=at)
                return function(*args, **kwargs)

        name = f"{function.__module__}.{function.__qualname__}"
        _doors[name] = Door(name, purpose, guarded)
        return guarded

    return close
