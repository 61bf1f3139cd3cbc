"""Every room of the mode was used; the order ends; then nobody of it stands in any table or in any file of the lake."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from kangmai.analytics import actions as analytics
from kangmai.epidemic.orders import actions
from kangmai.epidemic.orders.rulebook import holdings
from kangmai.kernel import feed
from kangmai.kernel.actor import operator
from tests.epidemic.orders import whole_order
from tests.factories.traces import lake_says, places_that_say, sealed_places_that_say

pytestmark = pytest.mark.usefixtures(
    "shared_database"
)  # the lake is read by a connection of its own
DAY = timedelta(days=1)
OF_PEACE = {"identity_resident", "identity_document", "identity_key", "subject", "grid_home"}
"""Tables in which a resident stands before any order and after it: the index, and where he lives."""
TRAILS = {"kernel_audit", "kernel_event"}
"""Tables that keep ids, which here are those of the residents' own registration."""


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """Brings the lake up to date and lists its files."""
    monkeypatch.setattr(settings, "LAKE", tmp_path)
    keeper = operator("lake", permissions=("lake.manage",))

    def sync():
        analytics.sync(report=lambda *_: None, actor=keeper, at=datetime.now(UTC))
        return list(tmp_path.rglob("*.parquet"))

    return sync


def test_no_row_and_no_file_says_a_name_a_phone_or_a_remark_of_an_order_that_is_erased(lake):
    filled = whole_order.fill()
    feed.drain()
    numbers = [str(each) for each in filled.residents]
    said, sealed = places_that_say(filled.words), sealed_places_that_say(filled.words)
    mode = {each.table for each in holdings()}
    assert (
        said <= mode and len(said) > 12
    )  # free words stand in the tables that end, and nowhere else
    assert {table for table, _column in sealed} <= mode and len(sealed) > 10
    assert lake() and not lake_says(settings.LAKE, [*filled.words, *numbers])

    actions.settle(at=filled.order.ends_at + 14 * DAY)

    assert places_that_say(filled.words) == set()
    assert sealed_places_that_say(filled.words) == set()
    assert places_that_say(numbers) == OF_PEACE | TRAILS
    assert _trails_of(numbers) == {"identity.registered"}
    assert lake() and not lake_says(settings.LAKE, [*filled.words, *numbers])


def _trails_of(numbers):
    """Which deeds and announcements say one of some words."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT action FROM kernel_audit t WHERE t::text LIKE ANY(%(said)s)
               UNION SELECT kind FROM kernel_event t WHERE t::text LIKE ANY(%(said)s)""",
            {"said": [f"%{each}%" for each in numbers]},
        )
        return {kind for (kind,) in cursor.fetchall()}
