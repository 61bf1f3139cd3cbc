"""One database for each module, with a town that has a clinic; put back after each test."""

import pytest

from tests.access.conftest import database
from tests.programmes.vaccination import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
