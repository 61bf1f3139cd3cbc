"""Pages of the watchdog over visits: findings, the rows behind them, answers and their review."""
