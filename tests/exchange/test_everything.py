"""Patient/[id]/$everything: the whole compartment once, what it points to, and nobody else's record."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from tests.exchange.conftest import BASE, Client
from tests.factories.fhir import observation, patient


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def ids(answer, mode=None):
    assert answer.status == 200, answer.body
    entries = answer.json.get("entry", [])
    return [e["resource"]["id"] for e in entries if mode in (None, e["search"]["mode"])]


def following(answer):
    links = {link["relation"]: link["url"] for link in answer.json["link"]}
    return links["next"].removeprefix(BASE + "/") if "next" in links else None


def record(fhir, count=1, **more):
    """A Patient with Observations made by one practitioner."""
    doctor = fhir(
        "POST", "Practitioner", {"resourceType": "Practitioner", "name": [{"text": "王医生"}]}
    ).id
    who = fhir("POST", "Patient", patient()).id
    made = [
        fhir(
            "POST",
            "Observation",
            observation(
                f"Patient/{who}", performer=[{"reference": f"Practitioner/{doctor}"}], **more
            ),
        ).id
        for _ in range(count)
    ]
    return who, made, doctor


def test_whole_record_with_what_it_points_to(fhir):
    who, made, doctor = record(fhir, 3)
    record(fhir)
    answer = fhir("GET", f"Patient/{who}/$everything")
    assert ids(answer, "match") == [who, *made]
    assert ids(answer, "include") == [doctor]
    assert following(answer) is None
    assert ids(fhir("POST", f"Patient/{who}/$everything")) == [who, *made, doctor]


def test_pages_neither_repeat_nor_skip_while_others_write(fhir):
    who, made, _ = record(fhir, 7)
    seen, path = [], f"Patient/{who}/$everything?_count=3"
    while path:
        page = fhir("GET", path)
        seen += ids(page, "match")
        fhir("POST", "Observation", observation(f"Patient/{who}"))
        fhir("PUT", f"Observation/{made[0]}", {**observation(f"Patient/{who}"), "id": made[0]})
        path = following(page)
    # row ids come in blocks, one a thread, so what is written meanwhile may still belong to the first page's moment
    assert seen[:8] == [who, *made]
    assert len(seen) == len(set(seen))


def test_cursor_of_another_record_is_refused(fhir):
    who, _, _ = record(fhir, 3)
    other, _, _ = record(fhir, 3)
    path = following(fhir("GET", f"Patient/{who}/$everything?_count=2"))
    assert fhir("GET", path).status == 200
    assert fhir("GET", path.replace(who, other)).status == 400


def test_types_and_versions_since(fhir):
    who, made, doctor = record(fhir, 2)
    assert ids(fhir("GET", f"Patient/{who}/$everything?_type=Observation")) == made
    assert ids(fhir("GET", f"Patient/{who}/$everything?_type=Patient,Practitioner")) == [who]
    later = quote((datetime.now(UTC) + timedelta(minutes=1)).isoformat())
    assert ids(fhir("GET", f"Patient/{who}/$everything?_since={later}")) == []
    assert doctor


def test_days_of_care(fhir):
    who, old, doctor = record(fhir, 1, effectiveDateTime="2020-05-05")
    new = fhir(
        "POST", "Observation", observation(f"Patient/{who}", effectiveDateTime="2026-03-01")
    ).id
    inside = ids(fhir("GET", f"Patient/{who}/$everything?start=2026-03-01&end=2026-03-01"))
    assert inside == [who, new]  # a Patient has no date of care
    assert ids(fhir("GET", f"Patient/{who}/$everything?end=2025-01-01")) == [who, *old, doctor]


def test_linked_patients_only_when_asked(fhir):
    from kangmai.kernel.actor import operator
    from kangmai.records.actions import place_subject
    from kangmai.records.queries import get

    (one, [first], _), (two, [second], _) = record(fhir), record(fhir)
    at = datetime.now(UTC)
    rids = [get("Patient", id, actor=operator("test"), at=at).rid for id in (one, two)]
    place_subject(patients=rids, resident=7, place_code="441202001002", managing_org=None)
    assert ids(fhir("GET", f"Patient/{one}/$everything"), "match") == [one, first]
    expanded = ids(fhir("GET", f"Patient/{one}/$everything?_expand-links=true"), "match")
    assert expanded == [one, first, two, second]


def test_scope_and_permissions_hold(fhir, shared_token):
    who, made, _ = record(fhir)
    narrow = Client(shared_token("system/Patient.r system/Observation.r"))
    assert ids(narrow("GET", f"Patient/{who}/$everything")) == [who, *made]
    assert narrow("GET", f"Patient/{who}/$everything?_type=Condition").status == 403
    assert (
        Client(shared_token("system/Observation.r"))("GET", f"Patient/{who}/$everything").status
        == 403
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Patient/none/$everything", 404),
        ("Observation/x/$everything", 404),
        ("Patient/{who}/$everything?colour=red", 400),
        ("Patient/{who}/$everything?_count=0", 400),
        ("Patient/{who}/$everything?_since=yesterday", 400),
        ("Patient/{who}/$everything?start=2026-02-31", 400),
        ("Patient/{who}/$everything?_type=Wizard", 404),
        ("Patient/{who}/$everything?_expand-links=yes", 400),
        ("Patient/{who}/$everything?_cursor=xx", 400),
    ],
)
def test_wrong_calls(fhir, path, status):
    who = fhir("POST", "Patient", patient()).id
    assert fhir("GET", path.format(who=who)).status == status
