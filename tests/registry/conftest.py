"""One database for each module, put back after each test; and a way to count the queries of a list."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest


@pytest.fixture
def database(shared_database: str) -> Iterator[str]:
    """The module's database inside a transaction that is rolled back: nothing here needs a commit."""
    from django.db import transaction

    with transaction.atomic():
        yield shared_database
        transaction.set_rollback(True)


@pytest.fixture
def django_queries() -> Callable[[int], AbstractContextManager[None]]:
    """Assert how many queries Django sends within a block."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def counting(expected: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        assert len(captured) == expected, [query["sql"] for query in captured]

    return counting
