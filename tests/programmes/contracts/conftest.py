"""One database for each module, with a township hospital, its village clinic, a neighbour and the bureau."""

import pytest

from tests.access.conftest import database
from tests.programmes.contracts import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
