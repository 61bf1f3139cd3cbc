"""Z-scores of a child's measurements, their classes, and the lines it has fallen across.

Source: WHO Child Growth Standards: Methods and development (2006), chapter 7 (LMS, and beyond three standard
deviations the restricted scale of weight-based indicators); de Onis M et al., Bull WHO 2007;85:660-667.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import log

from kangmai.programmes.growth.tables import SEXES, Lms, Sex, between, table
from kangmai.programmes.growth.types import GrowthClass, Measured, Score, Standard

DAYS_A_MONTH = 30.4375
RESTRICTED = frozenset({"weight", "bmi"})
"""Measures whose scale beyond ±3 is that between the second and the third line."""
BOUND = 3
LENGTH_STEP = 0.1


def scores(standard: Standard, sex_code: str, measured: Measured) -> dict[str, Score]:
    """The z-scores that can be had, by indicator; none for a child whose sex is not known.

    Args:
        sex_code: of GB/T 2261.1.
    """
    sex = SEXES.get(sex_code)
    if sex is None or measured.age_days < 0:
        return {}
    length = _as_standard(standard, measured)
    values = {
        "weight": measured.weight,
        "length": length,
        "head": measured.head,
        "bmi": measured.weight / (length / 100) ** 2 if measured.weight and length else None,
    }
    found = {}
    for indicator in standard.indicators.values():
        value = values[indicator.measure]
        lms = lms_of(standard, indicator.id, sex, measured.age_days, length)
        if value is None or value <= 0 or lms is None:
            continue
        z = _z(value, lms, is_restricted=indicator.measure in RESTRICTED)
        is_plausible = indicator.lowest <= z <= indicator.highest
        found[indicator.id] = Score(indicator.id, Decimal(str(round(z, 2))), is_plausible)
    return found


def _as_standard(standard: Standard, measured: Measured) -> float | None:
    """The length as the standard has it for the age: lying or standing."""
    if measured.length is None:
        return None
    lies = measured.age_days <= standard.lying_until_day
    was_lying = lies if measured.is_lying is None else measured.is_lying
    if lies == was_lying:
        return measured.length
    return measured.length + (standard.difference_cm if lies else -standard.difference_cm)


def lms_of(
    standard: Standard, indicator: str, sex: Sex, age_days: int, length: float | None
) -> Lms | None:
    """The values with which a measurement is compared; None beyond the tables."""
    if indicator == "weight_for_length":
        lies = age_days <= standard.lying_until_day
        file = standard.day_files["weight_for_length" if lies else "weight_for_height"]
        is_asked = length is not None and age_days <= standard.days_until
        return between(table(file, sex), length, LENGTH_STEP) if is_asked and length else None
    if age_days <= standard.days_until:
        return table(standard.day_files[indicator], sex).get(float(age_days))
    if indicator not in standard.month_files or age_days > standard.months_until * DAYS_A_MONTH:
        return None
    return between(table(standard.month_files[indicator], sex), age_days / DAYS_A_MONTH, 1)


def value_at(lms: Lms, z: float) -> float:
    """The measurement at a z-score."""
    if lms.power == 0:
        return lms.median * 2.718281828459045 ** (lms.variation * z)
    return lms.median * (1 + lms.power * lms.variation * z) ** (1 / lms.power)


def _z(value: float, lms: Lms, *, is_restricted: bool) -> float:
    ratio = value / lms.median
    plain = (
        (ratio**lms.power - 1) / (lms.power * lms.variation)
        if lms.power
        else log(ratio) / lms.variation
    )
    if not is_restricted or abs(plain) <= BOUND:
        return plain
    side = 1 if plain > 0 else -1
    third, second = value_at(lms, BOUND * side), value_at(lms, (BOUND - 1) * side)
    return BOUND * side + (value - third) / abs(third - second)


def classes(
    standard: Standard, found: Mapping[str, Score], age_days: int
) -> tuple[GrowthClass, ...]:
    """The classes that hold, by plausible scores only."""
    return tuple(
        each for each in standard.classes.values() if is_class(each, found, age_days) is True
    )


def is_class(asked: GrowthClass, found: Mapping[str, Score], age_days: int) -> bool | None:
    """Whether a class holds; None where the scores that would say so are not there."""
    said: list[bool] = []
    for bound in asked.bounds:
        score = found.get(bound.indicator)
        if score is None or not score.is_plausible or not bound.from_day <= age_days <= bound.until_day:  # fmt: skip
            continue
        is_low = bound.below is not None and score.z < bound.below
        is_high = bound.above is not None and score.z > bound.above
        said.append(is_low or is_high)
    return any(said) if said else None


def lines_down(standard: Standard, earlier: Iterable[float], now: float) -> int:
    """How many lines of the chart lie between the highest earlier z-score and this one below it."""
    highest = max(earlier, default=now)
    return sum(1 for line in standard.lines if highest >= line > now)
