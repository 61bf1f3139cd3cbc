"""The town of case reports, made once for a module; each test's own database state is rolled back."""

from collections.abc import Iterator

import pytest

from tests.factories import cases_town, portal_town


@pytest.fixture(scope="module")
def cases(shared_database: str) -> cases_town.CasesTown:
    return cases_town.build(portal_town.build())


@pytest.fixture
def database(shared_database: str) -> Iterator[str]:
    """The module's database inside a transaction that is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield shared_database
        transaction.set_rollback(True)
