"""One database for each module, with a hospital, the mother's town, a neighbour and the bureau."""

import pytest

from tests.access.conftest import database
from tests.programmes.births import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
