"""Z-scores against those that WHO published for its example survey, against a slow twin, and at the edges.

Golden values: the example survey of WHO Anthro with the results of WHO's own macro (zwei, zlen, zwfl, zbmi, zhc).
"""

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kangmai.programmes.growth.rules import classes, curves, lines_down, scores, standard
from kangmai.programmes.growth.types import Measured

WHO = standard(on=datetime.date(2026, 1, 1))
LYING = {"l": True, "h": False}
# days of life, sex, kg, cm, head in cm, lying or standing; weight, length, weight for length, BMI, head
SURVEY = [
    (0, "1", 3.9, 53.0, 37.3, "l", "1.08", "1.65", "-0.31", "0.36", "2.23"),
    (64, "1", 5.7, 58.7, 43.0, "l", "0.05", "-0.03", "0.17", "0.1", "3.16"),
    (77, "1", 5.0, 56.4, 38.7, "l", "-1.53", "-1.82", "0.12", "-0.7", "-1.02"),
    (164, "1", 7.8, 62.7, 44.0, "l", "0.14", "-1.84", "1.79", "1.63", "0.93"),
    (182, "1", 7.8, 69.1, 45.4, "l", "-0.15", "0.71", "-0.64", "-0.73", "1.71"),
    (269, "1", 6.3, 64.8, None, "l", "-3.08", "-3.11", "-1.7", "-1.71", None),
    (683, "2", 10.4, 84.8, None, "l", "-0.57", "-0.07", "-0.81", "-0.79", None),
    (719, "2", 15.1, 97.8, None, "h", "2.18", "3.87", "0.36", "0.11", None),
    (868, "1", 12.9, 85.9, None, "l", "-0.08", "-1.69", "1.16", "1.43", None),
    (1716, "2", 27.5, 110.4, None, "l", "2.85", "0.48", "4.05", "3.87", None),
    (1737, "1", 21.8, 110.2, None, "h", "1.48", "0.41", "1.76", "1.83", None),
    (1852, "1", 21.3, 118.0, None, "h", "1.04", "1.62", "-0.13", "0.08", None),
]  # fmt: skip
INDICATORS = (
    "weight_for_age",
    "length_for_age",
    "weight_for_length",
    "bmi_for_age",
    "head_for_age",
)


@pytest.mark.parametrize("row", SURVEY, ids=lambda row: f"{row[1]}-{row[0]}")
def test_the_example_survey_of_who(row: tuple) -> None:
    age, sex, weight, length, head, way, *expected = row
    found = scores(WHO, sex, Measured(age, weight, length, head, LYING[way]))
    known = {name: found[name].z for name in INDICATORS if name in found}
    assert known == {
        name: Decimal(z) for name, z in zip(INDICATORS, expected, strict=True) if z is not None
    }


def test_the_median_and_the_lines_of_the_charts() -> None:
    # WHO's tables by month: a boy of 12 months weighs 9.6 kg, −2 is 7.7 kg and +2 is 12.0 kg
    lines = {
        each.z: dict(each.points) for each in curves(WHO, "weight_for_age", "1", until_day=365)
    }
    assert [round(lines[z][365.0], 1) for z in (-3, -2, 0, 2, 3)] == [6.9, 7.7, 9.6, 12.0, 13.3]
    # the median of girls is 85.7299 cm standing on day 731; measured lying they are 0.7 cm longer
    for length, is_lying in ((85.7299, False), (86.4299, True)):
        girl = scores(WHO, "2", Measured(731, length=length, is_lying=is_lying))
        assert girl["length_for_age"].z == Decimal("0.00")


@pytest.mark.parametrize(
    ("age", "sex", "weight", "length", "expected"),
    [
        (365, "1", 7.6, 72.0, ["underweight"]),
        (365, "1", 8.2, 70.0, ["stunted"]),
        (365, "1", 6.8, 75.7, ["underweight", "wasted"]),
        (365, "1", 9.6, 75.7, []),
        (365, "1", 12.4, 75.7, ["overweight"]),
        (365, "1", 13.5, 75.7, ["overweight", "obese"]),
        # from five years on by BMI: a boy of six years of 116 cm; +1 is 16.8, +2 is 18.5
        (2192, "1", 22.2, 116.0, []),
        (2192, "1", 23.0, 116.0, ["overweight"]),
        (2192, "1", 25.2, 116.0, ["overweight", "obese"]),
        (2192, "1", 17.0, 116.0, ["wasted"]),
    ],
)
def test_classes(age: int, sex: str, weight: float, length: float, expected: list[str]) -> None:
    found = scores(WHO, sex, Measured(age, weight, length))
    assert [each.id for each in classes(WHO, found, age)] == expected


def test_a_measurement_that_cannot_be_is_no_class() -> None:
    found = scores(WHO, "1", Measured(365, weight=2.0, length=75.7))
    assert not found["weight_for_age"].is_plausible
    assert classes(WHO, {"weight_for_age": found["weight_for_age"]}, 365) == ()


def test_what_cannot_be_told() -> None:
    assert scores(WHO, "9", Measured(100, 6.0, 60.0)) == {}
    assert scores(WHO, "1", Measured(-1, 6.0, 60.0)) == {}
    assert scores(WHO, "1", Measured(3000, 20.0, 115.0)).keys() == set()
    assert scores(WHO, "1", Measured(100)) == {}
    # shorter than the table of weight for length begins
    assert "weight_for_length" not in scores(WHO, "1", Measured(0, 2.0, 44.9))


@given(
    some.integers(0, 1856),
    some.sampled_from(["1", "2"]),
    some.floats(2, 30, allow_nan=False),
    some.floats(46, 119, allow_nan=False),
)
def test_more_is_never_a_lower_score(age: int, sex: str, weight: float, length: float) -> None:
    one = scores(WHO, sex, Measured(age, weight, length))
    heavier = scores(WHO, sex, Measured(age, weight + 0.1, length))
    taller = scores(WHO, sex, Measured(age, weight, length + 0.1))
    for name in ("weight_for_age", "weight_for_length", "bmi_for_age"):
        if name in one and name in heavier:
            assert heavier[name].z >= one[name].z
    assert taller["length_for_age"].z >= one["length_for_age"].z


@given(some.lists(some.integers(-400, 400), max_size=6), some.integers(-400, 400))
def test_lines_crossed_are_counted_one_by_one(earlier: list[int], now: int) -> None:
    highest = max((Fraction(each, 100) for each in earlier), default=Fraction(now, 100))
    slow = 0
    for line in (-3, -2, -1, 0, 1, 2, 3):
        if Fraction(now, 100) < line <= highest:
            slow += 1
    assert lines_down(WHO, [each / 100 for each in earlier], now / 100) == slow


def test_two_lines_down() -> None:
    assert lines_down(WHO, [0.4, 0.1], -1.2) == 2
    assert lines_down(WHO, [0.4], -0.9) == 1
    assert lines_down(WHO, [], -2.5) == 0
    assert lines_down(WHO, [-1.0], -1.01) == 1
