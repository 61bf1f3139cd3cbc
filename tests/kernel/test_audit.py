"""The trail holds every deed, and shows when it was tampered with."""

import datetime

import pytest

from kangmai.kernel import audit, connections
from kangmai.kernel.actor import operator

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
ACTOR = operator("test")


def deed(number: int, **more) -> None:
    audit.record(
        actor=ACTOR,
        at=AT,
        action="records.read",
        object_type="Patient",
        object_id=str(number),
        **more,
    )


@pytest.fixture
def sealed(database, monkeypatch):
    monkeypatch.setattr(audit, "BLOCK_ROWS", 10)
    for number in range(25):
        deed(number, subjects=[number])
    assert audit.seal_blocks(at=AT) == 3
    deed(25)


def test_untouched_trail_verifies(sealed):
    verdict = audit.verify()
    assert (verdict.blocks, verdict.rows, verdict.unsealed, verdict.broken) == (3, 25, 1, ())


def test_blocks_are_full_where_transaction_ids_grow_by_a_digit(database, monkeypatch):
    monkeypatch.setattr(audit, "BLOCK_ROWS", 10)
    for number in range(12):
        deed(number)
    with connections.unit_of_work() as own:
        own.execute("UPDATE kernel_audit SET xid = (95 + object_id::int)::text::xid8")
    assert audit.seal_blocks(at=AT) == 2
    with connections.reading() as own:
        blocks = own.execute("SELECT rows, to_xid::text FROM kernel_audit_block ORDER BY id")
        assert blocks.fetchall() == [(10, "104"), (2, "106")]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE kernel_audit SET account = 7 WHERE object_id = '12'",
        "DELETE FROM kernel_audit WHERE object_id = '12'",
        "UPDATE kernel_audit_block SET hash = sha256('x') WHERE id = 2",
    ],
)
def test_tampering_is_found(sealed, tampering):
    with connections.unit_of_work() as database:
        database.execute(tampering)
    assert 2 in audit.verify().broken


def test_removed_block_is_found(sealed):
    with connections.unit_of_work() as database:
        database.execute("DELETE FROM kernel_audit_block WHERE id = 1")
    assert audit.verify().broken


def test_deed_rolls_back_with_its_transaction(database):
    with pytest.raises(ZeroDivisionError), connections.unit_of_work():
        deed(1)
        raise ZeroDivisionError
    assert audit.search() == []


def test_reads_are_written_together(database):
    for number in range(3):
        audit.record_later(audit.Entry(ACTOR, AT, "records.read", "Patient", str(number), [7]))
    audit.flush()
    assert [line.object_id for line in audit.search(subjects=[7])] == ["2", "1", "0"]
    assert audit.search(subjects=[8]) == []
