"""Tasks of the grid in an emergency, and people who need help; asleep until ordered."""
