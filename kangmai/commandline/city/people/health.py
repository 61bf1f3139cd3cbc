"""What residents are known to have, and who is pregnant."""

import numpy as np
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import CONDITIONS, Dates, Pregnancies
from kangmai.commandline.city.people.families import MARRIED
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Codes,
    Flags,
    Floats,
    Stream,
    Whole,
    along,
    inverse,
)

NONE = np.datetime64("NaT", "D")
LEAST_AGE_MANAGED = {"hypertension": 35, "diabetes": 35, "copd": 35}
FIRST_SERVICES = np.datetime64("2009-07-01")


def draw_conditions(
    stream: Stream, *, years: Floats, is_man: Flags, ended: Dates
) -> tuple[Dates, Dates]:
    """For each resident and each of `CONDITIONS`: the day of the diagnosis, the day of enrolment.

    `ended` is the day of the city, or the day someone died or left: nothing is known later.
    """
    count = len(years)
    known = np.full((count, len(CONDITIONS)), NONE)
    enrolled = np.full((count, len(CONDITIONS)), NONE)
    has_hypertension = np.zeros(count, dtype=bool)
    for column, name in enumerate(CONDITIONS):
        rules = read("health")["conditions"][name]
        chance = along(rules, "known_percent", years) / 100
        chance = np.where(years < rules["age"][0], 0.0, chance)
        chance = np.where(is_man, chance, chance * rules["women"])
        chance = chance * _beside_hypertension(name, has_hypertension)
        has = stream.uniform(count) < chance
        if name == "hypertension":
            has_hypertension = has
        rows = np.flatnonzero(has)
        since = stream.uniform(len(rows)) ** 1.4 * rules["years"]
        since = np.minimum(since, np.maximum(years[rows] - rules["age"][0], 0.02))
        known[rows, column] = ended[rows] - (since * YEAR_DAYS).astype("timedelta64[D]")
        least = LEAST_AGE_MANAGED.get(name, 0)
        managed = stream.chance(rules["managed"], len(rows)) & (years[rows] >= least)
        wait = (stream.uniform(len(rows)) ** 2 * 150).astype("timedelta64[D]")
        start = np.maximum(known[rows, column] + wait, FIRST_SERVICES)
        enrolled[rows, column] = np.where(managed & (start <= ended[rows]), start, NONE)
    return known, enrolled


def _beside_hypertension(name: str, has_hypertension: Flags) -> Floats | float:
    """More often beside hypertension, less often without, the whole about the same."""
    times = read("health")["also_with_hypertension"].get(name)
    if times is None:
        return 1.0
    part = float(has_hypertension.mean()) if len(has_hypertension) else 0.0
    without = max((1 - part * times) / max(1 - part, 1e-9), 0.2)
    return np.where(has_hypertension, times, without)


def draw_pregnancies(
    stream: Stream,
    *,
    years: Floats,
    is_man: Flags,
    marital: Codes,
    here: Flags,
    mother: Whole,
    on: np.datetime64,
) -> Pregnancies:
    """Women pregnant on the day, none with a child under one year."""
    rules = read("health")["pregnancy"]
    chance = along(rules, "percent", years) / 100
    chance[(years < 17) | (years > 47) | is_man | ~here] = 0.0
    chance = np.where(marital == MARRIED, chance * 1.35, chance * 0.25)
    infants = np.flatnonzero((years < 1) & (mother >= 0))
    chance[mother[infants]] = 0.0
    woman = np.flatnonzero(stream.uniform(len(years)) < chance)
    days = 30 + (stream.uniform(len(woman)) * 245).astype(np.int64)
    last_period = on - days.astype("timedelta64[D]")
    due = last_period + np.timedelta64(280, "D")
    children = np.bincount(mother[mother >= 0], minlength=len(years))[woman].astype(np.int16)
    extra = stream.chance(0.3, len(woman)).astype(np.int16)
    return Pregnancies(
        woman=woman,
        last_period_on=last_period,
        due_on=due,
        booked_on=_bookings(stream, last_period, days),
        pregnancies=children + 1 + extra,
        births=children,
        risk_colour=_pick(stream, rules["risk_colours"], len(woman)),
    )


def _bookings(stream: Stream, last_period: Dates, days: Whole) -> Dates:
    """The day of booking, if it has come."""
    rules = read("health")["pregnancy"]["booked_weeks"]
    usual = rules["earliest"] + 2 * (rules["usual"] - rules["earliest"]) * stream.uniform(len(days))
    late = stream.chance(rules["late_part"], len(days))
    weeks = np.where(late, 13 + 15 * stream.uniform(len(days)), usual)
    booked = (weeks * 7).astype(np.int64)
    return np.where(booked <= days, last_period + booked.astype("timedelta64[D]"), NONE)


def _pick(stream: Stream, table: dict[str, list[str]], count: int) -> NDArray[np.bytes_]:
    codes = np.array(table["codes"], dtype="S1")
    return codes[inverse(np.array(table["parts"], dtype=np.float64), stream.uniform(count))]
