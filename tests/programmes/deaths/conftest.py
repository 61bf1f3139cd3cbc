"""One database for each module, with the institutions of `births` and a CDC."""

import pytest

from tests.access.conftest import database
from tests.programmes.deaths import factories

__all__ = ["database", "town"]


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()
