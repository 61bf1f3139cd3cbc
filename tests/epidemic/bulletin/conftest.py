"""One database with a testing round and a case under one order; put back after each test."""

import pytest

from tests.access.conftest import database
from tests.epidemic.bulletin import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Scene:
    return factories.build()
