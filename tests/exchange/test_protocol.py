"""HTTP as FHIR uses it: methods, formats, preferences, history at a time, and a truthful CapabilityStatement."""

import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from kangmai.exchange.fhir_rest import routes
from tests.exchange.conftest import Client
from tests.factories.fhir import observation, patient


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def versions(answer):
    assert answer.status == 200, answer.body
    return [
        e["resource"]["meta"]["versionId"] if "resource" in e else "gone"
        for e in answer.json.get("entry", [])
    ]


def test_head_is_get_without_body(fhir):
    made = fhir("POST", "Patient", patient()).id
    head, get = fhir("HEAD", f"Patient/{made}"), fhir("GET", f"Patient/{made}")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", get.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(get.body))
    assert fhir("HEAD", "Patient/none").status == 404


def test_conditional_read(fhir):
    made = fhir("POST", "Patient", patient())
    path = f"Patient/{made.id}"
    assert fhir("GET", path, headers={"If-None-Match": 'W/"1"'}).status == 304
    assert fhir("GET", path, headers={"If-None-Match": 'W/"7", W/"1"'}).status == 304
    assert fhir("GET", path, headers={"If-None-Match": 'W/"2"'}).status == 200
    assert (
        fhir("GET", path, headers={"If-Modified-Since": made.headers["Last-Modified"]}).status
        == 304
    )
    assert (
        fhir("GET", path, headers={"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status
        == 200
    )
    assert fhir("GET", path, headers={"If-Modified-Since": "yesterday"}).status == 200


@pytest.mark.parametrize(
    ("preference", "kind"),
    [("minimal", None), ("representation", "Patient"), ("OperationOutcome", "OperationOutcome")],
)
def test_preferred_answer_of_every_write(fhir, preference, kind):
    prefer = {"Prefer": f"return={preference}"}
    made = fhir("POST", "Patient", patient(), headers=prefer)
    id = made.headers["Location"].split("/")[-3]
    change = [{"op": "replace", "path": "/gender", "value": "male"}]
    answers = [
        made,
        fhir("PUT", f"Patient/{id}", patient(id=id), headers=prefer),
        fhir(
            "PATCH",
            f"Patient/{id}",
            change,
            headers={**prefer, "Content-Type": "application/json-patch+json"},
        ),
    ]
    assert [a.status for a in answers] == [201, 200, 200]
    assert [a.json["resourceType"] if a.body else None for a in answers] == [kind] * 3


def test_pretty_and_parts_keep_digits(fhir):
    made = fhir(
        "POST",
        "Observation",
        observation(valueQuantity={"value": 1})
        .__repr__()
        .replace("'", '"')
        .replace("1}", "1.50}")
        .encode(),
    )
    for query in ("?_pretty=true", ""):
        assert b"1.50" in fhir("GET", f"Observation/{made.id}{query}").body
    assert b'\n  "resourceType"' in fhir("GET", f"Observation/{made.id}?_pretty=true").body
    for query in ("_pretty=true", "_elements=value", "_summary=data"):
        assert b"1.50" in fhir("GET", f"Observation?_id={made.id}&{query}").body


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("DELETE", "", {}, None, 405),
        ("PUT", "", {}, b"{}", 405),
        ("POST", "Patient/1", {}, b"{}", 405),
        ("DELETE", "Patient/1/_history/1", {}, None, 405),
        ("PATCH", "Patient/1/$everything", {}, b"[]", 405),
        ("BREW", "Patient", {}, None, 405),
        ("GET", "Patient/1", {"Accept": "application/fhir+turtle"}, None, 406),
        ("GET", "Patient?_format=ttl", {}, None, 406),
        ("GET", "Patient?_format=xml", {}, None, 200),
        ("GET", "Patient?_format=json", {"Accept": "application/fhir+xml"}, None, 200),
        ("POST", "Patient", {"Content-Type": "application/fhir+turtle"}, b"a", 415),
        ("POST", "Patient", {"Content-Type": "application/fhir+xml"}, b"<Patient/>", 400),
        ("POST", "Patient/_search", {"Content-Type": "application/fhir+json"}, b"{}", 415),
        (
            "POST",
            "Patient/_search",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"gender=male",
            200,
        ),
        (
            "POST",
            "Patient/_search",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"name=\xc0\xee",
            400,
        ),
    ],
)
def test_methods_and_formats(fhir, method, path, headers, body, status):
    answer = fhir(method, path, body, headers=headers)
    assert answer.status == status
    if status == 405:
        assert method not in answer.headers["Allow"].split(", ")
    if status >= 400:
        assert answer.json["resourceType"] == "OperationOutcome"


def test_history_at_a_time(fhir):
    made = fhir("POST", "Patient", patient())
    moments = [datetime.now(UTC)]
    for gender in ("male", "other"):
        time.sleep(0.02)
        fhir("PUT", f"Patient/{made.id}", {**made.json, "gender": gender})
        time.sleep(0.02)
        moments.append(datetime.now(UTC))
    before = "2001-01-01T00:00:00Z"
    for path in (f"Patient/{made.id}/_history", "Patient/_history"):
        for number, moment in enumerate(moments, 1):
            found = fhir("GET", f"{path}?_count=1000&_at={quote(moment.isoformat())}").json["entry"]
            own = [
                e["resource"]["meta"]["versionId"] for e in found if e["resource"]["id"] == made.id
            ]
            assert own == [str(number)], path
        assert versions(fhir("GET", f"{path}?_at={before}")) == []
    today = moments[0].astimezone().date().isoformat()
    assert set(versions(fhir("GET", f"Patient/{made.id}/_history?_at={today}"))) <= {"1", "2", "3"}
    assert fhir("GET", "Patient/_history?_at=now").status == 400


def test_conditional_delete_of_several_only_if_allowed(fhir, settings):
    key = [{"system": "urn:test:several", "value": "1"}]
    made = [fhir("POST", "Patient", patient(identifier=key)).id for _ in range(3)]
    path = "Patient?identifier=urn:test:several|1"
    assert fhir("DELETE", path).status == 412
    assert [fhir("GET", f"Patient/{id}").status for id in made] == [200] * 3
    settings.DELETE_SEVERAL = True
    assert fhir("DELETE", "Patient").status == 400
    assert fhir("DELETE", path).status == 204
    assert [fhir("GET", f"Patient/{id}").status for id in made] == [410] * 3
    assert fhir("DELETE", path).status == 404


@pytest.fixture
def settings():
    from django.conf import settings

    before = settings.DELETE_SEVERAL
    yield settings
    settings.DELETE_SEVERAL = before


def test_capability_statement_names_exactly_what_exists(fhir):
    rest = Client(None)("GET", "metadata").json["rest"][0]
    named = {f"${o['name']}" for o in rest["operation"]}
    for resource in rest["resource"]:
        assert "patch" in {i["code"] for i in resource["interaction"]}
        named |= {f"${o['name']}" for o in resource.get("operation", [])}
    shapes = {form for _, form in (*routes.READS, *routes.WRITES)}
    routed = {part for form in shapes for part in form.split("/") if part.startswith("$")}
    assert named == routed


def test_every_operation_named_answers(fhir):
    """None of the operations of the statement is unknown where it is said to be."""
    rest = Client(None)("GET", "metadata").json["rest"][0]
    paths = [f"${o['name']}" for o in rest["operation"]]
    for resource in rest["resource"]:
        if resource["type"] in ("Patient", "Group", "CodeSystem", "ValueSet", "ConceptMap"):
            paths += [
                f"{resource['type']}/{at}${o['name']}"
                for o in resource["operation"]
                for at in ("", "x/")
            ]
    answers = {path: fhir("POST", path) for path in paths}
    codes = {
        path: a.issues[0]["details"]["coding"][0]["code"]
        for path, a in answers.items()
        if a.status >= 400
    }
    reached = {
        path.split("$")[1]
        for path in paths
        if codes.get(path) not in ("NoSuchAddress", "MethodNotAllowed")
    }
    assert reached == {path.split("$")[1] for path in paths}
