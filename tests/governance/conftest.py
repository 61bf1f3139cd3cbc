"""One database for each module, put back after each test, and a lake of the city beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kangmai.analytics.lake.store import Lake
from tests.access.conftest import database
from tests.governance import factories

__all__ = ["city", "database"]


@pytest.fixture
def city(database: str, tmp_path: Path) -> Iterator[Lake]:
    yield from factories.lake_in(tmp_path)
