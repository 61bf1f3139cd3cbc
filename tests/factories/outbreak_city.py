"""A small demo city with its case reports and school counts, and an officer of a CDC elsewhere."""

import datetime

from kangmai.commandline.city.loading.accounts import PASSWORD
from kangmai.commandline.city.loading.city import ensure_city
from kangmai.commandline.city.outbreaks import Outbreak, Played, play
from kangmai.commandline.city.outbreaks.morning import judge_anew
from kangmai.commandline.city.state import CityOrder
from tests.factories import portal_town, signal_town

CITY, RESIDENTS = "440203", 300
ELSEWHERE = "441202"


def build(*, on: datetime.date) -> None:
    """Make the city in the database at hand, by the code of `kangmai demo`, as of a day."""
    ensure_city(CityOrder(CITY, RESIDENTS, 1, on))
    at = datetime.datetime.now(datetime.UTC)
    cdc = signal_town._cdc(ELSEWHERE, "端州区", at)
    portal_town._account("dutyelse", "吴岚", "cdc_epidemiologist", cdc)


def happen(outbreak: str) -> Played:
    """What `kangmai demo outbreak` does, with the worker and the morning after."""
    at = datetime.datetime.now(datetime.UTC)
    played = play(Outbreak(outbreak), at=at)
    judge_anew(at=datetime.datetime.now(datetime.UTC))
    return played


__all__ = ["PASSWORD", "build", "happen"]
