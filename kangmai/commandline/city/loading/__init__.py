"""Loads the invented city through the rooms that own its rows: registry, identity, records, access."""
