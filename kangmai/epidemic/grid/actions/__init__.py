"""What can be done with the grid."""

from kangmai.epidemic.grid.actions.cells import close_cell, found_cell, rename_cell
from kangmai.epidemic.grid.actions.homes import place_homes
from kangmai.epidemic.grid.actions.loading import load_grid
from kangmai.epidemic.grid.actions.workers import appoint, dismiss

__all__ = [
    "appoint",
    "close_cell",
    "dismiss",
    "found_cell",
    "load_grid",
    "place_homes",
    "rename_cell",
]
