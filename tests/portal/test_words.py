"""How the portal writes ages, numbers, moments, summaries and trends: plain functions, no database."""

import datetime

import pytest
from django.utils import translation

from kangmai.portal.residents.authors import Author, author_of
from kangmai.portal.residents.moments import Moment, moment_of
from kangmai.portal.residents.summaries import Summary, summarize
from kangmai.portal.shell import words

DAY = datetime.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (DAY, "0 days old"),
        (datetime.date(2026, 11, 19), "1 day old"),
        (datetime.date(2026, 10, 21), "30 days old"),
        (datetime.date(2026, 10, 20), "1 month old"),
        (datetime.date(2023, 11, 21), "35 months old"),
        (datetime.date(2023, 11, 20), "3 years old"),
        (datetime.date(1958, 11, 21), "67 years old"),
        (datetime.date(2026, 11, 21), ""),
        (None, ""),
    ],
)
def test_ages(born, age):
    assert words.age(born, DAY) == age


def test_lists_and_clauses_are_parted_as_the_language_does():
    parts = ("a", "b")
    assert (words.joined(parts), words.clauses(parts)) == ("a, b", "a; b")
    with translation.override("zh-hans"):
        assert (words.joined(parts), words.clauses(parts)) == ("a、b", "a；b")


def test_age_in_chinese():
    with translation.override("zh-hans"):
        assert words.age(datetime.date(1958, 3, 12), DAY) == "68岁"


def test_masked_numbers_keep_their_ends():
    assert words.masked("13912345678", head=3, tail=4) == "139****5678"
    assert words.masked("12345", head=3, tail=4) == "12345"


@pytest.mark.parametrize(
    ("resource", "day", "time"),
    [
        ({"effectiveDateTime": "2026-11-18T16:30:00Z"}, "2026-11-19", "00:30"),
        ({"effectiveDateTime": "2026-11-18"}, "2026-11-18", ""),
        ({"period": {"start": "2026-01-02T08:00:00+08:00"}}, "2026-01-02", "08:00"),
        ({"onsetDateTime": "2019"}, "2019", ""),
        ({"authoredOn": "2024-05"}, "2024-05", ""),
    ],
)
def test_moments(resource, day, time):
    moment = moment_of(resource)
    assert moment is not None
    assert (moment.day, moment.time) == (day, time)


def test_a_resource_without_a_moment_has_none():
    assert moment_of({"resourceType": "Device"}) is None
    assert Moment("2026-11-18").time == ""


def _code(text):
    return {"code": {"text": text}}


@pytest.mark.parametrize(
    ("resource", "summary"),
    [
        (
            {
                "resourceType": "Observation",
                **_code("Weight"),
                "valueQuantity": {"value": 62.5, "unit": "kg"},
            },
            Summary("Weight", "62.5 kg"),
        ),
        (
            {
                "resourceType": "Observation",
                **_code("Blood pressure"),
                "component": [
                    {
                        "code": {"coding": [{"code": "8480-6"}]},
                        "valueQuantity": {"value": 152, "unit": "mmHg"},
                    },
                    {
                        "code": {"coding": [{"code": "8462-4"}]},
                        "valueQuantity": {"value": 94, "unit": "mmHg"},
                    },
                ],
                "interpretation": [{"coding": [{"code": "H"}]}],
            },
            Summary("Blood pressure", "152/94 mmHg", is_abnormal=True),
        ),
        (
            {"resourceType": "Immunization", "status": "not-done", "vaccineCode": {"text": "MMR"}},
            Summary("MMR", is_void=True),
        ),
        (
            {"resourceType": "Encounter", "class": {"code": "AMB"}},
            Summary("Outpatient visit"),
        ),
        (
            {
                "resourceType": "Condition",
                **_code("Asthma"),
                "clinicalStatus": {"coding": [{"code": "active"}]},
            },
            Summary("Asthma", detail="ongoing"),
        ),
        ({"resourceType": "Basic"}, Summary("Basic")),
        (
            {"resourceType": "Observation", **_code("HIV"), "valueBoolean": False},
            Summary("HIV", "no"),
        ),
    ],
)
def test_summaries(resource, summary):
    assert summarize(resource) == summary


def test_authors():
    resource = {
        "participant": [{"individual": {"reference": "Practitioner/1", "display": "Dr Chen"}}],
        "serviceProvider": {"reference": "Organization/2", "display": "First Hospital"},
    }
    assert author_of(resource) == Author("Dr Chen", "First Hospital")
    performer = {"performer": [{"reference": "Organization/3", "display": "Laboratory"}]}
    assert author_of(performer) == Author("", "Laboratory")
    assert author_of({}) == Author()
