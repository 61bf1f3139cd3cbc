"""Pages of the grid (awake), and of its tasks and of people who need help (asleep until ordered)."""
