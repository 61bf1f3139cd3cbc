"""SERVE. Epidemic surveillance and control."""
