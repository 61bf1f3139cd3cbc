"""A slow, obvious twin: day after day it asks whether a dose would be permitted, from the YAML itself."""

from datetime import date, timedelta
from typing import Any

import yaml
from hypothesis import given, settings

from kangmai.kernel.definitions import FOLDER
from kangmai.programmes.immunization.rules import forecast_by
from kangmai.programmes.immunization.schedule.reading import schedule
from kangmai.programmes.immunization.types import Child, Status
from tests.programmes.immunization.children import histories

LIVE_INJECTED = {"BCG", "MMR", "JE-L", "HepA-L", "VarV"}
WAIT_AFTER_IMMUNOGLOBULIN = {"MMR", "JE-L", "HepA-L"}
Dose = dict[str, Any]


def _doses(id: str) -> list[Dose]:
    path = FOLDER / "programmes" / "immunization_series" / f"{id}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content["doses"] if "doses" in content else content["plans"][-1]["doses"]


def _three_months_later(day: date) -> date:
    month = day.month + 3
    year, month = (day.year + 1, month - 12) if month > 12 else (day.year, month)
    while True:
        try:
            return date(year, month, day.day)
        except ValueError:
            day -= timedelta(1)


def _is_permitted(child: Child, dose: Dose, day: date, valid: list[date], known_by: date) -> bool:
    """Whether this dose would count on a day, with the injections and immunoglobulin up to `known_by`."""
    vaccine = dose["vaccine"]
    if (day - date.fromordinal(child.born)).days < dose["min_age_days"]:
        return False
    if valid and (day - valid[-1]).days < dose.get("min_interval_days", 0):
        return False
    if "min_days_after_dose" in dose:
        number, days = dose["min_days_after_dose"].values()
        if len(valid) >= number and (day - valid[number - 1]).days < days:
            return False
    if "min_days_after_vaccine" in dose:
        other, days = dose["min_days_after_vaccine"].values()
        for g in child.given:
            if (
                g.vaccine == other
                and g.day <= known_by.toordinal()
                and day.toordinal() - g.day < days
            ):
                return False
    if vaccine in LIVE_INJECTED:
        live = [g.day for g in child.given if g.vaccine in LIVE_INJECTED]
        if any(each < known_by.toordinal() and day.toordinal() - each < 28 for each in live):
            return False
    if vaccine in WAIT_AFTER_IMMUNOGLOBULIN:
        for ordinal in child.immunoglobulin:
            if ordinal <= known_by.toordinal() and day < _three_months_later(
                date.fromordinal(ordinal)
            ):
                return False
    return True


def _is_spoilt(child: Child, vaccine: str, day: date) -> bool:
    return vaccine == "MMR" and any(0 < ig - day.toordinal() < 14 for ig in child.immunoglobulin)


def twin(child: Child, doses: list[Dose], on: date) -> tuple[list[tuple[date, bool]], date | None]:
    """Every given dose with whether it counts, and the first day for the next one."""
    judged: list[tuple[date, bool]] = []
    valid: list[date] = []
    failed: date | None = None
    for ordinal in [g.day for g in child.given if g.vaccine == doses[0]["vaccine"]]:
        day = date.fromordinal(ordinal)
        if len(valid) == len(doses):
            judged.append((day, True))
            continue
        counts = _is_permitted(child, doses[len(valid)], day, valid, day)
        counts = counts and not _is_spoilt(child, doses[0]["vaccine"], day)
        judged.append((day, counts))
        failed = None if counts else day
        valid += [day] if counts else []
    if len(valid) == len(doses):
        return judged, None
    day = date.fromordinal(child.born)
    while not _is_permitted(child, doses[len(valid)], day, valid, on) or (failed and day <= failed):
        day += timedelta(1)
    return judged, day


@settings(deadline=None)
@given(histories())
def test_given_doses_and_the_next_day_are_those_of_the_twin(case: tuple[Child, int]) -> None:
    child, on = case
    rules = schedule("immunization", on=date.fromordinal(on))
    rows = forecast_by(rules, child, on)
    begun = {g.vaccine for g in child.given}
    for id in ("hepb", "mmr", "je", "mena", "menac", "hepa"):
        if id in ("je", "hepa") and begun & {"JE-I", "HepA-I"}:
            continue
        if id == "hepb" and (child.birth_weight_g == 1800 or child.gestation_weeks in (29.0, 35.0)):
            continue
        doses = _doses(id)
        vaccine = doses[0]["vaccine"]
        judged, next_day = twin(child, doses, date.fromordinal(on))
        ours = [row for row in rows if row.vaccine == vaccine]
        assert [
            (date.fromordinal(row.given), row.status is Status.DONE) for row in ours if row.given
        ] == judged
        waiting = [row for row in ours if row.given is None]
        if next_day is None:
            assert waiting == []
        elif waiting[0].status is not Status.NOT_NEEDED:
            assert waiting[0].earliest == next_day.toordinal()
