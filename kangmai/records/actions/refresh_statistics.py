"""Tell the database's planner of a bulk load."""

from kangmai.kernel.connections import own_connection
from kangmai.records.store import statistics


def refresh_statistics(*, loaded: int) -> None:
    """Refresh the planner's statistics if so many resources were loaded that it matters."""
    if loaded >= statistics.MANY_ROWS:
        statistics.refresh(own_connection())
