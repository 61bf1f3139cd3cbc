"""Transfers: asked, sent, received, differences signed; and the plan that asks for them."""

from itertools import combinations, product
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.epidemic.supplies import actions, errors, models, queries, rules
from kangmai.epidemic.supplies.types import (  # fmt: skip
    EntryKind,
    Line,
    Shipment,
    Shortage,
    Surplus,
    TransferState,
)
from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.deeds import ChangedMeanwhile
from kangmai.messages.models import Message
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

K, S = EntryKind, TransferState


def asked(town, *, by=None, **items):
    shipment = Shipment(town.hospital, town.centre, items)
    (made,) = actions.ask(shipments=[shipment], reason="调拨", key=uuid4(), actor=by or officer(), at=AT)  # fmt: skip
    return made


def send(transfer, by, **quantities):
    return actions.send(transfer_id=transfer.id, quantities=quantities, expected_version=transfer.version, actor=by, at=AT)  # fmt: skip


def receive(transfer, by, note="", **quantities):
    return actions.receive(
        transfer_id=transfer.id, quantities=quantities, note=note, expected_version=transfer.version, actor=by, at=AT
    )  # fmt: skip


def balance(organization, item="n95"):
    rows = models.Balance.objects.filter(store_id=organization, item=item, quantity__gt=0)
    return {(row.lot, row.expires_on): row.quantity for row in rows}


@pytest.fixture
def stocked(database, town):
    book(town.hospital, K.RECEIPT, Line("n95", 40, "SOON", day(9)), Line("n95", 60, "A", day(200)), Line("n95", 500, "B", day(300)))  # fmt: skip
    book(town.centre, K.RECEIPT, Line("n95", 1, "A", day(200)))
    return town


def test_goods_travel_with_their_lots_and_a_difference_needs_two_people(stocked):
    town = stocked
    at_hospital, at_centre = keeper(town.hospital), keeper(town.centre, account=6)
    transfer = asked(town, n95=100)
    sent = send(transfer, at_hospital)
    assert (sent.state, sent.lines[0].sent) == (S.SENT, 100)
    # what expires within the reserve stays, though it expires first
    assert balance(town.hospital) == {("SOON", day(9)): 40, ("B", day(300)): 460}
    line = queries.ledger(organization=town.centre, on=TODAY, actor=at_centre).lines[0]
    assert (line.cell.usable, line.on_the_way) == (1, 100)
    with pytest.raises(errors.ReasonMissing):
        receive(sent, at_centre, n95=95)
    with pytest.raises(errors.MoreThanSent):
        receive(sent, at_centre, n95=101)
    got = receive(sent, at_centre, "五只破损", n95=95)
    assert (got.state, got.lines[0].received) == (S.DIFFERS, 95)
    assert balance(town.centre) == {("A", day(200)): 61, ("B", day(300)): 35}
    signing = {
        "transfer_id": got.id,
        "note": "确认运输破损",
        "expected_version": got.version,
        "at": AT,
    }
    with pytest.raises(errors.SignsOwnReceipt):
        actions.sign_difference(**signing, actor=at_centre)
    with pytest.raises(NotPermitted):
        actions.sign_difference(**signing, actor=officer())
    done = actions.sign_difference(**signing, actor=at_hospital)
    assert (done.state, done.note) == (S.RECEIVED, "五只破损\n确认运输破损")
    assert queries.unbalanced() == []
    with pytest.raises(errors.NotReversible):
        entry = queries.entries(organization=town.hospital, actor=at_hospital).rows[0]
        actions.reverse(entry_id=entry.id, reason="错", key=uuid4(), actor=at_hospital, at=AT)


def test_each_end_does_its_part_and_nobody_else(stocked):
    town = stocked
    transfer = asked(town, n95=10)
    for by, error in (
        (keeper(town.centre), NotPermitted),
        (keeper(town.neighbour), errors.TransferUnknown),
        (officer(), NotPermitted),
    ):
        with pytest.raises(error):
            send(transfer, by)
    with pytest.raises(errors.NotInThisState):
        receive(transfer, keeper(town.centre))
    with pytest.raises(errors.MoreThanAsked):
        send(transfer, keeper(town.hospital), n95=11)
    with pytest.raises(errors.NothingEntered):
        send(transfer, keeper(town.hospital), n95=0)
    sent = send(transfer, keeper(town.hospital), n95=4)
    with pytest.raises(ChangedMeanwhile):
        send(transfer, keeper(town.hospital), n95=4)
    for by, error in ((keeper(town.hospital), NotPermitted), (keeper(town.station), errors.TransferUnknown)):  # fmt: skip
        with pytest.raises(error):
            receive(sent, by)
    assert receive(sent, keeper(town.centre)).state is S.RECEIVED
    assert sum(balance(town.hospital).values()) == 596
    assert queries.transfers(actor=keeper(town.neighbour)).rows == ()
    with pytest.raises(errors.TransferUnknown):
        queries.get_transfer(transfer_id=transfer.id, actor=keeper(town.neighbour))
    assert queries.open_transfers(actor=officer()) == 0


def test_asking_is_for_planners_of_both_places_once(stocked):
    town = stocked
    for by, error in (
        (keeper(town.hospital), NotPermitted),
        (officer("441203"), errors.InstitutionUnknown),
    ):
        with pytest.raises(error):
            asked(town, by=by, n95=1)
    key = uuid4()
    shipment = Shipment(town.hospital, town.centre, {"n95": 3})

    def ask(shipment):
        return actions.ask(shipments=[shipment], reason="r", key=key, actor=officer(), at=AT)

    assert ask(shipment) == ask(shipment)
    with pytest.raises(errors.KeyReused):
        ask(Shipment(town.hospital, town.centre, {"n95": 4}))
    for bad, error in (
        (Shipment(town.hospital, town.hospital, {"n95": 3}), errors.ToItself),
        (Shipment(town.hospital, town.centre, {}), errors.NothingEntered),
        (Shipment(town.hospital, town.centre, {"n95": 0}), errors.QuantityWrong),
        (Shipment(town.hospital, town.centre, {"gold": 1}), errors.ItemUnknown),
    ):
        with pytest.raises(error):
            actions.ask(shipments=[bad], reason="r", key=uuid4(), actor=officer(), at=AT)
    (made,) = ask(shipment)
    ending = {"transfer_id": made.id, "reason": "不需要了", "expected_version": 1, "at": AT}
    with pytest.raises(NotPermitted):
        actions.withdraw(**ending, actor=keeper(town.hospital))
    refused = actions.refuse(**ending, actor=keeper(town.hospital))
    assert (refused.state, refused.note) == (S.REFUSED, "不需要了")
    with pytest.raises(errors.NotInThisState):
        actions.withdraw(**{**ending, "expected_version": 2}, actor=officer())
    assert models.Transfer.objects.count() == 1


def test_the_plan_mends_and_promises_nothing_twice(database, town):
    uses = rules.rule(on=TODAY).loads["sampler"].uses
    for organization, days in ((town.hospital, 75), (town.centre, 10), (town.neighbour, 20)):
        loads(organization, sampler=(10, 2))
        lines = [Line(e, 20 * rate * days // 1000, "L", day(400)) for e, rate in uses.items()]
        book(organization, K.RECEIPT, *lines)
    found = queries.mending(area=CITY, on=TODAY, actor=officer())
    assert (found.plan.moves, found.plan.bound, found.plan.gap) == (2, 2, 0.0)
    assert len(found.plan.mended) == found.plan.most == 10
    assert found.plan.unmended == ()
    assert found.days_before[town.centre, "n95"] == 10
    assert set(found.days_after.values()) == {30, 45}
    actions.ask(shipments=found.plan.shipments, reason="计划", key=uuid4(), actor=officer(), at=AT)
    again = queries.mending(area=CITY, on=TODAY, actor=officer())
    assert again.plan.shipments == again.plan.mended == ()
    inside = queries.mending(area="441203", on=TODAY, actor=officer())
    assert inside.institutions == 1
    with pytest.raises(NotPermitted):
        queries.mending(area=CITY, on=TODAY, actor=actor(town.hospital, "supplies.read"))


def carried(give, need, pairs):
    """Whether a set of pairs can bring every need of one item: no group of receivers asks for more than its donors have."""
    receivers = [r for r in need if need[r]]
    for size in range(1, len(receivers) + 1):
        for group in combinations(receivers, size):
            donors = {d for d, r in pairs if r in group}
            if sum(need[r] for r in group) > sum(give.get(d, 0) for d in donors):
                return False
    return True


def tried_out(surpluses, shortages):
    """(mended cells, moves) of the best plan, by trying every choice of cells and every set of pairs."""
    items = sorted({each.item for each in shortages})
    best = (0, 0)
    ends = sorted({each.organization for each in [*surpluses, *shortages]})
    every = [(d, r) for d in ends for r in ends if d != r]
    for count in range(len(every) + 1):
        for pairs in combinations(every, count):
            mended = 0
            for item in items:
                give = {e.organization: e.quantity for e in surpluses if e.item == item}
                cells = [e for e in shortages if e.item == item]
                mended += max(
                    sum(chosen)
                    for chosen in product((0, 1), repeat=len(cells))
                    if carried(give, {c.organization: c.quantity for c, yes in zip(cells, chosen, strict=True) if yes}, pairs)
                )  # fmt: skip
            if mended > best[0]:
                best = (mended, count)
    return best


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.integers(-9, 9)),
        max_size=6,
        unique_by=lambda each: each[:2],
    )
)
def test_no_plan_that_could_be_tried_out_is_better(cells):
    surpluses = [Surplus(o, i, n) for o, i, n in cells if n > 0]
    shortages = [Shortage(o, i, -n) for o, i, n in cells if n < 0]
    found = rules.plan(surpluses, shortages)
    assert (len(found.mended), found.moves) == tried_out(surpluses, shortages)
    assert found.bound <= found.moves
    assert len(found.mended) == found.most
    given_away = {(e.organization, e.item): e.quantity for e in surpluses}
    for shipment in found.shipments:
        for item, quantity in shipment.items.items():
            assert quantity > 0
            given_away[shipment.donor, item] -= quantity
    assert all(left >= 0 for left in given_away.values())


def test_the_plan_of_the_page_has_three_moves():
    hospital, a, b, c = 1, 2, 3, 4
    found = rules.plan(
        [Surplus(hospital, "n95", 900), Surplus(hospital, "suit", 300), Surplus(b, "suit", 50)],
        [Shortage(a, "n95", 400), Shortage(a, "suit", 120), Shortage(b, "n95", 300), Shortage(c, "suit", 60)],
    )  # fmt: skip
    assert found.shipments == (
        Shipment(hospital, a, {"n95": 400, "suit": 120}),
        Shipment(hospital, b, {"n95": 300}),
        Shipment(hospital, c, {"suit": 60}),
    )
    assert (len(found.mended), found.moves, found.bound) == (4, 3, 3)


def waiting(transfer):
    """Whom open messages about a transfer address: template, role and institution."""
    rows = Message.objects.filter(
        subject_kind="supply_transfer", subject_id=str(transfer.id), settled_at=None
    )
    return {(row.template, row.role, row.organization_id) for row in rows}


def test_each_end_is_told_while_a_transfer_waits_for_it(stocked):
    town = stocked
    at_hospital, at_centre = keeper(town.hospital), keeper(town.centre, account=6)
    transfer = asked(town, n95=10)
    assert ("supplies_to_send", "storekeeper", town.hospital) in waiting(transfer)
    assert {organization for _, _, organization in waiting(transfer)} == {town.hospital}
    sent = send(transfer, at_hospital)
    assert ("supplies_to_receive", "storekeeper", town.centre) in waiting(transfer)
    assert {template for template, _, _ in waiting(transfer)} == {"supplies_to_receive"}
    got = receive(sent, at_centre, "一只破损", n95=9)
    assert {organization for _, _, organization in waiting(transfer)} == {
        town.hospital,
        town.centre,
    }
    actions.sign_difference(
        transfer_id=transfer.id,
        note="已核对",
        expected_version=got.version,
        actor=at_hospital,
        at=AT,
    )
    assert waiting(transfer) == set()
    refused = asked(town, n95=5)
    actions.refuse(
        transfer_id=refused.id, reason="自用", expected_version=1, actor=at_hospital, at=AT
    )
    assert Message.objects.get(subject_id=str(refused.id), settled_at=None).account_id == 9


def test_who_should_keep_a_store_and_entered_nothing_is_named(stocked):
    assert queries.silent(area=CITY, on=TODAY, actor=officer()) == (
        stocked.neighbour, stocked.station,
    )  # fmt: skip
    assert queries.silent(area=CITY, on=TODAY, actor=keeper(stocked.hospital)) == ()
    assert queries.planned_institutions(actor=officer()) == (stocked.hospital, stocked.centre)
    assert queries.planned_institutions(actor=keeper(stocked.hospital)) == ()
