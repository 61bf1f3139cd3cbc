"""One database for each module, with a few institutions and their staff; put back after each test."""

import pytest

from tests.access.conftest import database
from tests.epidemic.teams import factories

__all__ = ["city", "database"]


@pytest.fixture(scope="module")
def city(shared_database: str) -> factories.City:
    return factories.build()
