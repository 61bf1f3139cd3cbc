"""The ledger: what may be booked, what is refused and changes nothing, and a twin that only adds up."""

from collections import Counter
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.epidemic.supplies import actions, errors, models, queries
from kangmai.epidemic.supplies.types import EntryKind, HeldLot, Line, LoadLine
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from tests.epidemic.supplies.factories import (  # fmt: skip
    AT,
    CITY,
    TODAY,
    actor,
    book,
    day,
    keeper,
    loads,
    officer,
)

K = EntryKind


def stock(organization):
    rows = models.Balance.objects.filter(store_id=organization, quantity__gt=0)
    return {(r.item, r.lot, r.expires_on): r.quantity for r in rows}


def test_what_expires_first_goes_first(database, town):
    book(town.hospital, K.RECEIPT, Line("n95", 100, "B", day(200)), Line("n95", 50, "A", day(10)), Line("n95", 30, "X", day(-1)), Line("n95", 7))  # fmt: skip
    entry = book(town.hospital, K.ISSUE, Line("n95", 60), partner="发热门诊")
    assert [(m.lot, m.quantity, m.balance) for m in entry.movements] == [("A", -50, 0), ("B", -10, 90)]  # fmt: skip
    with pytest.raises(errors.NotEnough) as refused:
        book(town.hospital, K.ISSUE, Line("n95", 98))
    assert refused.value.details == {"item": "n95", "available": 97, "wanted": 98}
    with pytest.raises(errors.LotExpired):
        book(town.hospital, K.ISSUE, Line("n95", 1, "X", day(-1)), reason="急用")
    book(town.hospital, K.ISSUE, Line("n95", 97))
    assert stock(town.hospital) == {("n95", "X", day(-1)): 30}
    gone = actions.discard_expired(organization=town.hospital, reason="过期", key=uuid4(), actor=keeper(town.hospital), at=AT)  # fmt: skip
    assert [(m.lot, m.quantity) for m in gone.movements] == [("X", -30)]
    assert stock(town.hospital) == {}


def test_a_later_lot_needs_a_reason(database, town):
    book(town.centre, K.DONATION, Line("suit", 5, "A", day(40)), Line("suit", 5, "B", day(90)), partner="某企业")  # fmt: skip
    with pytest.raises(errors.LaterLotNeedsReason):
        book(town.centre, K.ISSUE, Line("suit", 2, "B", day(90)))
    entry = book(town.centre, K.ISSUE, Line("suit", 2, "B", day(90)), reason="A 批号型号不合适")
    assert entry.movements[0].balance == 3


def test_counts_move_the_difference_and_say_why(database, town):
    book(town.centre, K.RECEIPT, Line("gown", 20, "A"))
    with pytest.raises(errors.ReasonMissing):
        book(town.centre, K.COUNT, Line("gown", 18, "A"))
    entry = book(town.centre, K.COUNT, Line("gown", 18, "A"), Line("cap", 4), reason="盘点")
    assert [(m.item, m.quantity) for m in entry.movements] == [("gown", -2), ("cap", 4)]
    same = book(town.centre, K.COUNT, Line("gown", 18, "A"))
    assert same.movements == ()


def test_an_entry_is_reversed_once_and_only_while_its_goods_are_there(database, town):
    by = keeper(town.centre)
    wrong = book(town.centre, K.RECEIPT, Line("gloves", 500, "A"))

    def undo(entry):
        return actions.reverse(entry_id=entry.id, reason="录错", key=uuid4(), actor=by, at=AT)

    issue = book(town.centre, K.ISSUE, Line("gloves", 1))
    with pytest.raises(errors.NotEnough):
        undo(wrong)
    back = undo(issue)
    assert back.movements[0].quantity == 1
    undo(wrong)
    assert stock(town.centre) == {}
    for entry, error in ((wrong, errors.WasReversed), (back, errors.NotReversible)):
        with pytest.raises(error):
            undo(entry)
    newest = queries.entries(organization=town.centre, actor=by).rows
    assert [each.kind for each in newest] == [K.REVERSAL, K.REVERSAL, K.ISSUE, K.RECEIPT]
    assert [each.is_reversed for each in newest] == [False, False, True, True]


def test_a_form_sent_twice_books_once(database, town):
    key = uuid4()
    first = book(town.centre, K.RECEIPT, Line("swab", 10, "A"), key=key)
    assert book(town.centre, K.RECEIPT, Line("swab", 10, "A"), key=key) == first
    with pytest.raises(errors.KeyReused):
        book(town.centre, K.RECEIPT, Line("swab", 11, "A"), key=key)
    assert stock(town.centre) == {("swab", "A", None): 10}


@pytest.mark.parametrize(
    ("kind", "lines", "error"),
    [
        (K.RECEIPT, [], errors.NothingEntered),
        (K.RECEIPT, [Line("gold", 1)], errors.ItemUnknown),
        (K.RECEIPT, [Line("swab", 0)], errors.QuantityWrong),
        (K.RECEIPT, [Line("swab", -3)], errors.QuantityWrong),
        (K.RECEIPT, [Line("swab", 1), Line("swab", 2)], errors.ItemTwice),
        (K.ISSUE, [Line("swab", 1), Line("swab", 2, "A")], errors.ItemTwice),
        (K.DISCARD, [Line("swab", 1, "Q")], errors.ReasonMissing),
        (K.REVERSAL, [Line("swab", 1)], errors.NothingEntered),
    ],
)
def test_bad_entries_change_nothing(database, town, kind, lines, error):
    with pytest.raises(error):
        book(town.centre, kind, *lines)
    assert not models.Entry.objects.exists()
    assert not models.Movement.objects.exists()


def test_what_was_booked_cannot_be_changed_beneath(database, town):
    book(town.centre, K.RECEIPT, Line("swab", 10, "A"))
    for sql in ("UPDATE supplies_movement SET quantity = 11", "DELETE FROM supplies_entry"):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            connection.cursor().execute(sql)


def test_only_the_keeper_writes_and_only_the_near_see(database, town):
    book(town.centre, K.RECEIPT, Line("swab", 10, "A"))
    book(
        town.station, K.RECEIPT, Line("swab", 3, "A"), by=keeper(town.centre)
    )  # of the village below
    strangers = {
        "neighbour": (keeper(town.neighbour), errors.InstitutionUnknown),
        "hospital": (keeper(town.hospital), errors.InstitutionUnknown),
        "officer": (officer(), NotPermitted),
        "county that keeps its own": (actor(town.hospital, "registry.read", "supplies.read", "supplies.keep", place="441202"), NotPermitted),
        "village": (keeper(town.station), errors.InstitutionUnknown),
        "clerk": (actor(town.centre, "registry.read"), NotPermitted),
    }  # fmt: skip
    for name, (by, error) in strangers.items():
        with pytest.raises(error):
            book(town.centre, K.ISSUE, Line("swab", 1), by=by)
        assert stock(town.centre) == {("swab", "A", None): 10}, name
    for by in (keeper(town.neighbour), keeper(town.station)):
        with pytest.raises(errors.InstitutionUnknown):
            queries.ledger(organization=town.centre, on=TODAY, actor=by)
        assert town.centre not in {o for o, _ in queries.export(area=CITY, actor=by)}
    assert queries.board(area=CITY, on=TODAY, actor=keeper(town.neighbour)).whole.institutions == 0
    assert queries.export(area=CITY, actor=officer("441202")) == [
        (town.centre, HeldLot("swab", "A", None, 10)),
        (town.station, HeldLot("swab", "A", None, 3)),
    ]
    assert queries.kept_institutions(actor=keeper(town.centre)) == (town.centre, town.station)


def test_numbers_at_post_are_replaced_by_who_saw_the_present_ones(database, town):
    loads(town.centre, sampler=(4, 2), test_tube=(200, 1))
    found = queries.ledger(organization=town.centre, on=TODAY, actor=keeper(town.centre))
    assert found.store.version == 1
    assert {line.item.id: line.cell.burn_milli for line in found.lines}["extraction_kit"] == 206_000
    for lines, version, error in (
        ([LoadLine("sampler", 1, 2)], 0, ChangedMeanwhile),
        ([LoadLine("chef", 1, 2)], 1, errors.LoadUnknown),
        ([LoadLine("sampler", 1, 7)], 1, errors.LoadUnknown),
        ([LoadLine("test_tube", 1, 2)], 1, errors.LoadUnknown),
        ([LoadLine("sampler", 1, 2), LoadLine("sampler", 2, 2)], 1, errors.LoadUnknown),
    ):
        with pytest.raises(error):
            actions.set_loads(organization=town.centre, loads=lines, expected_version=version, actor=keeper(town.centre), at=AT)  # fmt: skip
    assert models.StoreLoad.objects.count() == 2


FILE = "机构代码,物资,批号,有效期至,数量\nC1,医用防护口罩（N95）,A,2027-03-31,300\nS1,swab,,,40\n"


def imported(town, text, *, dry_run=False):
    return actions.import_counts(text, reason="首次盘点", dry_run=dry_run, key=uuid4(), actor=keeper(town.centre), at=AT)  # fmt: skip


def test_a_file_of_counts_is_taken_whole_or_not_at_all(database, town):
    trial = imported(town, FILE, dry_run=True)
    assert (trial.rows, trial.changed, trial.institutions, trial.is_written) == (2, 2, 2, False)
    assert not models.Entry.objects.exists()
    assert imported(town, FILE).is_written
    assert stock(town.centre) == {("n95", "A", day(129)): 300}
    again = imported(town, FILE)
    assert (again.changed, again.unchanged) == (0, 2)
    wrong = FILE + "N1,swab,,,5\nC1,gold,,,1\nC1,cap,,31.3.2027,1\nC1,cap,,,many\nX9,cap,,,1\nS1,swab,,,41\n"  # fmt: skip
    report = imported(town, wrong)
    assert not report.is_written
    assert [(e.line, e.column, e.error.code) for e in report.errors] == [
        (4, "institution", "InstitutionUnknown"),
        (5, "item", "ItemUnknown"),
        (6, "expires_on", "ExpiryMissing"),
        (7, "quantity", "QuantityWrong"),
        (8, "institution", "InstitutionUnknown"),
        (9, "item", "ItemTwice"),
    ]
    with pytest.raises(errors.FileHeaderWrong):
        imported(town, "机构,东西\n")
    assert stock(town.station) == {("swab", "", None): 40}


LOT = st.tuples(st.sampled_from(("n95", "suit")), st.sampled_from(("A", "B", "")), st.sampled_from((None, day(-3), day(5), day(400))))  # fmt: skip
DEED = st.one_of(
    st.tuples(st.sampled_from((K.RECEIPT, K.DONATION, K.COUNT, K.DISCARD, K.ISSUE)), LOT, st.integers(0, 60)),
    st.tuples(st.just("fefo"), LOT, st.integers(1, 60)),
    st.tuples(st.just("undo"), LOT, st.integers(0, 20)),
    st.tuples(st.just("again"), LOT, st.integers(0, 20)),
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(DEED, max_size=14))
def test_whatever_is_booked_the_twin_that_only_adds_up_agrees(town, deeds):
    """Receipts, issues, counts, discards, reversals and repetitions in any order, refused or not."""
    with transaction.atomic():
        twin: Counter = Counter()
        done: list = []
        by = keeper(town.hospital)
        for what, (item, lot, expires_on), quantity in deeds:
            try:
                if what == "undo" and done:
                    entry = actions.reverse(entry_id=done[quantity % len(done)][0].id, reason="错", key=uuid4(), actor=by, at=AT)  # fmt: skip
                elif what == "again" and done:
                    first, key, kind, line = done[quantity % len(done)]
                    assert book(town.hospital, kind, line, reason="r", key=key).id == first.id
                    continue
                elif isinstance(what, EntryKind) or what == "fefo":
                    kind = what if isinstance(what, EntryKind) else K.ISSUE
                    line = Line(item, quantity) if what == "fefo" else Line(item, quantity, lot, expires_on)  # fmt: skip
                    key = uuid4()
                    entry = book(town.hospital, kind, line, reason="r", key=key)
                    done.append((entry, key, kind, line))
                else:
                    continue
            except (errors.Conflict, errors.Incorrect):
                continue
            for move in entry.movements:
                twin[item_of(move)] += move.quantity
                assert move.balance == twin[item_of(move)] >= 0
        assert stock(town.hospital) == {lot: n for lot, n in twin.items() if n}
        assert queries.unbalanced() == []
        transaction.set_rollback(True)


def item_of(move):
    return move.item, move.lot, move.expires_on
