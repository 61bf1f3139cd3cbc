"""One database for each module, put back after each test; remembered actors are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.factories.access import City


@pytest.fixture
def database(shared_database: str) -> Iterator[str]:
    """The module's database inside a transaction that is rolled back."""
    from django.db import transaction

    from kangmai.access import cache

    cache._clear()
    with transaction.atomic():
        yield shared_database
        transaction.set_rollback(True)
    cache._clear()


@pytest.fixture(scope="module")
def place(shared_database: str) -> City:
    """The small city of `factories.access`, made once for the module."""
    from tests.factories.access import city

    return city()
