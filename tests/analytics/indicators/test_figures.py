"""Figures of areas: parts add up to their whole, what is missing is never zero, and nobody sees sideways."""

import datetime
from dataclasses import replace
from decimal import Decimal

import ibis
import orjson
import pytest

from kangmai.analytics import actions, queries
from kangmai.analytics.errors import (
    AreaUnknown,
    IndicatorUnknown,
    LevelNotCounted,
    PeriodNotCounted,
)
from kangmai.analytics.indicators import counting as counting_room
from kangmai.analytics.indicators import hiding, rolled
from kangmai.analytics.indicators.ahead import outgoing_periods
from kangmai.analytics.published import published_views
from kangmai.analytics.types import By, Status
from kangmai.kernel.actor import NotPermitted, operator
from kangmai.standards.periods import parse_period
from tests.analytics.indicators import lake_of_rows
from tests.analytics.indicators.lake_of_rows import write
from tests.factories.actors import actor

OPERATOR = operator("test")
OLD, YOUNG = datetime.date(1950, 1, 1), datetime.date(1990, 1, 1)
PERIOD = parse_period("2025")


def residents(**counts: int) -> list[dict]:
    """So many residents in each place, the first half of them old."""
    rows = []
    for place, count in counts.items():
        for n in range(count):
            rows.append(
                {
                    "resident": len(rows) + 1,
                    "place_code": place[1:],
                    "birth_date": OLD if n < count // 2 else YOUNG,
                    "organization": str(n % 2 + 1),
                }
            )
    return rows


def compute(indicator="elderly_share", period=PERIOD, area="441200", by=None, who=OPERATOR, **more):
    return queries.compute(indicator=indicator, period=period, area=area, by=by, actor=who, **more)


@pytest.fixture
def town(lake):
    write(lake, {"resident": residents(p441202001002=40, p441202001003=20, p441202002001=10, p441203101002=30, p441204=8)})  # fmt: skip


def test_parts_add_up_to_their_whole_at_every_level(town):
    for area, by in (("441200", By.COUNTY), ("441200", By.TOWN), ("441200", By.VILLAGE), ("441202", By.TOWN), ("441202001", By.VILLAGE), ("441200", By.INSTITUTION)):  # fmt: skip
        found = compute(area=area, by=by)
        assert sum(part.numerator or 0 for part in found.parts) == found.total.numerator
        assert sum(part.denominator or 0 for part in found.parts) == found.total.denominator


def test_figures_of_counties(town):
    found = compute(by=By.COUNTY)
    assert (found.total.value, found.total.numerator, found.total.denominator) == (
        Decimal("50.00"),
        54,
        108,
    )
    shown = {part.area: (part.status, part.numerator, part.denominator) for part in found.parts}
    assert shown["441202"] == (Status.OK, 35, 70)
    assert shown["441203"] == (Status.OK, 15, 30)
    assert shown["441223"] == (Status.NO_DATA, 0, 0)
    assert len(shown) == 8


def test_rows_from_before_a_view_got_a_column_are_not_available_and_say_so(lake, monkeypatch):
    view = published_views()["resident"]
    columns = {name: each for name, each in view.columns.items() if name != "birth_date"}
    older = {**published_views(), "resident": replace(view, columns=columns)}
    with monkeypatch.context() as before:
        before.setattr(lake_of_rows, "published_views", lambda: older)
        write(lake, {"resident": residents(p441202001002=4)})
    found = compute(by=By.COUNTY)
    assert found.total.status is Status.NOT_AVAILABLE
    assert {each.status for each in found.parts} == {Status.NOT_AVAILABLE}
    assert "lake sync" in found.reason.en and view.title["zh"] in found.reason.zh


def test_what_lies_in_no_town_stands_apart(town):
    found = compute(area="441204", by=By.TOWN)
    unplaced = [part for part in found.parts if part.area == ""]
    assert [(part.numerator, part.denominator) for part in unplaced] == [(4, 8)]


def test_an_area_that_changed_its_code_stands_apart_and_is_not_guessed(lake):
    """441283 became 441204 in 2015: rows that still name it count for the city, and for no other county."""
    write(lake, {"resident": residents(p441283101001=20, p441204=30)})
    found = compute(by=By.COUNTY)
    shown = {part.area: (part.numerator, part.denominator) for part in found.parts}
    assert (found.total.numerator, found.total.denominator) == (25, 50)
    assert (shown["441283"], shown["441204"]) == ((10, 20), (15, 30))
    published = compute(by=By.COUNTY, as_published=True)
    assert {part.area for part in published.parts} == set(shown)
    with pytest.raises(AreaUnknown):
        compute(area="441283")


def test_figures_of_institutions(town):
    found = compute("residents", by=By.INSTITUTION)
    assert {part.area: part.value for part in found.parts} == {"1": 54, "2": 54}


def test_an_empty_denominator_is_no_data(town):
    found = compute(area="441223")
    assert (found.total.status, found.total.value) == (Status.NO_DATA, None)


@pytest.mark.parametrize(
    ("indicator", "period", "reason"),
    [
        ("institutions", "2025", "no rows of 'Institutions' have arrived"),
        ("beds_per_1000", "2025", "no rows of 'Institutions' have arrived"),
        ("residents", "2027", "the period had not begun when the data were taken"),
    ],
)
def test_a_missing_source_is_not_available_and_never_zero(town, indicator, period, reason):
    found = compute(indicator, parse_period(period), by=By.COUNTY)
    assert (found.total.status, found.total.value, found.total.numerator) == (
        Status.NOT_AVAILABLE,
        None,
        None,
    )
    assert found.reason.en == reason
    assert {part.status for part in found.parts} == {Status.NOT_AVAILABLE}


def test_a_figure_from_outside_is_not_available_until_it_comes(town, shared_database):
    found = compute("county_inpatient_rate", parse_period("2025"), by=By.COUNTY)
    assert (found.total.status, found.total.value) == (Status.NOT_AVAILABLE, None)
    assert found.reason.en == "insurer settlement data are needed"
    assert {part.status for part in found.parts} == {Status.NOT_AVAILABLE}


def test_without_a_lake_nothing_is_available(lake):
    assert compute().total.status is Status.NOT_AVAILABLE


def test_what_is_counted_ahead_is_counted_in_one_engine_and_as_one_by_one(town, lake, monkeypatch):
    opened: list[object] = []
    connect = ibis.duckdb.connect

    def counting(**asked):
        opened.append(asked)
        return connect(**asked)

    monkeypatch.setattr(ibis.duckdb, "connect", counting)
    assert actions.count_ahead(at=datetime.datetime(2026, 1, 20, 2, tzinfo=datetime.UTC)) > 10
    assert len(opened) == 1
    ahead = {each.name: lake.storage.find(each.name) for each in lake.storage.entries("figures")}
    found = compute(by=By.COUNTY)
    assert compute(by=By.COUNTY, as_published=True).total == found.total
    assert len(opened) == 1  # both were looked up
    assert any(name.endswith(".hidden.json") for name in ahead)
    counting_room._kept.cache_clear()
    rolled._kept.cache_clear()
    lake.storage.remove(ahead)
    assert compute(by=By.COUNTY) == found
    assert len(opened) == 2
    anew = [each.name for each in lake.storage.entries("figures")]
    assert anew and {name: lake.storage.find(name) for name in anew}.items() <= ahead.items()


def test_many_figures_are_counted_in_one_engine_and_none_is_opened_for_those_kept(
    town, lake, monkeypatch
):
    opened: list[object] = []
    connect = ibis.duckdb.connect
    monkeypatch.setattr(
        ibis.duckdb, "connect", lambda **asked: opened.append(1) or connect(**asked)
    )
    ids = ["residents", "elderly_share", "ht_control_rate"]  # of the last no rows have arrived
    queries.count_together(ids=ids, period=PERIOD)
    assert len(opened) == 1
    queries.count_together(ids=ids, period=PERIOD)
    assert (compute("residents").total.value, compute().total.value) == (108, Decimal("50.00"))
    assert len(opened) == 1
    assert compute("ht_control_rate").total.status is Status.NOT_AVAILABLE


def test_what_is_hidden_is_kept_and_the_same_for_every_question(lake):
    write(lake, {"resident": residents(p441202001002=40, p441203101002=3, p441204101002=30)})
    questions = [("441200", None), ("441200", By.COUNTY), ("441200", By.TOWN), ("441203", By.TOWN)]
    asked = [{"indicator": "residents", "area": area, "by": by, "as_published": True} for area, by in questions]  # fmt: skip
    first = [compute(**each) for each in asked]
    assert [each.total.status for each in first] == [Status.OK] * 3 + [Status.SUPPRESSED]
    (kept,) = [each for each in lake.storage.entries("figures/areas") if ".hidden" in each.name]
    hidden = orjson.loads(lake.storage.find(kept.name) or b"")
    assert {"441203", "441203101", "441203101002"} <= set(hidden)
    assert (
        len([code for code in hidden if len(code) == 6]) == 2
    )  # one beside it, or it were the rest
    hiding._kept.cache_clear()
    assert [compute(**each) for each in asked] == first


def test_counts_are_kept_and_counted_anew_when_rows_change(town, lake):
    before = compute()
    (kept,) = lake.storage.entries("figures/elderly_share")
    assert kept.bytes > 2
    write(lake, {"resident": residents(p441202001002=4)})
    after = compute()
    assert (before.total.denominator, after.total.denominator) == (108, 4)
    again = compute(manifest_id=before.manifest)
    assert again.total == before.total


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"indicator": "absent"}, IndicatorUnknown),
        (
            {"indicator": "county_inpatient_rate", "period": parse_period("2025-03")},
            PeriodNotCounted,
        ),
        ({"area": "999999"}, AreaUnknown),
        ({"area": "441202", "by": By.COUNTY}, LevelNotCounted),
        ({"indicator": "beds_per_1000", "by": By.INSTITUTION}, LevelNotCounted),
        ({"period": parse_period("2016")}, IndicatorUnknown),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_wrong_questions_say_what_is_wrong(town, given, error):
    with pytest.raises(error):
        compute(**given)


def reader(*places: str, permissions=("indicators.read",)):
    return actor(places=places, permissions=permissions)


def test_a_county_officer_sees_the_own_county_and_no_other(town):
    officer = reader("441202")
    assert compute(area="441202", who=officer).total.denominator == 70
    assert compute(area="441202001002", who=officer).total.denominator == 40
    for area in ("441200", "441203", "441203101002"):
        with pytest.raises(NotPermitted):
            compute(area=area, who=officer)
    assert queries.area_of(officer) == "441202"


def test_a_village_doctor_sees_the_own_village_only(town):
    doctor = reader("441202001002", permissions=("indicators.read", "indicators.rows"))
    assert compute(area="441202001002", who=doctor).total.denominator == 40
    for area in ("441202001003", "441202001", "441202", "441200"):
        with pytest.raises(NotPermitted):
            compute(area=area, who=doctor)
        with pytest.raises(NotPermitted):
            queries.rows_behind(indicator="residents", period=PERIOD, area=area, actor=doctor)


def test_nobody_sees_nothing(town):
    with pytest.raises(NotPermitted):
        compute(who=reader("441202", permissions=()))


def test_outsiders_see_no_small_numbers_and_no_institutions(lake):
    write(
        lake,
        {"resident": residents(p441202001002=40, p441203101002=3, p441204101001=7, p441223=60)},
    )
    outsider = reader(permissions=("indicators.published",))
    found = compute("residents", by=By.COUNTY, who=outsider)
    shown = {
        part.area: (part.status, part.value)
        for part in found.parts
        if part.status is not Status.NO_DATA
    }
    assert shown["441203"] == (Status.SUPPRESSED, None)
    assert shown["441204"] == (Status.SUPPRESSED, None)
    assert shown["441202"] == (Status.OK, 40)
    assert shown["441223"] == (Status.OK, 60)
    assert compute("residents", area="441203101", who=outsider).total.status is Status.SUPPRESSED
    assert compute("residents", by=By.COUNTY, as_published=True).parts == found.parts
    with pytest.raises(NotPermitted):
        compute("residents", by=By.INSTITUTION, who=outsider)


def test_rows_behind_are_those_counted(town):
    def behind(**more):
        return [int(id) for id in queries.rows_behind(indicator="elderly_share", period=PERIOD, area="441202001", actor=OPERATOR, limit=1000, **more)]  # fmt: skip

    assert behind() == list(range(1, 61))
    assert behind(in_part=True) == [*range(1, 21), *range(41, 51)]
    assert behind(in_part=False) == [*range(21, 41), *range(51, 61)]
    assert behind(after="000000000058") == [59, 60]


def test_rounding_belongs_to_the_rule():
    from kangmai.analytics.indicators.definition import find_indicator

    rule = find_indicator("county_inpatient_rate", on=datetime.date(2025, 1, 1))
    assert rule.value(106, 110) == Decimal("96.4")
    assert rule.value(1, 800) == Decimal("0.1")
    assert rule.value(5, 0) is None


def test_the_year_before_and_the_target_are_on_the_card(database, town):
    card = queries.card(indicator="elderly_share", period=PERIOD, area="441200", actor=OPERATOR)
    assert card.earlier.period == parse_period("2024")
    assert card.result.by is By.COUNTY
    assert (card.goal, card.freezes, card.opens) == (None, (), "resident")


@pytest.mark.parametrize(
    ("today", "month", "quarter"),
    [
        (datetime.date(2026, 1, 20), "2025-12", "2025Q4"),
        (datetime.date(2026, 3, 31), "2026-02", "2025Q4"),
        (datetime.date(2026, 4, 1), "2026-03", "2026Q1"),
        (datetime.date(2026, 11, 23), "2026-10", "2026Q3"),
    ],
)
def test_the_latest_month_and_quarter_that_are_over_go_out(today, month, quarter):
    years = [parse_period(str(today.year)), parse_period(str(today.year - 1))]
    found = outgoing_periods(today)
    assert found[:2] == years and found[2].end == today.replace(day=1)
    assert found[3:] == [parse_period(month), parse_period(quarter)]
