"""One database for each module, with two maternal and child hospitals and two that report."""

import pytest

from tests.access.conftest import database
from tests.programmes.monitoring import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
