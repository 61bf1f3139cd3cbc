"""From rows to values."""

from kangmai.epidemic.grid import models
from kangmai.epidemic.grid.types import Cell, Worker
from kangmai.kernel.ids import AccountId


def cell_of(row: models.Cell) -> Cell:
    """A cell."""
    return Cell(row.code, row.name, row.is_closed, row.version)


def worker_of(row: models.Worker) -> Worker:
    """A worker."""
    account = None if row.account_id is None else AccountId(row.account_id)
    return Worker(row.id, row.cell_id, row.role, row.name, row.phone, account, row.from_on, row.until_on)  # fmt: skip
