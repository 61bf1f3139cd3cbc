"""Days of supply: the closed form against a day-by-day twin, the statement against the closed form, the worked page."""

import re
from fractions import Fraction
from pathlib import Path

from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.epidemic.supplies import actions, models, queries, rules
from kangmai.epidemic.supplies.cells import cells
from kangmai.epidemic.supplies.types import Cell, EntryKind, HeldLot, Line, LoadLine, Lot, Standing
from kangmai.kernel import definitions
from tests.epidemic.supplies.factories import (
    AT,
    CITY,
    COUNTY,
    TODAY,
    TOWN,
    book,
    day,
    loads,
    officer,
)

RULE = rules.rule(on=TODAY)
LOTS = st.lists(
    st.builds(
        Lot,
        st.integers(0, 400),
        st.one_of(st.none(), st.integers(-5, 60).map(day)),
    ),
    max_size=6,
)
BURN = st.integers(8_000, 60_000)


def lived_through(lots, burn):
    """How many whole days a stock lasts, by living through them: each day takes what expires first."""
    left = [[Fraction(each.quantity), each.expires_on] for each in lots]
    left.sort(key=lambda each: (each[1] is None, each[1] or TODAY))
    for passed in range(1000):
        today = day(passed)
        wanted = Fraction(burn, 1000)
        for each in left:
            if each[1] is None or each[1] >= today:
                taken = min(wanted, each[0])
                each[0] -= taken
                wanted -= taken
        if wanted:
            return passed
    raise AssertionError("endless")


@settings(max_examples=50, deadline=None)
@given(LOTS, BURN)
def test_days_are_those_that_somebody_lives_through(lots, burn):
    assert rules.days_of_supply(lots, burn, TODAY) == lived_through(lots, burn)


@settings(max_examples=50, deadline=None)
@given(LOTS, BURN)
def test_what_is_left_over_is_what_nobody_uses(lots, burn):
    good = rules.usable(lots, TODAY)
    left = rules.left_over(lots, burn, TODAY)
    assert len(left) == len(good)
    assert all(0 <= n <= each.quantity for n, each in zip(left, good, strict=True))
    if all(each.expires_on is None for each in good):
        assert not any(left)


@settings(max_examples=50, deadline=None)
@given(LOTS, BURN)
def test_what_is_given_leaves_thirty_days_and_what_is_brought_makes_them(lots, burn):
    give, need = rules.give_and_need(lots, burn, TODAY, reserve_days=30)
    assert not (give and need)
    days = rules.days_of_supply(lots, burn, TODAY)
    assert (days >= 30) == (need == 0)
    assert rules.days_of_supply([*lots, Lot(need)], burn, TODAY) >= 30
    if need:
        assert rules.days_of_supply([*lots, Lot(need - 1)], burn, TODAY) < 30
    if give:
        kept, left = [], give
        for lot in sorted(lots, key=lambda each: each.expires_on or day(10_000)):
            part = min(left, lot.quantity) if rules.outlasts(lot.expires_on, TODAY, reserve_days=30) else 0  # fmt: skip
            kept.append(Lot(lot.quantity - part, lot.expires_on))
            left -= part
        assert left == 0
        assert rules.days_of_supply(kept, burn, TODAY) >= 30


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(LOTS, st.integers(0, 30)), min_size=1, max_size=5))
def test_the_statement_gives_what_the_rule_gives(town, stocks):
    models.Balance.objects.all().delete()
    models.StoreLoad.objects.all().delete()
    pooled: dict[str, list] = {"even": [[], 0], "odd": [[], 0]}
    units = {}
    for n, (lots, people) in enumerate(stocks):
        store, _ = models.Store.objects.get_or_create(organization_id=9000 + n, place_code=TOWN)
        if people:
            models.StoreLoad.objects.create(store=store, load="sampler", amount=people, shifts=2)
        for place, lot in enumerate(lots):
            models.Balance.objects.create(
                store=store, item="n95", lot=f"{place}", expires_on=lot.expires_on, quantity=lot.quantity
            )  # fmt: skip
        unit = ("even", "odd")[n % 2]
        units[store.pk] = unit
        pooled[unit][0] += lots
        pooled[unit][1] += people * 2 * 2000
    expected = {
        unit: {"n95": rules.cell("n95", lots, burn, TODAY)}
        for unit, (lots, burn) in pooled.items()
        if burn
    }
    assert cells(units, ["n95"], RULE, on=TODAY) == expected
    models.Balance.objects.all().delete()
    models.StoreLoad.objects.all().delete()
    models.Store.objects.filter(organization_id__gte=9000).delete()


def test_posts_suggest_numbers_at_post():
    assert rules.from_posts("hospital", {"doctor": 31, "nurse": 54, "officer": 3}, RULE) == [
        LoadLine("general_outpatient", 26, 2),
        LoadLine("fever_clinic", 3, 6),
        LoadLine("sampler", 3, 2),
    ]


def test_a_stock_is_short_due_or_enough():
    item = RULE.items["n95"]
    for quantity, standing in ((4799, Standing.SHORT), (4800, Standing.ORDER), (6400, Standing.ORDER), (6401, Standing.ENOUGH)):  # fmt: skip
        cell = rules.cell("n95", [Lot(quantity)], 160_000, TODAY)
        assert rules.needs(cell, item, RULE).standing is standing


def test_the_board_pools_and_still_shows_who_is_short(database, town):
    loads(town.hospital, sampler=(20, 2))
    loads(town.centre, sampler=(10, 2))
    key_items = [each for each in RULE.loads["sampler"].uses if RULE.items[each].is_key]
    for organization, days in ((town.hospital, 90), (town.centre, 10), (town.neighbour, 5)):
        uses = RULE.loads["sampler"].uses
        people = 20 if organization == town.hospital else 10
        lines = [Line(e, people * 2 * uses[e] * days // 1000, "L1", day(365)) for e in key_items]
        book(organization, EntryKind.RECEIPT, *lines)
    found = queries.board(area=CITY, on=TODAY, actor=officer())
    assert found.whole.institutions == 3
    assert found.whole.unknown_institutions == 1  # nobody said who is at post in the neighbour
    assert [(each.unit, each.short_cells, each.short_institutions) for each in found.lines] == [
        ("441202", 5, 1),
        (str(town.neighbour), 0, 0),  # alone in its county
    ]
    assert found.lines[0].cells["n95"] == Cell("n95", 7600, 120_000, 63)
    inside = queries.board(area=COUNTY, on=TODAY, actor=officer())
    assert [(each.unit, each.is_institution) for each in inside.lines] == [
        (str(town.centre), True),
        (str(town.hospital), True),
    ]
    assert inside.lines[0].smallest == Cell("face_shield", 200, 20_000, 10)
    short = queries.board(area=COUNTY, on=TODAY, actor=officer(), only_short=True)
    assert [each.unit for each in short.lines] == [str(town.centre)]


def test_lots_that_expire_are_listed_with_what_will_be_left(database, town):
    loads(town.centre, sampler=(5, 2))  # 20 respirators a day
    book(town.centre, EntryKind.RECEIPT, Line("n95", 100, "A", day(2)), Line("n95", 500, "B", day(50)))  # fmt: skip
    book(town.neighbour, EntryKind.RECEIPT, Line("n95", 9, "C", day(3)))
    page = queries.expiring(area=CITY, on=TODAY, within_days=60, actor=officer())
    assert [(e.held, e.left_over) for e in page.rows] == [
        (HeldLot("n95", "A", day(2), 100), 40),
        (HeldLot("n95", "C", day(3), 9), None),
        (HeldLot("n95", "B", day(50), 500), 0),
    ]
    first = queries.expiring(area=CITY, on=TODAY, within_days=60, limit=2, actor=officer())
    rest = queries.expiring(area=CITY, on=TODAY, within_days=60, after=first.next, actor=officer())
    assert first.rows + rest.rows == page.rows
    assert rest.next == ""


def test_the_page_of_days_of_supply_is_right():
    page = (Path(__file__).parents[3] / "docs/algorithms/days-of-supply.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| (\d+) \|$", page, re.MULTILINE)
    assert len(rows) >= 4
    for burn, lots, days in rows:
        stock = []
        for quantity, left in re.findall(r"(\d+)(?: until day (\d+))?", lots):
            stock.append(Lot(int(quantity), day(int(left) - 1) if left else None))
        assert rules.days_of_supply(stock, int(burn) * 1000, TODAY) == int(days), lots


def test_a_day_is_read_once_and_its_later_reading_stays(database, town):
    loads(town.hospital, sampler=(20, 2))
    loads(town.centre)  # says that nobody is at post: not judged
    lines = [
        Line(item, 40 * rate * 31 // 1000) for item, rate in RULE.loads["sampler"].uses.items()
    ]
    book(town.hospital, EntryKind.RECEIPT, *lines)
    assert actions.read_days(at=AT) == 1
    book(town.hospital, EntryKind.ISSUE, Line("n95", 160))
    assert actions.read_days(at=AT) == 1
    view = definitions.get("epidemic", "published_view", "supply_reading", on=TODAY)
    with connection.cursor() as cursor:
        cursor.execute(view.content["sql"])
        assert [column.name for column in cursor.description] == list(view.content["columns"])
        assert [row[1:] for row in cursor.fetchall()] == [
            (str(town.hospital), COUNTY, TODAY, 5, 1, "n95", 29)
        ]
