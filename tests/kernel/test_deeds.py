"""The end of a deed stands or falls with the deed, and a stale version is refused in both languages."""

import datetime

import pytest
from django.db import connection, transaction

from kangmai.kernel.actor import operator
from kangmai.kernel.deeds import (
    ChangedMeanwhile,
    announce,
    require_version,
    write_down,
    write_down_and_announce,
)

AT = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


def rows(table: str, columns: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY seq DESC LIMIT 2")
        return list(cursor.fetchall())


def test_trail_and_announcement_say_the_same(database):
    write_down_and_announce(
        "test.done",
        "Thing",
        7,
        data={"kind": "a"},
        reason="asked",
        actor=operator("tester"),
        at=AT,
    )
    assert rows("kernel_audit", "action, object_type, object_id, reason, details->>'kind'")[0] == (
        "test.done",
        "Thing",
        "7",
        "asked",
        "a",
    )
    assert rows("kernel_event", "kind, key, data->>'kind'")[0] == ("test.done", "7", "a")


def test_what_is_undone_leaves_neither(database):
    before = rows("kernel_audit", "seq"), rows("kernel_event", "seq")
    with transaction.atomic():
        write_down("test.undone", "Thing", 1, actor=operator("tester"), at=AT)
        announce("test.undone", 1, at=AT)
        transaction.set_rollback(True)
    assert (rows("kernel_audit", "seq"), rows("kernel_event", "seq")) == before


def test_stale_version_is_refused():
    require_version(2, 2)
    require_version(2, None)
    with pytest.raises(ChangedMeanwhile) as refusal:
        require_version(2, 1)
    assert "2" in refusal.value.message("en")
    assert "他人已作修改" in refusal.value.message("zh")
