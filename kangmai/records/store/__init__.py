"""The tables of the store: bodies, rows, writes, reads. Private to the room."""
