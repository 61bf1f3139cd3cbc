"""The ledger of doses adds up whatever happens; a broken cold chain and a recall keep doses from being given."""

import datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kangmai.kernel.actor import NotPermitted
from kangmai.kernel.errors import KangmaiError
from kangmai.programmes.vaccination import actions, models, queries
from kangmai.programmes.vaccination.errors import (
    Blocked,
    BreachNotFound,
    CodeKnown,
    CodeOfOtherProduct,
    CodeTwice,
    DosesWrong,
    Expired,
    FridgeNotFound,
    InTheFuture,
    KindUnknown,
    LotDiffers,
    NameTaken,
    NothingChosen,
    NotThere,
    PackageUnknown,
    ReasonMissing,
    RowsUnreadable,
    SamePerson,
    TemperatureUnlikely,
    VaccineUnknown,
    WasDecided,
    WasRecalled,
)
from kangmai.programmes.vaccination.types import PackageLine, ReadingSource, Verdict
from tests.programmes.vaccination.factories import (
    AT,
    agreed,
    cdc,
    child,
    code,
    desk,
    fridge,
    give,
    left,
    line,
    next_door,
    stock,
)

HOUR = datetime.timedelta(hours=1)
BORN = datetime.date(2026, 8, 20)


def temperature(place, celsius, *, at=AT, by, **more):
    return actions.write_temperatures(fridge_id=place, samples=[(at, celsius)], actor=by, at=max(at, AT), **more)  # fmt: skip


def receive(place, *lines, by, **more):
    return actions.receive(fridge_id=place, lines=lines, key=more.pop("key", uuid4()), actor=by, at=AT)  # fmt: skip


def test_packages_are_received_once_and_wholly(database, town):
    keeper, key = desk(town), uuid4()
    place = fridge(town)
    lines = [line("HepB", 1), line("HepB", 2, doses=5)]
    assert receive(place, *lines, by=keeper, key=key) == 6
    assert receive(place, *lines, by=keeper, key=key) == 6
    assert left(town) == {"HepB": (6, 0)}
    odd = line("HepB", 9)
    for wrong, error in (
        ([line("HepB", 3), line("HepB", 1)], CodeKnown),
        ([line("HepB", 3), line("HepB", 3)], CodeTwice),
        ([line("HepB", 3, doses=0)], DosesWrong),
        ([line("HepB", 3, expires_on=datetime.date(2026, 11, 21))], Expired),
        ([line("HepB", 3, expires_on=datetime.date(2028, 1, 1))], LotDiffers),
        ([PackageLine(odd.code, "MMR", "x", "y", "B1", odd.expires_on)], CodeOfOtherProduct),
        ([PackageLine(odd.code, "XXX", "x", "y", "B1", odd.expires_on)], VaccineUnknown),
        ([PackageLine(odd.code, "HepB", "", "y", "B1", odd.expires_on)], ReasonMissing),
        ([], NothingChosen),
    ):
        with pytest.raises(error):
            receive(place, *wrong, by=keeper)
    assert left(town) == {"HepB": (6, 0)}
    with pytest.raises(NameTaken):
        fridge(town)
    with pytest.raises(KindUnknown):
        fridge(town, "2号", kind="cupboard")


def test_moved_counted_and_wasted(database, town):
    keeper = desk(town)
    place, other = fridge(town), fridge(town, "2号冰箱")
    receive(place, line("HepB", 1, doses=5), line("HepB", 2, doses=5), by=keeper)
    lot = queries.held(organization=town.centre, actor=keeper)[0].lot.id

    def move(n, key):
        return actions.move(
            fridge_id=place, to_fridge_id=other, lot_id=lot, packages=n, key=key, actor=keeper, at=AT
        )  # fmt: skip

    key = uuid4()
    assert move(1, key) == move(1, key) == 1
    held = {each.fridge: each.usable for each in queries.held(organization=town.centre, actor=keeper)}  # fmt: skip
    assert held == {place: 5, other: 5}
    with pytest.raises(NotThere):
        move(2, uuid4())
    same = uuid4()
    counted = {"fridge_id": other, "lot_id": lot, "actor": keeper, "at": AT}
    with pytest.raises(ReasonMissing):
        actions.count(found=3, key=uuid4(), **counted)
    assert actions.count(found=3, reason="破损", key=same, **counted) == -2
    assert actions.count(found=3, reason="破损", key=same, **counted) == -2
    with pytest.raises(NotThere):
        actions.count(found=4, reason="多出", key=uuid4(), **counted)
    with pytest.raises(PackageUnknown):
        actions.waste(codes=[code("HepB", 99)], reason="破损", key=uuid4(), actor=keeper, at=AT)
    assert actions.waste(codes=[code("HepB", 2)], reason="破损", key=uuid4(), actor=keeper, at=AT) == 5  # fmt: skip
    assert left(town) == {"HepB": (3, 0)}
    assert [each.kind.value for each in queries.ledger(organization=town.centre, actor=keeper)] == ["waste", "count", "move", "receipt"]  # fmt: skip
    assert queries.unbalanced() == []


def test_what_was_booked_and_measured_stays(database, town):
    place = stock(town, [line("HepB", 1)])
    temperature(place, 5, by=desk(town))
    for change in (
        lambda: models.Movement.objects.update(quantity=5),
        lambda: models.Entry.objects.update(reason="x"),
        lambda: models.Temperature.objects.update(celsius=4),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Package.objects.update(left=99)


def test_a_break_puts_lots_aside_until_another_person_decides(database, town):
    keeper, second = desk(town), desk(town, account=6)
    place = stock(town, [line("HepB", 1), line("IPV", 1)])
    visit = agreed(child(BORN), "HepB", by=keeper)
    assert temperature(place, 8.0, by=keeper) is None
    breach = temperature(place, 8.1, at=AT + HOUR, by=keeper)
    assert [(each.lot.vaccine, each.doses) for each in breach.lots] == [("HepB", 1), ("IPV", 1)]
    assert left(town) == {"HepB": (0, 1), "IPV": (0, 1)}
    with pytest.raises(Blocked, match="put aside"):
        give(visit, "HepB", code("HepB", 1), by=keeper)
    temperature(place, 12.0, at=AT + 2 * HOUR, by=keeper)
    temperature(place, 5.0, at=AT + 3 * HOUR, by=keeper)
    (breach,) = queries.breaches(only_open=True, actor=keeper)
    assert (breach.lowest, breach.highest, breach.ended_at) == (8.1, 12.0, AT + 3 * HOUR)
    hepb, ipv = breach.lots

    def decide(each, verdict, *, by, reason="厂家稳定性数据允许", version):
        return actions.decide(
            breach_id=breach.id, line_id=each.id, verdict=verdict, reason=reason, key=uuid4(),
            expected_version=version, actor=by, at=AT + 4 * HOUR,
        )  # fmt: skip

    with pytest.raises(SamePerson):
        decide(hepb, Verdict.RELEASED, by=keeper, version=1)
    with pytest.raises(ReasonMissing):
        decide(hepb, Verdict.RELEASED, by=second, reason=" ", version=1)
    with pytest.raises(BreachNotFound):
        decide(hepb, Verdict.RELEASED, by=next_door(town), version=1)
    decide(hepb, Verdict.RELEASED, by=second, version=1)
    decide(ipv, Verdict.DISCARDED, by=cdc(town), version=2)
    with pytest.raises(WasDecided):
        decide(ipv, Verdict.RELEASED, by=second, version=3)
    assert left(town) == {"HepB": (1, 0)}
    assert queries.breaches(only_open=True, actor=keeper) == []
    assert give(visit, "HepB", code("HepB", 1), by=keeper).immunization
    assert queries.unbalanced() == []


def test_who_was_given_doses_of_a_broken_fridge_is_listed(database, town):
    keeper = desk(town)
    place = stock(town, [line("HepB", 1), line("HepB", 2)])
    baby = child(BORN)
    visit = agreed(baby, "HepB", by=keeper)
    give(visit, "HepB", code("HepB", 1), by=keeper, at=AT + 2 * HOUR)
    late = AT + 5 * HOUR
    actions.write_temperatures(
        fridge_id=place, samples=[(AT + HOUR, -1.5), (AT + 3 * HOUR, 4.0)], source=ReadingSource.DEVICE, actor=keeper, at=late
    )  # fmt: skip
    (breach,) = queries.breaches(actor=keeper)
    assert [each.resident_id for each in queries.recipients(breach=breach, actor=keeper)] == [baby.id]  # fmt: skip
    assert left(town) == {"HepB": (0, 1)}
    assert queries.recipients(breach=breach, actor=next_door(town)) == []


def test_a_recalled_lot_is_given_nowhere_and_its_people_are_found(database, town):
    keeper, officer = desk(town), cdc(town)
    stock(town, [line("HepB", 1), line("HepB", 2), line("HepB", 3, lot="B2")])
    baby, other = child(BORN), child(BORN)
    first, second = agreed(baby, "HepB", by=keeper), agreed(other, "HepB", by=keeper)
    give(first, "HepB", code("HepB", 1), by=keeper)
    lot = next(each.lot for each in queries.held(organization=town.centre, actor=keeper) if each.lot.number == "A1")  # fmt: skip
    with pytest.raises(NotPermitted):
        actions.recall(lot_id=lot.id, reason="企业召回", expected_version=1, actor=keeper, at=AT)
    actions.recall(lot_id=lot.id, reason="企业召回", expected_version=1, actor=officer, at=AT)
    with pytest.raises(Blocked, match="recalled"):
        give(second, "HepB", code("HepB", 2), by=keeper)
    assert give(second, "HepB", code("HepB", 3), by=keeper)
    assert [each.resident_id for each in queries.recipients(lot=lot.id, actor=officer)] == [baby.id]
    assert queries.recipients(lot=lot.id, actor=next_door(town)) == []
    with pytest.raises(WasRecalled):
        actions.recall(lot_id=lot.id, reason="x", expected_version=2, actor=officer, at=AT)


def test_temperatures_from_a_file(database, town):
    keeper = desk(town)
    place = stock(town, [line("HepB", 1)])
    text = "时间,温度\n2026-11-21 08:00,4.2\n2026/11/21 16:00,9.5\n2026-11-22 08:00,5\n"
    assert actions.take_file(fridge_id=place, text=text, actor=keeper, at=AT)[0] == 3
    assert actions.take_file(fridge_id=place, text=text, actor=keeper, at=AT)[1] is None
    found = queries.readings(place, actor=keeper, at=AT)
    assert [(each.celsius, each.is_outside) for each in found] == [(5.0, False), (9.5, True), (4.2, False)]  # fmt: skip
    assert len(queries.breaches(actor=keeper)) == 1
    for wrong, error in (
        ("2026-11-21 08:00,warm\n", RowsUnreadable),
        ("", RowsUnreadable),
        ("2026-11-21 08:00,500\n", TemperatureUnlikely),
        ("2027-11-21 08:00,5\n", InTheFuture),
    ):
        with pytest.raises(error):
            actions.take_file(fridge_id=place, text=wrong, actor=keeper, at=AT)
    with pytest.raises(FridgeNotFound):
        actions.take_file(fridge_id=place, text=text, actor=next_door(town), at=AT)
    with pytest.raises(FridgeNotFound):
        queries.readings(place, actor=next_door(town), at=AT)


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "move", "waste", "count", "inject", "break"]),
        st.integers(1, 6),
        st.sampled_from(["once", "twice", "crash"]),
    ),
    max_size=9,
)


@given(deeds=DEEDS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stock_is_what_came_less_what_went(database, town, deeds):
    """Received − used − wasted − missing = what is there, through repetitions and crashes."""
    with transaction.atomic():
        _play(town, deeds)
        transaction.set_rollback(True)


class Crash(Exception):
    """The machine stops before the commit."""


def _play(town, deeds):
    keeper = desk(town)
    places = [fridge(town, f"{n}号") for n in "甲乙"]
    came = gone = 0
    for n, (deed, number, fate) in enumerate(deeds):
        key = uuid4()
        run = _deed(deed, number, n, places, key, keeper)
        try:
            with transaction.atomic():
                change = run()
                if fate == "crash":
                    raise Crash
            if fate == "twice":
                assert run() == change
        except (KangmaiError, Crash):
            continue
        came, gone = came + max(change, 0), gone - min(change, 0)
    held = queries.held(organization=town.centre, actor=keeper)
    assert sum(each.usable + each.quarantined for each in held) == came - gone
    assert queries.unbalanced() == []


def _deed(deed, number, n, places, key, keeper):
    """What changes the stock, as a call that may be repeated; it answers by how much."""
    place, other = places[n % 2], places[(n + 1) % 2]
    lots = [each.lot.id for each in queries.held(organization=keeper.grants[0].organization, actor=keeper) if each.fridge == place]  # fmt: skip
    lot = lots[0] if lots else uuid4()
    match deed:
        case "receive":
            return lambda: actions.receive(fridge_id=place, lines=[line("HepB", n * 10 + k, doses=number) for k in range(2)], key=key, actor=keeper, at=AT)  # fmt: skip
        case "move":
            return lambda: 0 * actions.move(fridge_id=place, to_fridge_id=other, lot_id=lot, packages=1, key=key, actor=keeper, at=AT)  # fmt: skip
        case "waste":
            scanned = code("HepB", (n - 1) * 10)
            return lambda: -actions.waste(codes=[scanned], reason="破损", key=key, actor=keeper, at=AT)  # fmt: skip
        case "count":
            return lambda: actions.count(fridge_id=place, lot_id=lot, found=number, reason="短少", key=key, actor=keeper, at=AT)  # fmt: skip
        case "break":
            return lambda: 0 * bool(temperature(place, 9.0 + n, at=AT + HOUR * n, by=keeper))
        case _:
            visit = agreed(child(BORN), "HepB", by=keeper)
            scanned = models.Package.objects.filter(left__gt=0).values_list("code", flat=True).first() or code("HepB", 1)  # fmt: skip
            return lambda: 0 * bool(give(visit, "HepB", scanned, by=keeper, key=key)) - 1


def test_the_neighbour_sees_no_stock(database, town):
    stock(town, [line("HepB", 1)])
    stranger = next_door(town)
    assert queries.fridges(actor=stranger, at=AT) == []
    assert queries.held(organization=town.centre, actor=stranger) == []
    assert queries.ledger(organization=town.centre, actor=stranger) == []
