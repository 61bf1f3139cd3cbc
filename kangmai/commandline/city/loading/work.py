"""What every process that loads towns must know, and how far each town has come."""

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import connection

from kangmai.commandline.city.city import InventedCity
from kangmai.kernel.actor import Actor
from kangmai.kernel.state import find_state, put_state

_TOWN = "demo/town/"


@dataclass(frozen=True, slots=True)
class Work:
    """The city to load. `organizations` are the registry's ids in the order of the network, `first_id`
    is the resident id of the city's person number 1."""

    city: InventedCity
    organizations: tuple[int, ...]
    first_id: int
    actor: Actor


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the city's people are loaded, and which towns are complete."""

    people: int
    complete: frozenset[int]


def loaded_of(town: int) -> int:
    """How many people of a town are committed."""
    state = find_state(f"{_TOWN}{town}")
    return state["people"] if state else 0


def note_town(town: int, *, people: int, is_complete: bool, at: datetime) -> None:
    """Write down how far a town has come, within the transaction that brought it there."""
    put_state(f"{_TOWN}{town}", {"people": people, "is_complete": is_complete}, at=at)


def progress() -> Progress:
    """How far all towns have come."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value::text FROM kernel_state WHERE key LIKE %s", [_TOWN + "%"])
        rows = [(int(key.removeprefix(_TOWN)), orjson.loads(text)) for key, text in cursor]
    return Progress(
        people=sum(state["people"] for _, state in rows),
        complete=frozenset(town for town, state in rows if state["is_complete"]),
    )


def forget_towns() -> None:
    """Remove the notes about towns from a city that is complete."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_state WHERE key LIKE %s", [_TOWN + "%"])
