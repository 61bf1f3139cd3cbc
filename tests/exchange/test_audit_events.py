"""The audit trail as AuditEvents: every interaction is one, whoever may see it finds it, nobody changes it."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from kangmai.kernel import audit
from kangmai.records.validation import validate
from tests.exchange.conftest import Client
from tests.factories.fhir import observation, patient
from tests.factories.registry import organization


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


@pytest.fixture
def seen(fhir):
    """Everything a program does once with one Patient; its id, and that of an Observation."""
    person = fhir("POST", "Patient", patient()).id
    about = f"Patient/{person}"
    result = fhir("POST", "Observation", observation(about)).id
    fhir("GET", f"Observation/{result}")
    fhir("GET", f"Observation/{result}/_history/1")
    fhir("GET", f"Observation/{result}/_history")
    fhir("GET", f"Observation?patient={about}")
    fhir("PUT", f"Observation/{result}", observation(about, id=result, status="amended"))
    fhir("PATCH", f"Observation/{result}", [{"op": "replace", "path": "/status", "value": "final"}],
         headers={"Content-Type": "application/json-patch+json"})  # fmt: skip
    fhir("GET", f"{about}/$everything")
    fhir("DELETE", f"Observation/{result}")
    audit.flush()
    return about, result


def entries(answer):
    assert answer.status == 200, answer.body
    return [each["resource"] for each in answer.json.get("entry", ())]


def test_every_interaction_is_an_audit_event(fhir, seen):
    about, _ = seen
    found = entries(fhir("GET", f"AuditEvent?patient={about}&_count=100"))
    done = Counter(each["subtype"][0]["code"] for each in found)
    assert done == {"records.created": 2, "records.read": 2, "records.vread": 1, "records.history": 1,
                    "records.search": 1, "records.updated": 2, "records.everything": 1, "records.deleted": 1}  # fmt: skip
    for each in found:
        assert not [fault for fault in validate(each) if fault.is_error], each
        assert {"reference": about} in [entity["what"] for entity in each["entity"]]
    assert entries(fhir("GET", f"{about}/AuditEvent?_count=100")) == found


@pytest.mark.parametrize(
    "criterion, actions",
    [
        ("action=D", {"records.deleted"}),
        ("action=C,U", {"records.created", "records.updated"}),
        ("subtype=search-type", {"records.search"}),
        ("subtype=urn:kangmai:audit|records.vread", {"records.vread"}),
        ("type=rest&action=R", {"records.read", "records.vread"}),
        ("outcome=4", set()),
        ("date=lt2020", set()),
        ("altid=nobody", set()),
        ("address=10.0.0.1", set()),
    ],
)
def test_criteria(fhir, seen, criterion, actions):
    found = entries(fhir("GET", f"AuditEvent?patient={seen[0]}&{criterion}&_count=50"))
    assert {each["subtype"][0]["code"] for each in found} == actions


def test_by_object_by_id_and_by_time(fhir, seen):
    about, result = seen
    (deleted,) = entries(fhir("GET", f"AuditEvent?entity=Observation/{result}&action=D"))
    assert deleted["action"] == "D" and deleted["outcome"] == "0"
    alone = fhir("GET", f"AuditEvent/{deleted['id']}")
    assert alone.json == deleted
    assert fhir("GET", f"AuditEvent/{deleted['id']}/_history/1").json == deleted
    at = deleted["recorded"].replace("+", "%2B")
    assert deleted in entries(fhir("GET", f"AuditEvent?patient={about}&date=ge{at}"))
    assert deleted not in entries(fhir("GET", f"AuditEvent?patient={about}&date=lt{at}"))
    counted = fhir("GET", f"AuditEvent?patient={about}&_summary=count").json
    assert counted["total"] == 11


def test_pages_pass_from_the_trail_to_what_others_sent(fhir, seen):
    about, _ = seen
    sent = sent_about(about, "2026-01-01T00:00:00Z")
    own = [fhir("POST", "AuditEvent", sent).id for _ in range(3)]
    audit.flush()
    ids, address = [], f"AuditEvent?patient={about}&_count=4"
    while address:
        answer = fhir("GET", address)
        ids += [each["id"] for each in entries(answer)]
        links = {each["relation"]: each["url"] for each in answer.json["link"]}
        address = links.get("next", "").partition("/fhir/R4/")[2]
    assert len(ids) == len(set(ids))
    assert set(ids[-3:]) == set(own)
    assert all(id.startswith("audit-") for id in ids[:-3]) and len(ids) >= 14


@pytest.mark.parametrize("order", ["date", "-date", "-_lastUpdated"])
def test_sorted_pages_mix_the_trail_with_what_others_sent(fhir, seen, order):
    about, _ = seen
    (first, *_) = entries(fhir("GET", f"AuditEvent?patient={about}&_sort=date&_count=3"))
    at = datetime.fromisoformat(first["recorded"])
    for moment in (at - timedelta(days=1), at + timedelta(days=1), at - timedelta(days=2)):
        fhir("POST", "AuditEvent", sent_about(about, moment.isoformat()))
    audit.flush()
    found, address = [], f"AuditEvent?patient={about}&_sort={order}&_count=2"
    while address:
        answer = fhir("GET", address)
        found += entries(answer)
        links = {each["relation"]: each["url"] for each in answer.json["link"]}
        address = links.get("next", "").partition("/fhir/R4/")[2]
    ids = [each["id"] for each in found]
    assert len(ids) == len(set(ids)) and len(ids) >= 14
    assert sum(id.startswith("audit-") for id in ids) == len(ids) - 3
    key = (lambda each: each["meta"]["lastUpdated"]) if "last" in order else recorded
    moments = [key(each) for each in found]
    assert moments == sorted(moments, reverse=order.startswith("-"))
    assert (
        fhir("GET", f"AuditEvent?patient={about}&_sort={order}&_summary=count").json["total"] > 13
    )


def recorded(event):
    return datetime.fromisoformat(event["recorded"])


def sent_about(patient, recorded):
    return {"resourceType": "AuditEvent", "type": {"code": "rest"}, "recorded": recorded,
            "agent": [{"requestor": True, "who": {"display": "HIS"}}], "source": {"observer": {"display": "HIS"}},
            "entity": [{"what": {"reference": patient}}]}  # fmt: skip


def test_who_sees_what(fhir, seen, shared_token):
    here, there = (organization(code=f"A{n}").id for n in range(2))
    ours = Client(shared_token(organization=here))
    neighbour = Client(shared_token(organization=there))
    mine = ours("POST", "Observation", observation()).id
    audit.flush()
    (made,) = entries(ours("GET", f"AuditEvent?entity=Observation/{mine}"))
    assert made["agent"][0]["who"]["display"]
    assert entries(neighbour("GET", f"AuditEvent?entity=Observation/{mine}")) == []
    assert neighbour("GET", f"AuditEvent/{made['id']}").status == 404
    narrow = Client(shared_token("system/Observation.rs"))
    assert narrow("GET", "AuditEvent").status == 403
    assert narrow("GET", f"AuditEvent/{made['id']}").status == 403


def test_refusals_are_in_the_trail(fhir, shared_token):
    narrow = Client(shared_token("system/Observation.rs"))
    assert narrow("GET", "Patient?name=li").status == 403
    audit.flush()
    (refused, *_) = entries(fhir("GET", "AuditEvent?outcome=4&_count=5"))
    assert refused["outcomeDesc"] == "NotPermitted"
    assert refused["subtype"][0]["code"] == "records.refused"


def test_nobody_changes_it(fhir, seen):
    (event, *_) = entries(fhir("GET", f"AuditEvent?patient={seen[0]}&_count=1"))
    for method in ("PUT", "DELETE", "PATCH"):
        body = (
            None
            if method == "DELETE"
            else event
            if method == "PUT"
            else [{"op": "remove", "path": "/action"}]
        )
        headers = {"Content-Type": "application/json-patch+json"} if method == "PATCH" else {}
        answer = fhir(method, f"AuditEvent/{event['id']}", body, headers=headers)
        assert answer.status in (404, 405), (method, answer.body)
    assert fhir("GET", f"AuditEvent/{event['id']}").json == event


@pytest.mark.parametrize(
    "query, status",
    [
        ("_sort=agent", 400),
        ("_sort=date,_id", 400),
        ("_include=AuditEvent:patient", 405),
        ("patient.name=li", 405),
        ("patient:missing=true", 405),
        ("date=yesterday", 400),
        ("nonsense=1", 400),
        ("action", 400),
        ("_id=audit-99999999999999999999999", 200),
    ],
)
def test_what_cannot_be_asked(fhir, query, status):
    assert fhir("GET", f"AuditEvent?{query}").status == status
