"""One database for each module, with a few institutions; put back after each test."""

import pytest

from tests.access.conftest import database
from tests.epidemic.supplies import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
