"""Cervical screening: what an earlier HPV test found holds until she is tested anew."""

import datetime
from typing import Any

import pytest

from kangmai.programmes.engine import checks
from kangmai.programmes.engine.definition.reading import programme
from kangmai.programmes.engine.models import Visit
from kangmai.programmes.engine.types import Enrolment, Recorded
from tests.factories import programmes as factory
from tests.factories.programmes import at, resident

pytestmark = pytest.mark.usefixtures("database")
day = datetime.date.fromisoformat


def woman() -> Enrolment:
    someone = resident(birth_date=day("1980-02-03"), sex_code="2")
    return factory.enrolment(
        someone, programme_id="two_cancer", on=day("2022-02-20"), at=at(day("2022-02-20"))
    )


def screened(enrolled: Enrolment, on: str, **answers: Any) -> Recorded:
    given = {"screened_on": on, "doctor": "梁医生", **answers}
    return factory.visit(enrolled, service="cervical", given=given, at=at(day(on)))


def stored(recorded: Recorded) -> Visit:
    return Visit.objects.get(pk=recorded.visit.id)


@pytest.mark.parametrize(
    ("hpv", "on", "rule"),
    [
        ("other", "2022-04-20", "other_nilm"),
        ("other", "2025-03-19", "other_nilm"),
        ("other", "2025-03-21", "nilm"),
        ("t16_18", "2022-04-20", "hpv_16_18"),
        ("neg", "2022-04-20", "nilm"),
    ],
)
def test_normal_cytology_after_an_earlier_hpv_test(hpv: str, on: str, rule: str) -> None:
    tested = screened(woman(), "2022-03-21", hpv=hpv)
    found = stored(screened(tested.enrolment, on, cytology="nilm"))
    assert found.rule == rule
    assert "hpv" not in {name for name, value in found.measures.items() if value is not None}


def test_a_new_hpv_test_ends_what_was_carried() -> None:
    tested = screened(woman(), "2022-03-21", hpv="other")
    again = screened(tested.enrolment, "2023-03-20", hpv="neg")
    assert stored(screened(again.enrolment, "2023-05-20", cytology="nilm")).rule == "nilm"


def test_a_late_entry_of_the_hpv_test_judges_the_cytology_anew() -> None:
    seen = screened(woman(), "2022-05-20", cytology="nilm")
    assert stored(seen).rule == "nilm"
    given = {"screened_on": "2022-03-21", "doctor": "梁医生", "hpv": "other"}
    factory.visit(seen.enrolment, service="cervical", given=given, at=at(day("2022-05-21")))
    assert stored(seen).rule == "other_nilm"


def test_only_codes_that_are_kept_are_carried() -> None:
    answer = programme("two_cancer", on=day("2022-02-20")).services["cervical"].answers["hpv"]
    assert (answer.carried_days, answer.carried_codes) == (1095, {"t16_18", "other"})
    wrong = {"codes": ["neg"], "carried": {"days": 9, "codes": ["other"]}}
    assert [fault.partition(": ")[0] for fault in checks._carried_faults(wrong, "/a")] == [
        "/a/carried",
        "/a/carried/codes",
    ]
