"""What moved and why, who is behind since when, when a level changed, and last year's rule beside today's."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from kangmai.analytics import queries
from kangmai.analytics.errors import PeriodNotCounted, RowsNotTraceable
from kangmai.analytics.indicators import definition
from kangmai.analytics.indicators.counting import count
from kangmai.analytics.indicators.earlier import (
    level_periods,
    period_before,
    twelve_months_up_to,
    week_and_before,
)
from kangmai.analytics.indicators.reporting import reporting_of
from kangmai.analytics.indicators.rolled import rolled
from kangmai.analytics.indicators.rollup import parts, placed, total
from kangmai.analytics.types import By, Engine
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.standards.periods import parse_period
from tests.analytics.indicators.lake_of_rows import CUTOFF, enrolment, visits, write
from tests.analytics.indicators.test_figures import residents
from tests.factories.actors import actor

OPERATOR = operator("test")
DAY = datetime.date
NEAR, FAR = "441202001002", "441203101002"


def reader(place: str, *permissions: str):
    return actor(places=(place,), permissions=permissions or ("indicators.read",))


@pytest.fixture
def city(lake):
    """Ten under management in each of two counties; those near were at target in the latest week, too."""
    people = [enrolment(n, "2024-01-01", NEAR if n <= 10 else FAR, organization="7" if n <= 10 else "8") for n in range(1, 21)]  # fmt: skip
    met = [row for n in range(1, 5) for row in visits(n, ["2025-06-01"])]
    met += [row for n in range(5, 8) for row in visits(n, ["2026-02-26"])]
    met += [row for n in range(11, 19) for row in visits(n, ["2025-09-01"])]
    write(lake, {"enrolment": people, "visit": met})
    return lake


def test_what_rests_on_few_stands_behind_what_moved_less(lake):
    """Thirty newly under control of a hundred stand before a second screening against two births."""
    people = [enrolment(n, "2024-01-01", NEAR) for n in range(1, 101)]
    met = [row for n in range(1, 41) for row in visits(n, ["2025-06-01"])]
    met += [row for n in range(41, 71) for row in visits(n, ["2026-02-26"])]
    screened = [("a", 201, DAY(2025, 6, 1)), ("b", 202, DAY(2026, 2, 26))]
    prenatal = [
        {"enrolment": id, "resident": who, "screened_on": on, "place_code": NEAR}
        for id, who, on in screened
    ]
    births = [
        {"birth": str(n), "resident": n, "born_on": DAY(2025, 7, 1), "place_code": NEAR}
        for n in (301, 302)
    ]
    write(lake, {"enrolment": people, "visit": met, "prenatal": prenatal, "birth": births})
    found = {each.rule.id: each for each in queries.movements(area="441200", actor=OPERATOR)}
    many, few = found["ht_control_rate"], found["bd_prenatal"]
    assert (many.rests_on_few, many.relative) == (False, Decimal("0.75"))
    assert (few.rests_on_few, few.relative) == (True, Decimal(1))
    assert list(found).index("ht_control_rate") < list(found).index("bd_prenatal")


def test_what_moved_this_week_and_because_of_whom(city):
    (moved,) = [
        each
        for each in queries.movements(area="441200", actor=OPERATOR)
        if each.rule.id == "ht_control_rate"
    ]
    assert (moved.before.total.value, moved.now.total.value) == (Decimal("60.00"), Decimal("75.00"))
    assert moved.now.period == twelve_months_up_to(DAY(2026, 3, 2))  # the cut-off is 2 March here
    assert (moved.difference, moved.rate, moved.mix) == (
        Decimal("15.00"),
        Decimal("15.0000"),
        Decimal(),
    )
    near = moved.causes[0]
    assert (near.area, near.both, near.before.value, near.now.value) == ("441202", Decimal("15.0000"), Decimal("40.00"), Decimal("70.00"))  # fmt: skip
    assert sum((each.both for each in moved.causes), Decimal()) == moved.difference


def test_causes_of_a_count_are_the_differences_of_its_parts(city):
    found = queries.movement(
        indicator="ht_managed", now=parse_period("2025"), before=parse_period("2023"), area="441200", actor=OPERATOR
    )  # fmt: skip
    assert (found.difference, found.mix) == (Decimal(20), None)
    assert {each.area: each.both for each in found.causes if each.both} == {
        "441202": 10,
        "441203": 10,
    }


def test_causes_are_for_those_who_see_the_area_as_it_is(city):
    asked = {"indicator": "ht_control_rate", "now": parse_period("2025"), "before": parse_period("2024"), "area": "441203"}  # fmt: skip
    assert queries.movement(**asked, actor=reader("441203")).now.total.denominator == 10
    for who in (reader("441202"), actor(places=(), permissions=("indicators.published",))):
        with pytest.raises(NotPermitted):
            queries.movement(**asked, actor=who)
        with pytest.raises(NotPermitted):
            queries.movements(area="441203", actor=who)
    with pytest.raises(NotPermitted):
        queries.behind(period=parse_period("2025"), area="441203", actor=reader("441202"))


def test_who_is_behind_stands_with_the_target_and_since_when(database, city, monkeypatch):
    rule = definition.find_indicator("ht_control_rate", on=DAY(2026, 1, 1))
    target = definition.Target(DAY(2020, 1, 1), None, Decimal(75))
    followed = replace(rule, targets=(target,))
    monkeypatch.setattr(definition, "indicators", lambda *, on: (followed,))
    found = queries.behind(
        period=parse_period("2025-03-01/2026-03-01"), area="441200", actor=OPERATOR
    )
    # of the twelve months to 1 March the near county has 70 %, the far one 80 %, together 75 %
    assert [(each.figure.area, each.figure.value, each.gap) for each in found] == [
        ("441202", Decimal("70.00"), Decimal("5.00"))
    ]
    # nothing is known before the first visits, of June
    assert found[0].since == parse_period("2024-07-01/2025-07-01")
    county = queries.behind(
        period=parse_period("2025-03-01/2026-03-01"), area="441203", actor=reader("441203")
    )
    assert county == ()


def test_a_change_of_level_is_found_in_months(lake):
    people = [enrolment(n, "2023-01-01", NEAR) for n in range(1, 51)]
    met = []
    for at in range(12):
        first = DAY(2025 + (at + 2) // 12, (at + 2) % 12 + 1, 3)
        for n in range(1, (20 if at < 7 else 40) + 1):
            met += visits(n, [first.isoformat()])
    write(lake, {"enrolment": people, "visit": met})
    found = queries.level_of_figure(
        indicator="ht_control_rate", until=DAY(2026, 12, 1), area="441200", actor=OPERATOR
    )
    assert [each.period for each in found.results][::11] == [
        parse_period("2025-03"),
        parse_period("2026-02"),
    ]
    assert [(run.start, run.end, run.level) for run in found.runs] == [
        (0, 7, 40.0),
        (7, 12, 80.0),
    ]
    assert queries.level_of_figure(indicator="ht_std_rate", until=DAY(2026, 1, 1), area="441200", actor=OPERATOR) is None  # fmt: skip


def test_last_years_rule_stands_beside_todays(database, lake, monkeypatch):
    write(lake, {"resident": residents(p441202001002=40, p441203101002=30)})
    now = definition.find_indicator("elderly_share", on=DAY(2025, 12, 31))
    held = {"indicator": "elderly_share", "period": parse_period("2025"), "area": "441200"}
    same = queries.card(**held, actor=OPERATOR).former
    assert (same.rule_from, same.is_same, same.result) == (DAY(2017, 2, 28), True, None)

    then = definition.find_indicator("child_share", on=DAY(2025, 12, 31))
    old = replace(then, id="elderly_share", effective_from=DAY(2017, 2, 28))
    new = replace(now, effective_from=DAY(2025, 1, 1))
    monkeypatch.setattr(definition, "_entries", lambda: (old, new))
    card = queries.card(**held, actor=OPERATOR)
    assert card.result.total.value == Decimal("50.00")
    assert (card.former.rule_from, card.former.is_same) == (DAY(2017, 2, 28), False)
    assert card.former.result.total.value == Decimal("0.00")  # nobody is a child by then
    assert (card.earlier.rule, card.former.earlier.rule) == (old.rule, new.rule)
    assert card.former.earlier.total.value == Decimal("50.00")
    hidden = queries.card(**held, actor=actor(places=(), permissions=("indicators.published",)))
    assert hidden.former is None

    monkeypatch.setattr(definition, "_entries", lambda: (new,))
    first = queries.card(**held, actor=OPERATOR)
    assert (first.earlier, first.former.rule_from) == (None, None)


def test_rows_of_an_institution_are_those_of_its_figure(lake):
    write(lake, {"resident": residents(p441202001002=10, p441203101002=4)})
    asked = {"indicator": "elderly_share", "period": parse_period("2025"), "actor": OPERATOR}
    counted = queries.compute(**asked, area="441202001002", by=By.INSTITUTION)
    behind = queries.rows_behind(**asked, area="441202001002", institution="2")
    assert {each.area: each.denominator for each in counted.parts}["2"] == len(behind) == 5
    assert queries.rows_behind(**asked, area="441202001002", institution="9") == []
    with pytest.raises(NotPermitted):
        queries.rows_behind(**{**asked, "actor": reader("441203", "indicators.rows")}, area="441202001002", institution="2")  # fmt: skip
    with pytest.raises(RowsNotTraceable):
        queries.rows_behind(**{**asked, "indicator": "isolation_beds"}, area="441202", institution="2")  # fmt: skip


def test_what_is_rolled_up_and_kept_is_what_is_counted(lake):
    """The trees that pages are looked up in, against the sums over all cells, with a zone that reports elsewhere."""
    zone = "441284450"
    rules = [{"rule": "1", "organization": "", "lies_in": zone, "reports_to": "441203", "from_on": DAY(2020, 1, 1)}]  # fmt: skip
    write(lake, {"resident": residents(p441284450001=7, p441284101001=5, p441203101002=4, p441204=3), "reporting_place": rules})  # fmt: skip
    manifest, period = lake.find_manifest(), parse_period("2025")
    rule = definition.find_indicator("elderly_share", on=DAY(2025, 12, 31))
    reporting = reporting_of(lake, manifest, period)
    counts = placed(rule, count(rule, lake, manifest, period, engine=Engine.DUCKDB), reporting)
    known = 0
    for _again in range(2):  # the second time from what was kept
        for area, by in (("441200", By.COUNTY), ("441203", By.TOWN), ("441284", By.TOWN), ("441284101", None), (zone, None), ("441203101002", None)):  # fmt: skip
            found = rolled(rule, lake, manifest, period, area, by)
            if found is not None:
                known += 1
                assert found[0] == total(rule, counts, area, reporting)
                assert found[1] == (parts(rule, counts, area, by, reporting) if by else {})
    assert known == 8  # all but the zone and the village


def test_periods_to_hold_figures_against():
    def before(text):
        found = period_before(parse_period(text))
        return found and str(found)

    assert before("2026-01") == "2025-12-01/2026-01-01"
    assert before("2026Q1") == "2025-10-01/2026-01-01"
    assert before("2026-03-01") == "2026-02-28/2026-03-01"
    assert before("2025-11-01/2026-11-01") == "2025-10-01/2026-10-01"
    assert before("2026-01-02/2026-01-09") is None
    now, then = week_and_before(DAY(2024, 3, 7))
    assert (str(now), str(then)) == ("2023-03-07/2024-03-07", "2023-02-28/2024-02-29")
    rule = definition.find_indicator("ht_std_rate", on=DAY(2026, 1, 1))
    rule.check_period(now)
    rule.check_period(then)
    with pytest.raises(PeriodNotCounted):
        rule.check_period(parse_period("2026-03"))
    quarterly = replace(rule, periods=("quarter",))
    assert str(level_periods(quarterly, DAY(2026, 3, 15))[-1]) == "2025-10-01/2026-01-01"
    assert str(level_periods(quarterly, DAY(2026, 4, 1))[-1]) == "2026-01-01/2026-04-01"
    assert level_periods(rule, CUTOFF.date()) == []
