"""Figures as they are published: reading the bulletins of others."""
