"""Calendars: holidays as announced, lunar dates both ways, periods as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.standards.calendars import (
    Week,
    add_working_days,
    epidemiological_week,
    holiday_name,
    is_announced,
    is_working_day,
    legal_day,
    next_working_day,
    start_of_day,
    working_days_between,
)
from kangmai.standards.errors import LunarDateIncorrect, PeriodIncorrect
from kangmai.standards.lunar import LunarDate, from_lunar, to_lunar
from kangmai.standards.periods import (
    Period,
    maternal_child_year,
    parse_period,
    school_year,
)

SPRING_FESTIVALS = [
    "1949-01-29",
    "1960-01-28",
    "1976-01-31",
    "1985-02-20",
    "1990-01-27",
    "2000-02-05",
    "2008-02-07",
    "2012-01-23",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),  # Sunday made up for Spring Festival
        ("2025-01-28", False),
        ("2025-02-04", False),
        ("2025-02-05", True),
        ("2025-02-08", True),  # Saturday made up
        ("2025-09-28", True),  # Sunday made up for National Day
        ("2025-10-08", False),
        ("2025-10-09", True),
        ("2025-10-11", True),  # Saturday made up
        ("2025-10-12", False),
    ],
)
def test_the_announced_year_2025(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


def test_holidays_have_names() -> None:
    assert holiday_name(date(2025, 10, 1)) == "国庆节"
    assert holiday_name(date(2025, 1, 29)) == "春节"
    assert holiday_name(date(2025, 3, 3)) is None


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-10-01", 0, "2025-10-09"),
        ("2025-03-03", 0, "2025-03-03"),
        ("2025-03-03", 20, "2025-03-31"),
    ],
)
def test_time_limits_in_working_days(start: str, count: int, end: str) -> None:
    found = add_working_days(date.fromisoformat(start), count)
    assert found == (date.fromisoformat(end), False)


def test_beyond_the_announced_year_the_end_is_provisional() -> None:
    assert not is_announced(2090)
    found = add_working_days(date(2090, 3, 1), 5)
    assert found == (date(2090, 3, 8), True)
    assert next_working_day(date(2090, 3, 4)) == (date(2090, 3, 6), True)


def test_a_limit_that_runs_into_an_unannounced_year_is_provisional() -> None:
    year = next(year for year in range(2026, 2100) if not is_announced(year))
    assert not add_working_days(date(year - 1, 12, 1), 5).provisional
    assert add_working_days(date(year - 1, 12, 20), 20).provisional


@given(st.dates(date(2004, 1, 1), date(2025, 6, 1)), st.integers(1, 60))
def test_counting_forth_and_back_agree(start: date, count: int) -> None:
    end = add_working_days(start, count).day
    assert is_working_day(end)
    assert working_days_between(start + timedelta(days=1), end + timedelta(days=1)) == count
    assert working_days_between(end, start) == -working_days_between(start, end)


def test_no_time_limit_runs_backwards() -> None:
    with pytest.raises(ValueError, match="fewer than 0"):
        add_working_days(date(2025, 1, 1), -1)


def test_the_legal_day_is_that_of_shanghai() -> None:
    assert legal_day(datetime(2025, 3, 1, 15, 59, tzinfo=UTC)) == date(2025, 3, 1)
    assert legal_day(datetime(2025, 3, 1, 16, 0, tzinfo=UTC)) == date(2025, 3, 2)
    west = timezone(timedelta(hours=-8))
    assert legal_day(datetime(2025, 3, 1, 8, 0, tzinfo=west)) == date(2025, 3, 2)
    assert start_of_day(date(2025, 3, 2)) == datetime(2025, 3, 1, 16, tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        legal_day(datetime(2025, 3, 1))


@given(st.dates(date(1992, 1, 1), date(2100, 1, 1)))
def test_a_day_begins_in_itself(day: date) -> None:
    begin = start_of_day(day)
    assert legal_day(begin) == day
    assert legal_day(begin - timedelta(seconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2024-12-30", "2025-W01"),
        ("2025-01-05", "2025-W01"),
        ("2025-01-06", "2025-W02"),
        ("2021-01-03", "2020-W53"),
        ("2026-12-31", "2026-W53"),
    ],
)
def test_weeks(day: str, week: str) -> None:
    found = epidemiological_week(date.fromisoformat(day))
    assert str(found) == week
    assert found.monday <= date.fromisoformat(day) < found.monday + timedelta(days=7)


def test_weeks_are_in_order() -> None:
    assert Week(2024, 52) < Week(2025, 1)


@pytest.mark.parametrize("day", SPRING_FESTIVALS)
def test_spring_festival_is_the_first_of_the_first_month(day: str) -> None:
    new_year = date.fromisoformat(day)
    assert to_lunar(new_year) == LunarDate(new_year.year, 1, 1)
    assert from_lunar(LunarDate(new_year.year, 1, 1)) == new_year


@pytest.mark.parametrize(
    ("lunar", "day"),
    [
        (LunarDate(2020, 4, 1, is_leap=True), "2020-05-23"),
        (LunarDate(2023, 2, 1, is_leap=True), "2023-03-22"),
        (LunarDate(2025, 6, 1, is_leap=True), "2025-07-25"),
        (LunarDate(2025, 8, 15), "2025-10-06"),
        (LunarDate(2025, 5, 5), "2025-05-31"),
        (LunarDate(1949, 8, 10), "1949-10-01"),
    ],
)
def test_leap_months_and_festivals(lunar: LunarDate, day: str) -> None:
    assert from_lunar(lunar) == date.fromisoformat(day)
    assert to_lunar(date.fromisoformat(day)) == lunar


@given(st.dates(date(1900, 2, 1), date(2100, 12, 31)))
def test_lunar_dates_round_trip(day: date) -> None:
    assert from_lunar(to_lunar(day)) == day


@pytest.mark.parametrize(
    "lunar",
    [
        LunarDate(2024, 6, 1, is_leap=True),
        LunarDate(2024, 6, 30),
        LunarDate(2024, 13, 1),
        LunarDate(2024, 0, 1),
        LunarDate(2024, 1, 0),
        LunarDate(1850, 1, 1),
        LunarDate(2101, 1, 1),
    ],
)
def test_lunar_days_that_are_not(lunar: LunarDate) -> None:
    with pytest.raises(LunarDateIncorrect):
        from_lunar(lunar)


def test_days_outside_the_lunar_tables() -> None:
    with pytest.raises(LunarDateIncorrect):
        to_lunar(date(1900, 1, 30))


def test_lunar_dates_in_chinese() -> None:
    assert str(LunarDate(2025, 6, 1, is_leap=True)) == "二〇二五年闰六月初一"
    assert str(LunarDate(1949, 12, 30)) == "一九四九年腊月三十"
    assert str(LunarDate(1949, 11, 20)) == "一九四九年冬月二十"
    assert str(LunarDate(1950, 1, 21)) == "一九五〇年正月廿一"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025", "2025-01-01", "2026-01-01"),
        ("2025Q1", "2025-01-01", "2025-04-01"),
        ("2025-Q4", "2025-10-01", "2026-01-01"),
        ("2025-03", "2025-03-01", "2025-04-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2025-W10", "2025-03-03", "2025-03-10"),
        ("2025-w01", "2024-12-30", "2025-01-06"),
        ("2020W53", "2020-12-28", "2021-01-04"),
        ("2025-03-01", "2025-03-01", "2025-03-02"),
        (" 2025-03-01/2025-04-01 ", "2025-03-01", "2025-04-01"),
    ],
)
def test_periods_as_written(text: str, start: str, end: str) -> None:
    assert parse_period(text) == Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025Q5", "2025-13", "2025-00", "2021-W53", "2025-02-30", "2025-03-01/2025-03-01",
     "2025-04-01/2025-03-01", "2025/2026", "２０２５", "0000", "9999"],
)  # fmt: skip
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(PeriodIncorrect):
        parse_period(text)


def test_years_that_do_not_begin_in_january() -> None:
    assert maternal_child_year(2025) == parse_period("2024-10-01/2025-10-01")
    assert school_year(2025) == parse_period("2025-09-01/2026-09-01")


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 800))
def test_a_period_holds_its_days(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    assert next(iter(period)) == start
    assert list(period)[-1] == period.latest_day
    assert len(list(period)) == period.length_days == days
    assert start in period
    assert period.end not in period
    assert parse_period(str(period)) == period
