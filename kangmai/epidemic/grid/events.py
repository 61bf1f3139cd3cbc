"""What the grid announces in the outbox: key = code of the cell; codes only."""

CELL_FOUNDED = "grid.cell_founded"
CELL_CLOSED = "grid.cell_closed"
HOMES_PLACED = "grid.homes_placed"
