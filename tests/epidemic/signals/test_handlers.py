"""From a doctor's diagnosis and from the record to a signal and a series, through the feed as the worker reads it."""

import datetime

import pytest

from kangmai.epidemic.cases import actions as reporting
from kangmai.epidemic.surveillance import models
from kangmai.kernel import feed
from kangmai.standards.calendars import legal_day
from tests.factories import cases_town, portal_town

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def cases(shared_database: str) -> cases_town.CasesTown:
    made = cases_town.build(portal_town.build())
    feed.drain()
    return made


def test_a_diagnosis_of_cholera_is_a_signal_when_the_feed_was_read_once(cases):
    content = cases_town.card(NOW, disease="0200", case_class="1")
    doctor = cases.actor("doctor", NOW)
    made = reporting.begin_card(content=content, resident_id=None, key="", actor=doctor, at=NOW)
    assert models.Signal.objects.count() == 0
    feed.drain()
    signal = models.Signal.objects.get()
    assert (signal.condition, signal.level, signal.area_code) == ("0200", "immediate", "441202001")
    occurrence = models.Occurrence.objects.get(source="case_reports")
    assert (occurrence.key, occurrence.is_counted) == (str(made.line.card_id), False)
    assert not models.Daily.objects.filter(source="case_reports").exists()


def test_a_visit_with_diarrhoea_is_counted_by_syndrome_and_once(cases):
    sent = cases_town.condition(cases.town.liang.patient_id, "K52.9", NOW)
    portal_town.write([sent], cases.town.hospital)
    feed.drain()
    feed.drain()
    row = models.Daily.objects.get(source="visit_syndromes")
    assert (row.condition, row.count, row.day) == ("diarrhoea", 1, legal_day(NOW))
