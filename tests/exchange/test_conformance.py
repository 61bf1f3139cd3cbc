"""Points of the specification that stand alone: bundles that read, compartments, earlier versions, limits of load."""

import io
import json
import threading

import psycopg
import pytest

from kangmai.exchange.fhir_rest import door
from tests.exchange.conftest import Client
from tests.factories.fhir import observation, patient


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def bundle(kind, *entries):
    found = []
    for method, url, resource, *more in entries:
        request = {"method": method, "url": url, **(more[0] if more else {})}
        found.append({"request": request, **({"resource": resource} if resource else {})})
    return {"resourceType": "Bundle", "type": kind, "entry": found}


def statuses(answer):
    assert answer.status == 200, answer.body
    return [each["response"]["status"][:3] for each in answer.json["entry"]]


def test_a_batch_reads_whatever_can_be_read_alone(fhir):
    id = fhir("POST", "Patient", patient()).id
    answer = fhir("POST", "", bundle(
        "batch", ("GET", f"Patient/{id}", None), ("GET", f"Patient/{id}", None, {"ifNoneMatch": 'W/"1"'}),
        ("GET", f"Patient/{id}/_history/1", None), ("GET", f"Patient/{id}/_history", None),
        ("GET", f"Patient/{id}/$everything", None), ("GET", f"Patient/{id}/Observation", None),
        ("GET", "metadata", None), ("HEAD", f"Patient/{id}", None), ("GET", "Patient/nobody", None),
        ("GET", "$export", None), ("GET", "Patient?nonsense=1", None)))  # fmt: skip
    assert statuses(answer) == [
        "200",
        "304",
        "200",
        "200",
        "200",
        "200",
        "200",
        "200",
        "404",
        "400",
        "400",
    ]
    entries = answer.json["entry"]
    kinds = [each.get("resource", {}).get("resourceType") for each in entries]
    assert kinds == [
        "Patient",
        None,
        "Patient",
        *["Bundle"] * 3,
        "CapabilityStatement",
        *[None] * 4,
    ]
    assert entries[0]["response"]["etag"] == 'W/"1"'


def test_a_transaction_reads_what_it_wrote_and_a_failed_read_takes_it_back(fhir):
    one = patient(identifier=[{"system": "urn:c", "value": "read-own"}])
    answer = fhir("POST", "", bundle(
        "transaction", ("POST", "Patient", one), ("GET", "Patient?identifier=urn:c%7Cread-own", None)))  # fmt: skip
    assert statuses(answer) == ["201", "200"]
    assert answer.json["entry"][1]["resource"]["total"] == 1

    two = patient(identifier=[{"system": "urn:c", "value": "never"}])
    failed = fhir(
        "POST", "", bundle("transaction", ("GET", "Patient/nobody", None), ("POST", "Patient", two))
    )
    assert failed.status == 404
    assert failed.issues[0]["expression"] == ["Bundle.entry[0]"]
    assert fhir("GET", "Patient?identifier=urn:c%7Cnever&_summary=count").json["total"] == 0


def test_conditional_update_needs_no_id_and_deleting_again_changes_nothing(fhir):
    one = patient(identifier=[{"system": "urn:c", "value": "no-id"}])
    where = "Patient?identifier=urn:c%7Cno-id"
    first, second = fhir("PUT", where, one), fhir("PUT", where, {**one, "active": True})
    assert (first.status, second.status) == (201, 200)
    assert second.id == first.id and second.json["meta"]["versionId"] == "2"
    assert fhir("PUT", where, {**one, "id": "other"}).status == 400
    assert [fhir("DELETE", f"Patient/{first.id}").status for _ in range(2)] == [204, 204]
    assert len(fhir("GET", f"Patient/{first.id}/_history").json["entry"]) == 3


def test_compartments_of_others_than_patients(fhir):
    subject = {"reference": f"Patient/{fhir('POST', 'Patient', patient()).id}"}
    doctor = fhir("POST", "Practitioner", {"resourceType": "Practitioner", "active": True}).id
    visit = fhir("POST", "Encounter", {
        "resourceType": "Encounter", "status": "finished", "subject": subject,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "participant": [{"individual": {"reference": f"Practitioner/{doctor}"}}]}).id  # fmt: skip
    seen = fhir("POST", "Observation", observation(
        subject["reference"], encounter={"reference": f"Encounter/{visit}"},
        performer=[{"reference": f"Practitioner/{doctor}"}])).id  # fmt: skip
    fhir("POST", "Observation", observation(subject["reference"]))

    def ids(path):
        answer = fhir("GET", path)
        assert answer.status == 200, answer.body
        return {each["resource"]["id"] for each in answer.json.get("entry", ())}

    assert ids(f"Encounter/{visit}/Observation") == {seen}
    assert ids(f"Practitioner/{doctor}/Observation?code=8480-6") == {seen}
    assert ids(f"Practitioner/{doctor}/Encounter") == {visit}
    assert {seen, visit} <= ids(f"Practitioner/{doctor}/*")
    for path, status in ((f"Encounter/{visit}/Organization", 404), ("Encounter/none/Observation", 404),
                         (f"Organization/{doctor}/Patient", 404), (f"Encounter/{visit}/AuditEvent", 404)):  # fmt: skip
        assert fhir("GET", path).status == status, path


@pytest.mark.parametrize(
    "kind, version", [("DiagnosticOrder", "DSTU2"), ("ProcedureRequest", "STU3")]
)
def test_types_of_earlier_versions_are_recognised(fhir, kind, version):
    alone = fhir("POST", kind, {"resourceType": kind, "status": "active"})
    assert alone.status == 404 and version in alone.issues[0]["diagnostics"]
    within = fhir("POST", "", bundle("transaction", ("POST", kind, {"resourceType": kind})))
    assert within.status == 404 and version in within.issues[0]["diagnostics"]


def test_provenance_comes_with_what_it_tells_of_or_nothing_is_stored(fhir):
    told = {"resourceType": "Provenance", "recorded": "2026-03-01T08:00:00Z",
            "agent": [{"who": {"display": "HIS"}}]}  # fmt: skip
    made = fhir("POST", "Patient", patient(), headers={"X-Provenance": json.dumps(told)})
    assert made.status == 201
    (found,) = fhir("GET", f"Provenance?target=Patient/{made.id}").json["entry"]
    assert found["resource"]["target"] == [{"reference": f"Patient/{made.id}/_history/1"}]
    assert found["resource"]["agent"] == told["agent"]
    with_it = fhir("GET", f"Patient?_id={made.id}&_revinclude=Provenance:target").json["entry"]
    assert [each["search"]["mode"] for each in with_it] == ["match", "include"]

    several = bundle("transaction", ("POST", "Patient", patient()), ("POST", "Patient", patient()))
    answer = fhir("POST", "", several, headers={"X-Provenance": json.dumps(told)})
    places = [each["response"]["location"].split("/fhir/R4/")[1] for each in answer.json["entry"]]
    newest = fhir("GET", f"Provenance?target={places[1].partition('/_')[0]}").json["entry"][0]
    assert [each["reference"] for each in newest["resource"]["target"]] == places

    before = fhir("GET", "Patient?_summary=count").json["total"]
    for wrong in ("{", json.dumps(patient()), json.dumps({**told, "target": []}),
                  json.dumps({"resourceType": "Provenance"})):  # fmt: skip
        refused = fhir("POST", "Patient", patient(), headers={"X-Provenance": wrong})
        assert refused.status == 400, wrong
    assert fhir("GET", "Patient?_summary=count").json["total"] == before


def test_a_search_that_runs_away_is_cut_and_says_so(fhir, shared_database):
    """A lock holds it up for longer than a statement may take; here a tenth of a second instead of thirty."""
    from kangmai.kernel.connections import STATEMENT_TIMEOUT_SECONDS, close_own, own_connection

    (limit,) = own_connection().execute("SHOW statement_timeout").fetchone()
    assert limit == f"{STATEMENT_TIMEOUT_SECONDS}s"
    own_connection().execute("SET statement_timeout = '100ms'")
    try:
        with psycopg.connect(shared_database) as other:
            other.execute("LOCK TABLE res IN ACCESS EXCLUSIVE MODE")
            answer = fhir("GET", "Observation?code=8480-6")
    finally:
        close_own()
    assert answer.status == 504
    assert answer.issues[0]["code"] == "timeout"
    assert fhir("GET", "Observation?code=8480-6").status == 200


def test_more_bundles_than_there_are_places_are_told_to_come_back(fhir, monkeypatch):
    monkeypatch.setattr(door, "_writers", threading.BoundedSemaphore(1))
    monkeypatch.setattr(door, "WRITER_PATIENCE_SECONDS", 0.05)
    door._writers.acquire()
    try:
        answer = fhir("POST", "", bundle("transaction", ("POST", "Patient", patient())))
    finally:
        door._writers.release()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.issues[0]["code"] == "throttled"


@pytest.mark.parametrize("authorization, status", [(None, 413), ("Bearer nobody", 401)])
def test_a_refused_body_is_taken_to_its_end_so_that_the_answer_is_read(fhir, authorization, status):
    """Most clients send all of a body before they read, and find the line closed otherwise."""
    size = 40 * 2**20
    body, answered = io.BytesIO(b" " * size), []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/fhir/R4/Patient", "CONTENT_LENGTH": str(size), "wsgi.input": body,
        "HTTP_AUTHORIZATION": authorization or f"Bearer {fhir.token}",
    }  # fmt: skip
    door.application(environ, lambda status, headers: answered.append(int(status.split()[0])))
    assert (answered, body.tell()) == ([status], size)


def test_a_bundle_posts_searches_and_operations(fhir):
    key = [{"system": "urn:c", "value": "posted"}]
    made = fhir("POST", "Patient", patient(identifier=key)).id
    asked = bundle(
        "batch",
        ("POST", "Patient/_search?identifier=urn:c%7Cposted", None),
        ("POST", "Patient/$validate", patient()),
        ("POST", "$import", patient()),
    )
    found, checked, refused = fhir("POST", "", asked).json["entry"]
    assert [each["resource"]["id"] for each in found["resource"]["entry"]] == [made]
    assert "_search" not in found["resource"]["link"][0]["url"]
    assert checked["resource"]["resourceType"] == "OperationOutcome"
    assert refused["response"]["status"] == "400"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    inside = fhir("POST", f"Patient/{made}/Patient/_search", b"_count=5", headers=form)
    assert [each["resource"]["id"] for each in inside.json["entry"]] == [made]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("PUT", "Observation", {}),
        ("DELETE", "Observation", {}),
        ("PATCH", "Observation", {"Content-Type": "application/json-patch+json"}),
        ("POST", "Observation", {"If-None-Exist": ""}),
        ("PUT", "Observation?_format=json", {}),
    ],
)
def test_a_condition_without_criteria_is_none(fhir, method, path, headers):
    body = {"PATCH": [], "DELETE": None}.get(method, observation())
    answer = fhir(method, path, body, headers=headers)
    assert answer.status == 400
    assert answer.issues[0]["details"]["coding"][0]["code"] == "EmptyCondition"


def test_who_may_not_search_a_type_learns_nothing_of_it_by_a_chain_or_a_condition(
    fhir, shared_token
):
    key = [{"system": "urn:c", "value": "hidden"}]
    who = fhir("POST", "Patient", patient(identifier=key)).id
    fhir("POST", "Observation", observation(f"Patient/{who}"))
    chained = "Observation?subject:Patient.identifier=urn:c%7Chidden"
    pointed = f"Patient?_id={who}&_has:Observation:patient:status=final"
    assert len(fhir("GET", chained).json["entry"]) == 1
    narrow = Client(shared_token("system/Observation.crs"))
    assert narrow("GET", chained).status == 403
    assert narrow("GET", chained.replace("subject:Patient", "patient")).status == 403
    assert Client(shared_token("system/Patient.rs"))("GET", pointed).status == 403
    by_search = observation("Patient?identifier=urn:c|hidden")
    sent = bundle("transaction", ("POST", "Observation", by_search))
    assert narrow("POST", "", sent).status == 403
    blind = Client(shared_token("system/Observation.c"))
    condition = {"If-None-Exist": f"patient=Patient/{who}"}
    assert blind("POST", "Observation", observation(), headers=condition).status == 403
    assert narrow("POST", "Observation", observation(), headers=condition).status == 200
    assert fhir("POST", "", sent).status == 200


def test_relative_references_of_a_bundle_stand_behind_the_base_of_their_entry(fhir):
    """As https://hl7.org/fhir/R4/bundle.html#references says."""
    base = "https://his.example/fhir"
    entries = [
        {"fullUrl": f"{base}/Patient/p1", "resource": patient(id="p1")},
        {"fullUrl": f"{base}/Observation/o1", "resource": observation("Patient/p1")},
        {"fullUrl": "https://elsewhere/Observation/o2", "resource": observation("Patient/p1")},
        {"fullUrl": "urn:uuid:o3", "resource": observation("Patient/p1")},
    ]
    for each in entries:
        each["request"] = {"method": "POST", "url": each["resource"]["resourceType"]}
    sent = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = fhir("POST", "", sent, headers={"Prefer": "return=representation"})
    who, *results = [each["resource"] for each in answer.json["entry"]]
    pointed = [each["subject"]["reference"] for each in results]
    assert pointed == [f"Patient/{who['id']}", "Patient/p1", "Patient/p1"]
