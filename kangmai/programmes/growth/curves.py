"""The lines of a growth chart."""

from kangmai.programmes.growth.scores import DAYS_A_MONTH, lms_of, value_at
from kangmai.programmes.growth.tables import SEXES, table
from kangmai.programmes.growth.types import Curve, Standard

LINES = (-3, -2, 0, 2, 3)
STEP_DAYS = 30
STEP_CM = 1.0


def curves(
    standard: Standard, indicator: str, sex_code: str, *, until_day: int
) -> tuple[Curve, ...]:
    """Lines of equal z-score of an indicator by age in days, up to a day.

    Weight for length is drawn by length in centimetres instead: lying for ages up to two years, else standing.
    """
    sex = SEXES[sex_code]
    if indicator == "weight_for_length":
        lies = until_day <= standard.lying_until_day
        file = standard.day_files["weight_for_length" if lies else "weight_for_height"]
        places = [place for place in table(file, sex) if place % STEP_CM == 0]
        known = [(place, table(file, sex)[place]) for place in places]
    else:
        last = min(until_day, int(standard.months_until * DAYS_A_MONTH))
        days = [*range(0, last, STEP_DAYS), last]
        asked = ((day, lms_of(standard, indicator, sex, day, None)) for day in days)
        known = [(float(day), lms) for day, lms in asked if lms is not None]
    return tuple(
        Curve(line, tuple((place, value_at(lms, line)) for place, lms in known)) for line in LINES
    )
