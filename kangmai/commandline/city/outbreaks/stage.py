"""Where an outbreak happens: the demo city as it was made, a county of it, its towns and their people."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity, invent, town_of
from kangmai.commandline.city.columns import HERE, TownChunk
from kangmai.commandline.city.infections import Infections, content_of
from kangmai.commandline.city.infections.cases import NEVER
from kangmai.commandline.city.state import STATE, NoDemo, order_of
from kangmai.commandline.city.streams import YEAR_DAYS
from kangmai.epidemic.cases.types import Content
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.kernel.state import find_state

ADULT, OLD = 18, 60
FEWEST_ADULTS = 8
"""A town with fewer has nobody left to fall ill when an outbreak is played again."""


@dataclass(frozen=True)
class Stage:
    """The demo city with the registry's and the index's ids. `county` is the one its first accounts work in."""

    city: InventedCity
    organizations: tuple[int, ...]
    first_id: int

    @property
    def county(self) -> str:
        """Its first county with residents."""
        return next(town.county for town in self.city.places.towns if town.residents)

    @cached_property
    def towns(self) -> list[TownChunk]:
        """The towns of the county with enough adults, those that lie together in order."""
        found = []
        for town in self.city.places.towns:
            if town.county == self.county and town.residents >= FEWEST_ADULTS:
                chunk = town_of(self.city, town.order)
                if sum(1 for _ in adults(self.city, chunk)) >= FEWEST_ADULTS:
                    found.append(chunk)
        return found

    def organization(self, order: int) -> OrganizationId:
        """The registry's id of an institution of the network."""
        return OrganizationId(self.organizations[order])

    @property
    def hospital(self) -> int:
        """The county's hospital in the network."""
        return self.city.network.county_hospital[self.county]

    def resident(self, chunk: TownChunk, row: int) -> ResidentId:
        """The id of somebody of a town."""
        return ResidentId(self.first_id + int(chunk.residents.number[row]) - 1)

    def card(
        self, chunk: TownChunk, row: int, disease: str, diagnosed_at: datetime, *, onset_days: int
    ) -> Content:
        """What the county hospital's card says of somebody of a town."""
        codes = [each["code"] for each in read("infections")["diseases"]]
        seconds = int(diagnosed_at.timestamp())
        day = (seconds + 8 * 3600) // 86_400
        single = {
            name: np.array([NEVER])
            for name in ("submitted_at", "received_at", "reviewed_at", "final_at")
        }
        table = Infections(
            id=np.zeros((1, 16), dtype=np.uint8),
            resident=np.array([row]),
            disease=np.array([codes.index(disease)], dtype=np.int16),
            onset_on=np.array([day - onset_days]),
            diagnosed_at=np.array([seconds]),
            institution=np.array([self.hospital]),
            is_confirmed=np.array([True]),
            is_imported=np.array([False]),
            **single,
        )
        return content_of(self.city, chunk, table, 0, resident=row)


def stage() -> Stage:
    """The demo city of this installation. Raises NoDemo."""
    state = find_state(STATE)
    if state is None or state["accounts"] is None:
        raise NoDemo()
    order = order_of(state)
    city = invent(code=order.code, residents=order.residents, seed=order.seed, on=order.on)
    return Stage(city, tuple(state["organizations"]), state["first_id"])


def adults(city: InventedCity, chunk: TownChunk) -> Iterator[int]:
    """Positions of a town's adults of working age who live there and have a number."""
    people = chunk.residents
    age = (np.datetime64(city.on, "D") - people.birth_on).astype(np.int64) / YEAR_DAYS
    fits = (people.state == HERE) & (age >= ADULT) & (age < OLD) & (people.identity_number != b"")
    yield from np.flatnonzero(fits).tolist()


def staff(name: str, organization: OrganizationId) -> Actor:
    """An operator's command that acts for an institution."""
    whole = operator(name)
    return replace(whole, grants=(replace(whole.grants[0], organization=organization),))
