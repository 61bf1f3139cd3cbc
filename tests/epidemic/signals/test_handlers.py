"""From a doctor's diagnosis and from the record to a signal and a series, through the feed as the worker reads it."""

import datetime

import pytest

from kangmai.epidemic.cases import actions as reporting
from kangmai.epidemic.surveillance import actions, models, queries
from kangmai.epidemic.surveillance.errors import OutbreakUnknown
from kangmai.epidemic.surveillance.types import CaseClass, LineFacts, Step
from kangmai.kernel import feed
from kangmai.kernel.actor import NotPermitted
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


def test_a_visit_counts_once_by_its_complaint_or_its_diagnosis(cases):
    def visit(complaint, status="finished"):
        return {
            "resourceType": "Encounter",
            "status": status,
            "class": {"code": "AMB"},
            "subject": {"reference": f"Patient/{cases.town.liang.patient_id}"},
            "period": {"start": NOW.isoformat()},
            "reasonCode": [{"text": complaint}],
        }

    def counted():
        rows = models.Daily.objects.filter(source="visit_syndromes", day=legal_day(NOW))
        return dict(rows.values_list("condition", "count"))

    before = counted()
    portal_town.write(
        [visit("发热三天，伴皮疹"), visit("复诊取药"), visit("发热咳嗽", "cancelled")],
        cases.town.hospital,
    )
    feed.drain()
    assert counted() == before | {"fever_rash": 1, "fever_respiratory": 1}
    key = models.Occurrence.objects.get(condition="fever_rash").key
    of_visit = {"reference": key.replace(" ", "/")}
    patient = cases.town.liang.patient_id
    rash = cases_town.condition(patient, "B05.9", NOW, encounter=of_visit)
    gut = cases_town.condition(patient, "K52.9", NOW, encounter=of_visit)
    portal_town.write([rash, gut], cases.town.hospital)
    feed.drain()
    diarrhoea = before.get("diarrhoea", 0) + 1
    assert counted() == {"fever_rash": 1, "fever_respiratory": 1, "diarrhoea": diarrhoea}


def test_report_cards_behind_an_event_are_taken_into_its_list_once(cases):
    """The signal's own card, and one reported later; not one of another disease, nor of the neighbour county."""
    cdc, doctor = cases.actor("cdc", NOW), cases.actor("doctor", NOW)
    signal = models.Signal.objects.get(condition="0200")
    usual = {"signal_id": signal.id, "actor": cdc, "at": NOW}
    for step in (Step.ACKNOWLEDGE, Step.VERIFY):
        signal.refresh_from_db()
        actions.move(step=step, expected_version=signal.version, **usual)
    signal.refresh_from_db()
    event = actions.suspect(expected_version=signal.version, title="霍乱", **usual).outbreak_id
    people = {
        "second": {
            "name": "黄小英",
            "phone": "13800138077",
            "case_class": "3",
            "home_code": "441202003",
        },
        "dengue": {"name": "李大山", "phone": "13800138088", "disease": "1300"},
        "far": {"name": "何远", "phone": "13800138099", "home_code": "441203101"},
    }
    for facts in people.values():
        content = cases_town.card(NOW, **({"disease": "0200"} | facts))
        reporting.begin_card(content=content, resident_id=None, key="", actor=doctor, at=NOW)
    feed.drain()
    take = {"outbreak_id": event, "at": NOW}
    waiting = queries.cards_waiting(event, actor=cdc, at=NOW)
    models.Outbreak.objects.filter(id=event).update(area_code="441202")
    assert (waiting, queries.cards_waiting(event, actor=cdc, at=NOW)) == (1, 2)
    with pytest.raises(OutbreakUnknown):
        actions.take_cases(actor=cases.actor("cdc_there", NOW), **take)
    with pytest.raises(NotPermitted):
        actions.take_cases(actor=cases.actor("city_officer", NOW), **take)
    assert actions.take_cases(actor=cdc, **take) == (1, 2)
    assert actions.take_cases(actor=cdc, **take) == ()
    lines = {each.facts.name: each for each in queries.lines(event, actor=cdc, at=NOW)}
    assert set(lines) == {"周文杰", "黄小英"}
    second = lines["黄小英"].facts
    assert (second.phone, second.sex, second.area_code) == ("13800138077", "1", "441202003")
    assert (second.case_class, second.onset_on) == (
        CaseClass.CONFIRMED,
        (NOW - datetime.timedelta(days=3)).date(),
    )
    # who is struck out as no case is not taken again
    struck = LineFacts(case_id=second.case_id, name="黄小英", case_class=CaseClass.NOT_A_CASE)
    number = lines["黄小英"].number
    actions.change_line(number=number, facts=struck, expected_version=1, actor=cdc, **take)
    assert actions.take_cases(actor=cdc, **take) == ()
