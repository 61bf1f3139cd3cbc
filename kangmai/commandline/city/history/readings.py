"""Readings as they are written down: a true value, the noise of a visit, and human habits.

Each function takes the contacts' residents, ages and days and a flag for the contacts with a reading;
it gives two columns for those: the value, and the diastolic or NaN.
"""

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.streams import YEAR_DAYS, Flags, Floats, Stream, Whole, along

Columns = tuple[Floats, Floats]


def blood_pressures(
    stream: Stream, resident: Whole, age: Floats, day: Whole, taken: Flags, known: Flags
) -> Columns:
    """Systolic and diastolic, mmHg: winter is higher, digits are preferred, some are copied."""
    rules = read("health")["blood_pressure"]
    own = stream.normal(len(known)), stream.normal(len(known))
    rows = np.flatnonzero(taken)
    who, years = resident[rows], age[rows]
    noise = stream.normal(len(rows)), stream.normal(len(rows))
    winter = rules["winter_rise"] * np.cos(2 * np.pi * (day[rows] - 15) / YEAR_DAYS)
    mixed = own[0], 0.7 * own[0] + 0.714 * own[1]
    values = []
    for place, name in enumerate(("systolic", "diastolic")):
        value = along(rules, name, years) + np.where(known[who], rules["known"][name], 0)
        value = value + rules["between_people"][name] * mixed[place][who]
        value = value + rules["between_visits"][name] * noise[place] + winter / (1 + place)
        values.append(preferred(stream, value, rules))
    systolic, diastolic = np.clip(values[0], 70, 240), np.clip(values[1], 40, 140)
    diastolic = np.minimum(diastolic, systolic - 10)
    systolic, diastolic = _copied(stream, who, systolic, diastolic, rules["same_as_before"])
    swapped = stream.chance(rules["typing_error"], len(rows))
    systolic, diastolic = (
        np.where(swapped, diastolic, systolic),
        np.where(swapped, systolic, diastolic),
    )
    missing = stream.chance(rules["diastolic_missing"], len(rows))
    return systolic, np.where(missing, np.nan, diastolic)


def preferred(stream: Stream, value: Floats, rules: dict[str, float]) -> Floats:
    """Rounded to ten, to two or to one, by habit."""
    draw = stream.uniform(len(value))
    tens = rules["ends_in_zero"]
    step = np.where(draw < tens, 10, np.where(draw < tens + rules["ends_in_even"], 2, 1))
    return np.rint(value / step) * step


def _copied(
    stream: Stream, who: Whole, systolic: Floats, diastolic: Floats, part: float
) -> Columns:
    """Some readings are the same person's last reading again. Rows are by person and time."""
    again = stream.chance(part, len(who))
    again[1:] &= who[1:] == who[:-1]
    again[:1] = False
    at = np.arange(len(who)) - again
    return systolic[at], diastolic[at]


def glucoses(stream: Stream, resident: Whole, age: Floats, taken: Flags, known: Flags) -> Columns:
    """Fasting plasma glucose, mmol/L to one decimal; some only whole numbers."""
    rules = read("health")["fasting_glucose"]
    own = stream.normal(len(known))
    rows = np.flatnonzero(taken)
    who = resident[rows]
    spread = np.where(known[who], rules["between_people_known"], rules["between_people"])
    value = along(rules, "mmol_l", age[rows]) + np.where(known[who], rules["known"], 0)
    visits = np.where(known[who], rules["between_visits"], 0.3)
    value = value + spread * own[who] + visits * stream.normal(len(rows))
    whole = stream.chance(rules["whole_numbers"], len(rows))
    value = np.where(whole, np.rint(value), np.rint(value * 10) / 10)
    return np.clip(value, 2.8, 28.0), np.full(len(rows), np.nan)


def bodies(
    stream: Stream, resident: Whole, age: Floats, is_man: Flags, height: Flags, weight: Flags
) -> tuple[Columns, Columns]:
    """Body height in cm and weight in kg to one decimal."""
    rules = read("health")["body"]
    tall, heavy = stream.normal(len(is_man)), stream.normal(len(is_man))
    columns = []
    for name, taken, own, spread in (
        ("height", height, tall, rules["height_spread"]),
        ("weight", weight, 0.4 * tall + 0.9165 * heavy, rules["weight_spread"]),
    ):
        rows = np.flatnonzero(taken)
        who = resident[rows]
        men, women = (along(rules, f"{name}_{sex}", age[rows]) for sex in ("men", "women"))
        value = np.where(is_man[who], men, women) * np.exp(spread * own[who])
        value = value * (1 + 0.01 * stream.normal(len(rows)) * (name == "weight"))
        columns.append((np.rint(value * 10) / 10, np.full(len(rows), np.nan)))
    return columns[0], columns[1]
