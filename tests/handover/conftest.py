"""One database for each module, put back after each test."""

from tests.access.conftest import _quick_hashes, database, place

__all__ = ["_quick_hashes", "database", "place"]
