"""One database for each module, put back after each test."""

from tests.access.conftest import _quick_hashes, database

__all__ = ["_quick_hashes", "database"]
