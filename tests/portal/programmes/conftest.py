"""The town with people in a programme, and what a village doctor types into a visit."""

import datetime
import re
import uuid
from collections.abc import Callable

import pytest

from tests.factories import portal_town, programme_town

NOW = datetime.datetime.now(datetime.UTC)
TODAY = (NOW + datetime.timedelta(hours=8)).date()


@pytest.fixture(scope="module")
def served(town: portal_town.Town) -> programme_town.Served:
    return programme_town.build(town, at=NOW)


@pytest.fixture
def answers() -> Callable[..., dict[str, object]]:
    """A visit of a controlled patient at the clinic today; keywords say what is different."""

    def make(**different: object) -> dict[str, object]:
        return {
            "key": uuid.uuid4().hex,
            "form_version": "2017-02-28",
            "visited_on": TODAY.isoformat(),
            "method": "1",
            "systolic": "136",
            "diastolic": "84",
            "symptoms": ["1"],
            "adherence": "1",
            "adverse_reaction": "1",
            "doctor": "陈慧敏",
            **different,
        }

    return make


def version_in(page: str) -> str:
    """The version of the enrolment that a page of a visit carries."""
    found = re.search(r'name="expected_version" value="(\d+)"', page)
    assert found, page
    return found.group(1)
