"""Dates of partial precision, quantities and units: golden values and invariants."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.records.fhirpath.values import quantity as quantities
from kangmai.records.fhirpath.values import temporal, ucum
from kangmai.records.fhirpath.values.arithmetic import moved
from kangmai.records.fhirpath.values.equality import are_equal, key
from kangmai.records.fhirpath.values.quantity import Quantity
from kangmai.records.fhirpath.values.temporal import Date, DateTime, read_date, read_date_time

DAYS = st.dates(date(1900, 1, 2), date(2100, 1, 1))
PARTIAL = st.builds(
    lambda day, known: Date((day.year, day.month, day.day)[:known]), DAYS, st.integers(1, 3)
)
ZONED = st.builds(
    lambda moment, minutes: temporal.from_datetime(
        moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    ),
    st.datetimes(datetime(1950, 1, 1), datetime(2050, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
)
AMOUNTS = st.decimals(0, 10_000, places=3)
MASSES = st.sampled_from(["g", "mg", "kg", "[lb_av]", "ug"])


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("2018", "2019-01", -1),
        ("2018-03", "2018-03-01", None),
        ("2018-03-01", "2018-03-01", 0),
        ("2018-03-01T10:30:00", "2018-03-01T10:30:00.000", 0),
        ("2018-03-01T10:30", "2018-03-01T10:30:00", None),
        ("2018-03-01T10:30:00+08:00", "2018-03-01T02:30:00Z", 0),
        ("2018-03-01T10:30:00+08:00", "2018-03-01T02:30:01Z", -1),
        ("2018-03-01T10:30:00Z", "2018-03-01", None),
        ("2018-03-01T10:30:00Z", "2018-02-27", 1),
        ("2018-03-01T10:30:00Z", "2018-03-01T10:30:00", None),
        ("2018-03-01T10:30:00Z", "2018-03-03T10:30:00", -1),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", 1),
    ],
)
def test_order_of_partial_times(left: str, right: str, expected: int | None) -> None:
    found = temporal.order(read_date_time(left), read_date_time(right))
    assert found == expected
    mirrored = temporal.order(read_date_time(right), read_date_time(left))
    assert mirrored == (None if expected is None else -expected)


@pytest.mark.parametrize("text", ["2023-02-29", "2023-13", "23", "2023-1-1", "", "2023-01-01x"])
def test_days_outside_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(temporal.NotATime):
        read_date(text)


@pytest.mark.parametrize("text", ["2023T10", "2023-01-01T24:00", "2023-01-01T10:00+15:00"])
def test_moments_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(temporal.NotATime):
        read_date_time(text)


@given(ZONED, ZONED)
def test_zoned_moments_are_ordered_as_python_orders_them(left: DateTime, right: DateTime) -> None:
    ours, theirs = datetime.fromisoformat(str(left)), datetime.fromisoformat(str(right))
    assert temporal.order(left, right) == (ours > theirs) - (ours < theirs)


@given(PARTIAL)
def test_text_of_a_date_reads_back(value: Date) -> None:
    assert read_date(str(value)) == value


@given(PARTIAL, PARTIAL)
def test_the_key_tells_sure_equality(left: Date, right: Date) -> None:
    assert (key(left) == key(right)) is (are_equal(left, right) is True)


@given(DAYS, st.integers(-5000, 5000))
def test_moving_by_days_is_python_s(day: date, count: int) -> None:
    ours = moved(Date((day.year, day.month, day.day)), Quantity(Decimal(count), "days", True), 1)
    assert str(ours) == (day + timedelta(days=count)).isoformat()


@given(DAYS, st.integers(0, 600))
def test_months_forth_and_back_stay_in_the_month(day: date, count: int) -> None:
    start = Date((day.year, day.month, day.day))
    there = moved(start, Quantity(Decimal(count), "months", True), 1)
    assert there is not None
    back = moved(there, Quantity(Decimal(count), "months", True), -1)
    assert back is not None
    assert back.parts[:2] == start.parts[:2]
    assert back.parts[2] <= start.parts[2]


@pytest.mark.parametrize(
    ("code", "factor", "dimensions"),
    [
        ("mg", "1/1000", {"mass": 1}),
        ("mm[Hg]", "133322", {"length": -1, "mass": 1, "time": -2}),
        ("10*9/L", "1000000000000", {"length": -3}),
        ("mL/min/{1.73_m2}", "1/60000000", {"length": 3, "time": -1}),
        ("kg/m2", "1000", {"length": -2, "mass": 1}),
        ("/[HPF]", "1", {"arbitrary [HPF]": -1}),
        ("(m.s)2", None, None),
        ("%", "1/100", {}),
        ("wk", "604800", {"time": 1}),
        ("{score}", "1", {}),
        ("furlong", None, None),
        ("", None, None),
        ("m/", None, None),
    ],
)
def test_units(code: str, factor: str | None, dimensions: dict[str, int] | None) -> None:
    unit = ucum.read_unit(code)
    if factor is None:
        assert unit is None
    else:
        assert unit is not None
        assert (unit.factor, dict(unit.dimensions)) == (Fraction(factor), dimensions)


def test_every_unit_of_the_table_can_be_read() -> None:
    assert [code for code in ucum.table()["units"] if ucum.read_unit(code) is None] == []


@given(AMOUNTS, MASSES, AMOUNTS, MASSES)
def test_masses_are_ordered_and_keyed_alike(
    left: Decimal, unit: str, right: Decimal, other: str
) -> None:
    ours, theirs = Quantity(left, unit), Quantity(right, other)
    found = quantities.order(ours, theirs)
    assert found is not None
    assert quantities.order(theirs, ours) == -found
    assert (found == 0) is (key(ours) == key(theirs))


@given(AMOUNTS, MASSES)
def test_a_quantity_is_equivalent_to_itself_in_grams(value: Decimal, unit: str) -> None:
    measured = quantities.measure(Quantity(value, unit))
    assert measured is not None
    grams = Decimal(measured[0].numerator) / Decimal(measured[0].denominator)
    assert quantities.is_equivalent(Quantity(value, unit), Quantity(grams, "g"))
