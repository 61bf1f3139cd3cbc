"""Quarantine sites, beds, ambulances and the grid of the invented city into their tables."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.commandline.city import ground
from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.epidemic.capacity.actions import load_capacity
from kangmai.epidemic.grid import actions as grid
from kangmai.epidemic.grid import queries as cells
from kangmai.kernel.actor import Actor


def load_ground(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """Fill the ledger of rooms, beds and ambulances; how many rooms there are."""
    return load_capacity(
        sites=list(ground.sites(city, organizations)),
        facilities=list(ground.facilities(city, organizations)),
        beds=list(ground.beds(city, organizations)),
        ambulances=list(ground.ambulances(city, organizations)),
        actor=actor,
        at=at,
    )


def load_cells(city: InventedCity, *, actor: Actor, at: datetime) -> int:
    """Draw the grid over every household; how many homes have a cell."""
    return grid.load_grid(area=city.code, names=tuple(read("ground")["workers"]), actor=actor, at=at)  # fmt: skip


def appoint_demo_worker(city: InventedCity, *, login: str, actor: Actor, at: datetime) -> None:
    """Put the demonstration's grid worker in charge of the first grid of the first village with residents."""
    town = next(town for town in city.places.towns if town.residents)
    for village in town.villages:
        lines = cells.lines(code=village, actor=actor, at=at)
        if lines:
            grid.appoint(cell=lines[0].code, role="grid_worker", name="演示网格员（虚构）", login=login, actor=actor, at=at)  # fmt: skip
            return
