"""Linking whole files: reading, blocking, engines, clusters."""
