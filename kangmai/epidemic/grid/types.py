"""What the grid deals in: cells, their workers, and how an area stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import AccountId
from kangmai.kernel.words import Words

VILLAGE_DIGITS, GRID_DIGITS, MICRO_DIGITS = 12, 14, 16


class Level(StrEnum):
    """A cell below a village: a grid of some hundred households, or a micro-grid inside it."""

    GRID = "grid"
    MICRO_GRID = "micro grid"


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid or micro-grid. Its code is that of the village with two digits more for each level."""

    code: str
    name: str
    is_closed: bool
    version: int

    @property
    def level(self) -> Level:
        """Which of the two it is."""
        return Level.GRID if len(self.code) == GRID_DIGITS else Level.MICRO_GRID

    @property
    def village(self) -> str:
        """The village in which it lies."""
        return self.code[:VILLAGE_DIGITS]

    @property
    def parent(self) -> str:
        """The grid of a micro-grid, the village of a grid."""
        return self.code[:-2]


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who looks after a cell, by name and the phone that hangs at its doors; `account` if he logs in."""

    id: UUID
    cell: str
    role: str
    name: str
    phone: str
    account: AccountId | None
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A division or cell on the page of the grid; residents are counted from the village down."""

    code: str
    name: str
    is_cell: bool
    is_closed: bool
    grids: int
    micro_grids: int
    homes: int
    workers: int
    residents: int | None


@dataclass(frozen=True, slots=True)
class GridFigures:
    """The grid of an area in numbers; `homes` are households, and residents without one, that have a cell."""

    grids: int
    micro_grids: int
    workers: int
    homes: int


@dataclass(frozen=True, slots=True)
class Rule:
    """How large cells are, and what the people who look after them are called."""

    households_per_grid: int
    households_per_micro_grid: int
    roles: Mapping[str, Words]
    source: str
    is_verified: bool
