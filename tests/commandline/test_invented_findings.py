"""The invented evening of the second village doctor is found by the night's look, and one finding is answered."""

import datetime

import pytest

from kangmai.commandline.city.loading.findings import MADE_UP, load_findings
from kangmai.programmes.engine.models import Visit
from kangmai.programmes.watchdog.models import Finding
from tests.factories import portal_town
from tests.factories.portal_town import OPERATOR, VILLAGE
from tests.factories.watched import enrolled

NOW = datetime.datetime.now(datetime.UTC)
pytestmark = pytest.mark.usefixtures("database")


def patients(town: portal_town.Town, many: int) -> None:
    first = datetime.date(1958, 5, 6) + datetime.timedelta(100 * many)
    some = [
        portal_town.resident(f"居民{n}", "2", first + datetime.timedelta(n), VILLAGE, town.station)
        for n in range(many)
    ]
    enrolled(some, organization=town.station.id, place=VILLAGE)


def test_an_evening_that_was_made_up() -> None:
    town = portal_town.build()
    portal_town._account("village2", "梁国强", "village_doctor", town.station)
    patients(town, 3)
    load_findings(actor=OPERATOR, at=NOW)
    assert Visit.objects.count() == 0  # a few patients are left as they are
    patients(town, MADE_UP)
    load_findings(actor=OPERATOR, at=NOW)
    found = {each.detector: each.state for each in Finding.objects.exclude(account=0)}
    assert found == {"same_as_next": "team", "at_night": "answered"}
