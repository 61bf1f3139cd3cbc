"""One database for each module, put back after each test."""

from tests.access.conftest import database

__all__ = ["database"]
