"""Pages on which institutions take in tables."""
