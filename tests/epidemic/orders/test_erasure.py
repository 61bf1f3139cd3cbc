"""The end of an order: every table of the mode is erased, anonymised or kept as its definition says, and proven."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from kangmai.epidemic.orders import actions, errors, queries
from kangmai.epidemic.orders.rulebook import holdings
from kangmai.epidemic.orders.types import Phase, Treatment
from kangmai.kernel import feed
from tests.epidemic.orders import whole_order
from tests.epidemic.orders.factories import AT, OFFICER
from tests.epidemic.venues.factories import NEIGHBOUR, venue, woken

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)
AWAKE = ("cases", "surveillance", "supplies", "teams", "capacity", "grid")
MODE = {
    config.label
    for config in apps.get_app_configs()
    if config.name.startswith("kangmai.epidemic.") and config.label not in AWAKE
}
"""Apps of emergency mode: what stays awake in peace is not erased by an order."""


def tables_of_the_mode():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND c.relnamespace = 'public'::regnamespace"""
        )
        names = {name for (name,) in cursor.fetchall()}
    return {name for name in names if any(name.startswith(f"{label}_") for label in MODE)}


def columns_of(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return dict(cursor.fetchall())


def test_every_table_of_the_mode_says_how_its_rows_end():
    named = [each.table for each in holdings()]
    assert sorted(named) == sorted(tables_of_the_mode())


@pytest.mark.parametrize("holding", holdings(), ids=lambda each: each.table)
def test_what_is_named_of_a_table_is_there_and_can_be_cleared(holding):
    columns = columns_of(holding.table)
    assert {columns.get(name) for name in holding.columns} <= {"YES"}
    needed = [holding.via[0]] if holding.via else [holding.order_column]
    assert set(needed) <= columns.keys()


def held(order):
    return {line.table: line.rows for line in queries.proof(order.id, actor=OFFICER).lines}


def test_an_order_leaves_nobody_behind_and_touches_no_other_order():
    filled = whole_order.fill()
    feed.drain()
    order = filled.order
    before = held(order)
    assert [table for table, rows in before.items() if not rows] == ["orders_erasedtable"]
    other = woken(at=AT, area="441203", days=20, key="other")
    stays = venue(actor=NEIGHBOUR, place="441203101")
    other_before = held(other)
    assert not queries.proof(order.id, actor=OFFICER).is_clean

    late = order.ends_at + 13 * DAY
    assert actions.settle(at=late) == 0
    assert actions.settle(at=order.ends_at + 14 * DAY) == len(holdings())

    proof = queries.proof(order.id, actor=OFFICER)
    assert proof.is_clean
    assert proof.views == ()
    left = {line.table: line.rows for line in proof.lines if line.rows}
    gone = {each.table for each in holdings() if each.treatment is Treatment.ERASE}
    assert gone & left.keys() == set()
    assert left["venues_decision"] == 2
    report = {line.table: line for line in queries.erasure_report(order.id, actor=OFFICER)}
    assert (report["venues_scan"].rows, report["venues_person"].rows) == (2, 3)
    assert (report["venues_arrival"].rows, report["venues_clerk"].rows) == (1, 1)
    assert {line.remaining for line in report.values()} == {0}
    assert queries.get_order(order.id, actor=OFFICER).phase(late + DAY) is Phase.ERASED
    assert held(other) == other_before
    assert stays.id in [row[0] for row in _venues()]
    assert actions.settle(at=order.ends_at + 15 * DAY) == 0


def _venues():
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM venues_venue WHERE content IS NOT NULL")
        return cursor.fetchall()


def test_what_is_over_may_be_erased_at_once_and_what_is_in_force_may_not():
    order = whole_order.fill().order
    with pytest.raises(errors.NotInThisPhase):
        actions.erase_now(order_id=order.id, actor=OFFICER, at=AT)
    ended = actions.end(
        order_id=order.id, reason="扑灭", expected_version=order.version, actor=OFFICER, at=AT + DAY
    )
    assert actions.erase_now(order_id=ended.id, actor=OFFICER, at=AT + DAY) == len(holdings())
    assert queries.proof(order.id, actor=OFFICER).is_clean
