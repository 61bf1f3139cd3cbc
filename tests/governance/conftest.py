"""One database for each module, put back after each test, and one lake of the city beside it."""

from collections.abc import Iterator

import pytest

from kangmai.analytics.lake.store import Lake
from tests.access.conftest import database
from tests.governance import factories

__all__ = ["city", "database"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """The lake, written once for the module, where the rooms' queries look for it."""
    yield from factories.lake_in(tmp_path_factory.mktemp("city"))


@pytest.fixture
def city(database: str, made: Lake) -> Iterator[Lake]:
    """The lake; what a test writes to it is out of force afterwards."""
    before = made.get_manifest()
    yield made
    made.storage.put("current", before.id.encode())
