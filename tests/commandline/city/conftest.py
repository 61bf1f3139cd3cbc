"""A small city made once, with the people of each of its towns."""

from datetime import date

import pytest

from kangmai.commandline.city.city import InventedCity, invent, towns
from kangmai.commandline.city.columns import TownChunk

ON = date(2025, 6, 30)


@pytest.fixture(scope="session")
def city() -> InventedCity:
    """The city 441200 of 20,000 residents."""
    return invent(code="441200", residents=20_000, seed=1, on=ON)


@pytest.fixture(scope="session")
def chunks(city: InventedCity) -> list[TownChunk]:
    """The people of each of its towns."""
    return list(towns(city))
