"""How codes of cells are made and read. Pure.

Source: epidemic.md of the reference data, section 5: village code of 12 digits, 2 for the grid, 2 for the micro-grid (待核).
"""

from collections.abc import Collection

from kangmai.epidemic.grid.errors import NoMoreCells
from kangmai.epidemic.grid.rulebook import rule
from kangmai.epidemic.grid.types import GRID_DIGITS, MICRO_DIGITS

__all__ = ["is_cell", "next_code", "rule"]

MOST = 99


def is_cell(code: str) -> bool:
    """Whether a code is that of a grid or micro-grid."""
    return code.isascii() and code.isdecimal() and len(code) in (GRID_DIGITS, MICRO_DIGITS)


def next_code(parent: str, there: Collection[str]) -> str:
    """The code of the next cell right below a village or grid; numbers of closed cells are not used again.

    >>> next_code("441202001002", ["44120200100201"])
    '44120200100202'

    Raises:
        NoMoreCells
    """
    latest = max((int(each[-2:]) for each in there), default=0)
    if latest >= MOST:
        raise NoMoreCells()
    return f"{parent}{latest + 1:02}"
