"""Programmes and decision rules as they are read from their definitions."""
