"""The watchdog over visits: what looks omitted, empty or untrue, with the rows behind it; advice, not punishment."""
