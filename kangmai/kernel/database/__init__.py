"""The embedded PostgreSQL: binaries, life cycle, sizing, backup."""
