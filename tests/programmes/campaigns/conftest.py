"""One database for the module, with a town that has a clinic; put back after each test."""

from tests.access.conftest import database
from tests.programmes.vaccination.conftest import town

__all__ = ["database", "town"]
