"""What supplies can tell, each within the actor's reach."""

from kangmai.epidemic.supplies.queries.board import board, silent
from kangmai.epidemic.supplies.queries.ledger import (
    entries,
    get_entry,
    kept_institutions,
    ledger,
    planned_institutions,
    suggested_loads,
    unbalanced,
)
from kangmai.epidemic.supplies.queries.lots import expiring, export
from kangmai.epidemic.supplies.queries.mending import mending
from kangmai.epidemic.supplies.queries.transfers import get_transfer, open_transfers, transfers

__all__ = [
    "board",
    "entries",
    "expiring",
    "export",
    "get_entry",
    "get_transfer",
    "kept_institutions",
    "ledger",
    "mending",
    "open_transfers",
    "planned_institutions",
    "silent",
    "suggested_loads",
    "transfers",
    "unbalanced",
]
