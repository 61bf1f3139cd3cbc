"""Pages of supplies: the board, an institution's store, transfers, the plan, files."""
