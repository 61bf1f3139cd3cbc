"""Cases of the invented city: as many as the bulletin says, at believable ages and days, on cards without a fault."""

import dataclasses
import datetime

import numpy as np
import pytest

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity, invent, town_of
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.infections import (
    NEVER,
    Infections,
    content_of,
    infections_of_block,
    school_absence,
    town_infections,
)
from kangmai.epidemic.cases import checking, diseases
from kangmai.epidemic.cases.types import FaultKind
from kangmai.standards.calendars import is_working_day, legal_day

ON = datetime.date(2026, 11, 22)
MIDNIGHT = datetime.datetime(2026, 11, 21, 16, tzinfo=datetime.UTC)
EPOCH = datetime.date(1970, 1, 1)


@pytest.fixture(scope="module")
def city() -> InventedCity:
    return invent(code="440203", residents=40_000, seed=1, on=ON)


@pytest.fixture(scope="module")
def town(city) -> TownChunk:
    return town_of(city, max(city.places.towns, key=lambda each: each.residents).order)


@pytest.fixture(scope="module")
def ill(city, town) -> Infections:
    return town_infections(city, town)


def test_all_statutory_diseases_together_are_as_many_as_the_bulletin_says():
    rules = read("infections")
    statutory = [
        each["per_100000"]
        for each in rules["diseases"]
        if diseases.disease(each["code"], on=ON).is_statutory
    ]
    assert sum(statutory) / 100 / 12 == pytest.approx(rules["statutory_per_1000_a_month"], rel=0.03)


def test_every_code_of_a_diagnosis_means_the_disease_of_its_card():
    for each in read("infections")["diseases"]:
        found = diseases.by_icd10(each["icd10"], on=ON)
        assert diseases.top(found) == diseases.top(each["code"]), each


def test_a_town_has_the_cases_that_the_rates_say(ill, town):
    rules = read("infections")
    years = rules["history_days"] / 365.2425
    rate = sum(each["per_100000"] for each in rules["diseases"]) / 1e5
    expected = town.town.residents * rate * years
    assert abs(len(ill) - expected) < 4 * expected**0.5 + 0.03 * expected
    children = [n for n, each in enumerate(rules["diseases"]) if each["code"] == "3900"]
    born = town.residents.birth_on.astype(np.int64)[ill.resident]
    age = (ill.onset_on - born) / 365.2425
    assert np.median(age[np.isin(ill.disease, children)]) < 5
    assert (age >= 0).all()
    pairs = np.stack([ill.resident, ill.disease])
    assert np.unique(pairs, axis=1).shape[1] == len(ill)


def test_what_happens_to_a_case_happens_in_order_and_before_the_day_of_the_city(ill):
    assert (ill.diagnosed_at // 86_400 >= ill.onset_on - 1).all()
    before = ill.diagnosed_at
    assert before.max() < MIDNIGHT.timestamp()
    for name in ("submitted_at", "reviewed_at", "final_at"):
        after = getattr(ill, name)
        there = after != NEVER
        assert (after[there] >= before[there]).all()
        assert not (there & (before == NEVER)).any()
        assert after.max() < MIDNIGHT.timestamp()
        before = after
    reported = ill.submitted_at != NEVER
    late = (ill.submitted_at - ill.diagnosed_at)[reported] > 86_400
    assert 0 < late.mean() < 0.05
    assert 0.9 < reported.mean() < 1
    days = (ill.diagnosed_at + 8 * 3600) // 86_400 % 7
    sundays, mondays = (days == 3).sum(), (days == 4).sum()
    assert sundays < 0.8 * mondays


def test_no_card_has_a_fault_that_the_form_would_refuse(city, town, ill):
    for row in range(len(ill)):
        said = content_of(city, town, ill, row, resident=int(ill.resident[row]))
        place = city.network.institutions[int(ill.institution[row])].division
        setting = checking.Setting(place, MIDNIGHT, has_laboratory=True)
        refused = [
            each for each in checking.faults(said, setting) if each.kind is FaultKind.REFUSED
        ]
        assert refused == [], said


def test_the_same_seed_gives_the_same_cases_and_blocks_have_them_all(city, town, ill):
    again = town_infections(city, town)
    count = len(town.residents)
    parts = [
        infections_of_block(ill, first, min(first + 1500, count)) for first in range(0, count, 1500)
    ]
    for field in dataclasses.fields(Infections):
        whole = getattr(ill, field.name)
        assert (getattr(again, field.name) == whole).all()
        joined = np.concatenate([getattr(part, field.name) for part in parts])
        if field.name != "resident":
            assert (joined == whole).all()
    assert all((part.resident < 1500).all() for part in parts)


def test_schools_report_on_working_days_and_some_are_silent(city, town):
    counts = school_absence(city, town)
    days = {EPOCH + datetime.timedelta(days=int(day)) for day in counts.day}
    assert days and all(is_working_day(day) for day in days)
    assert max(days) < legal_day(MIDNIGHT + datetime.timedelta(seconds=1))
    schools = len(np.unique(counts.gathering))
    whole = schools * len(days) * len(counts.conditions)
    assert 0.8 * whole < len(counts) < whole
