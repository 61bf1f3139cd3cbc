"""The clinic day of the invented city goes as far as its plan says, at whatever hour it is made."""

import datetime

import pytest

from kangmai.commandline.city.loading.clinics import Clinic, clinic_day
from kangmai.programmes.vaccination import actions
from kangmai.programmes.vaccination.types import Step
from tests.access.conftest import database
from tests.programmes.vaccination import factories
from tests.programmes.vaccination.factories import TOWN, child, code, desk, fridge, line, stock

__all__ = ["database", "town"]

MIDNIGHT = datetime.datetime(2026, 11, 22, 16, tzinfo=datetime.UTC)
"""The beginning of 23 November by the legal clock."""
PLAN = {"day": [{"minutes": 85, "step": "cleared"}], "infants_of_ten": 10}


@pytest.fixture(scope="module")
def town(shared_database: str) -> factories.Town:
    return factories.build()


def cleared(town: factories.Town, *, born: datetime.date, after: int) -> list[Step]:
    """Where the visitors stand when the day is made some minutes after midnight."""
    baby, nurse, at = child(born), desk(town), MIDNIGHT + datetime.timedelta(minutes=after)
    stock(town, [line("DTaP", 1), line("IPV", 1)], into=fridge(town))
    actions.judge_residents(ids=[baby.id], at=at)
    clinic = Clinic(nurse, TOWN, {"DTaP": [code("DTaP", 1)], "IPV": [code("IPV", 1)]})
    return [each.step for each in clinic_day(clinic, PLAN, at=at)]


@pytest.mark.parametrize("after", [3, 84])
def test_just_after_midnight_nobody_comes_who_was_not_due_the_day_before(database, town, after):
    assert cleared(town, born=datetime.date(2026, 9, 23), after=after) == []


@pytest.mark.parametrize("after", [3, 600])
def test_who_was_due_before_is_served_at_any_hour(database, town, after):
    assert cleared(town, born=datetime.date(2026, 9, 22), after=after) == [Step.CLEARED]
