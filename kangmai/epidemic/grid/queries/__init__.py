"""What is known of the grid; it names its workers and no resident."""

from kangmai.epidemic.grid.queries.residents import cells_of, counts_of, unplaced
from kangmai.epidemic.grid.queries.tree import (
    cell_names,
    figures,
    get_cell,
    lines,
    may_shape,
    own_cells,
    workers,
    workers_over,
)

__all__ = [
    "cell_names",
    "cells_of",
    "counts_of",
    "figures",
    "get_cell",
    "lines",
    "may_shape",
    "own_cells",
    "unplaced",
    "workers",
    "workers_over",
]
