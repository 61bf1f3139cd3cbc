"""One database for each module, with a round that is open; put back after each test."""

import pytest

from tests.access.conftest import database
from tests.epidemic.nucleic_acid import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
