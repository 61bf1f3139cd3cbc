"""A lake of the test's own, where the rooms' queries look for it."""

from pathlib import Path

import pytest

from kangmai.analytics.lake.store import Lake
from tests.analytics.indicators.lake_of_rows import new_lake


@pytest.fixture
def lake(tmp_path: Path, settings) -> Lake:
    made = new_lake(tmp_path)
    settings.LAKE = tmp_path / "lake"
    return made


@pytest.fixture
def settings():
    """Django's settings, put back afterwards."""
    from django.conf import settings as django_settings

    before = django_settings.LAKE
    yield django_settings
    django_settings.LAKE = before
