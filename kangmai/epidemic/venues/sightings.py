"""What intake asks of the tables for a batch at once: entrances by their codes, people by their passes."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from kangmai.epidemic.orders import rules as order_rules
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.venues import codes
from kangmai.epidemic.venues.arrays import Column, int8s
from kangmai.epidemic.venues.types import Refusal, VenueRule

_ENTRANCES = """
SELECT e.id, e.number, e.code_version, v.id, v.kind, v.place_code, v.closed_at IS NOT NULL
FROM venues_entrance e JOIN venues_venue v ON v.id = e.venue_id WHERE e.id = ANY(%s)"""

_PEOPLE = """
SELECT pass_number, (id::bigint << 8)
       | ((CASE WHEN colour_until <= %s THEN 1 ELSE colour END) << 1)
       | (order_id = ANY(%s))::int
FROM venues_person WHERE pass_number = ANY(%s)"""


@dataclass(frozen=True, slots=True)
class Door:
    """An entrance as intake sees it: where it is and under which order, or why nothing is taken there."""

    entrance: int = 0
    venue: int = 0
    place_code: str = ""
    is_care: bool = False
    order_serial: int = 0
    order_start: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class People:
    """People by pass, as columns along those asked for: key (0: unknown), colour, whether the code still works."""

    key: Column
    colour: Column
    is_alive: Column


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked of the tables for a batch and is still on its way: entrances and people, in one trip."""

    read: tuple[tuple[int, int] | None, ...]
    entrances: psycopg.Cursor[Any]
    asked: Column
    place: Column
    people: psycopg.Cursor[Any]

    def doors(
        self,
        *,
        orders: Sequence[Order],
        rule: VenueRule,
        second_of_start: dict[int, int],
        at: datetime,
    ) -> list[Door]:
        """The entrances of the codes, in their order."""
        rows = {row[0]: row for row in self.entrances.fetchall()}
        # many entrances stand in few places
        covering = cache(lambda place: order_rules.covering(orders, Purpose.SCANNING, place, at))
        return [_door(each, rows, covering, rule, second_of_start) for each in self.read]

    def found(self) -> People:
        """The people of the passes, along the column."""
        rows = self.people.fetchall()
        packed = np.zeros(len(self.asked), np.int64)
        if rows:
            found = np.array(rows, np.int64)
            packed[np.searchsorted(self.asked, found[:, 0])] = found[:, 1]
        packed = packed[self.place]
        return People(packed >> 8, packed >> 1 & 0x7F, packed & 1)


def look(
    database: psycopg.Connection,
    shown: Sequence[str],
    passes: Column,
    *,
    living: Collection[UUID],
    at: datetime,
) -> Look:
    """Ask for the entrances of some codes and the people of some passes, both at once; nobody waits yet."""
    read = codes.read_entrance_codes(shown)
    ids = sorted({entrance for entrance, _ in filter(None, read)})
    asked, place = np.unique(passes, return_inverse=True)
    # cursors on the server's side, also on Django's connection
    entrances, people = psycopg.Cursor(database), psycopg.Cursor(database)
    entrances.execute(_ENTRANCES, [ids])
    people.execute(_PEOPLE, [at, list(living), int8s(asked)], binary=True)
    return Look(read, entrances, asked, place, people)


def _door(
    said: tuple[int, int] | None,
    rows: dict[int, Any],
    covering: Callable[[str], Order | None],
    rule: VenueRule,
    second_of_start: dict[int, int],
) -> Door:
    row = rows.get(said[0]) if said else None
    if said is None or row is None:
        return Door(refusal=Refusal.FORGED_CODE)
    _, number, version, venue, kind, place, is_closed = row
    order = covering(place)
    refusal = _refusal(said[1] == version, is_closed=is_closed, order=order)
    serial = order.serial if order else 0
    is_care = kind in rule.kinds and rule.kinds[kind].is_care
    start = second_of_start.get(serial, 0)
    return Door(number, venue, place, is_care, serial, start, refusal)


def _refusal(is_current: bool, *, is_closed: bool, order: Order | None) -> Refusal | None:
    if not is_current:
        return Refusal.REVOKED_CODE
    if is_closed:
        return Refusal.VENUE_CLOSED
    return Refusal.ASLEEP if order is None else None
