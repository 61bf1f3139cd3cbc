"""Pages of family-doctor contracts."""
