"""Venues: registration, scans at entrances, the answer at the door, who was where, and colours; all by order."""
