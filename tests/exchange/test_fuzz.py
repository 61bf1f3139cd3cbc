"""Whatever is sent to an address that the CapabilityStatement names, the answer is never a 5xx.

Requests are drawn from the statement itself: its types, search parameters, interactions and operations, with
values that are right, nearly right and wrong, and bodies of every JSON shape. Refusals must say why.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.fhir import observation, patient

FUZZ = settings(
    max_examples=120,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ODD = ["", " ", "|", "||", "a|b|c", ",", "$", "\\", "\\,", "%", "'", '"', ";--", "\x00", "é", "𠮷", "0", "-1", "1e400",
       "9" * 40, "null", "true", "gt", "ge2020", "2020-13-45", "lt2020-01-01T25:61", "10||mg", "ap1e-320||%", "Patient/",
       "Patient/x/_history/9", "http://[", "urn:uuid:x", "*", "a" * 5000, "eq", "sa2020-01", "5.4|http://u|mg"]  # fmt: skip
MODIFIERS = ["", ":exact", ":contains", ":missing", ":not", ":in", ":below", ":text", ":identifier", ":of-type",
             ":iterate", ":Patient", ":Patient.name", ".name", ":nonsense", ":", "."]  # fmt: skip
RESULT = ["_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_has", "_cursor", "_page",
          "_type", "_since", "_at", "_filter", "_contained", "_format", "_pretty"]  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "meta", "resourceType", "value", "code", "coding", "system", "extension", "url", "reference",
                         "subject", "contained", "text", "div", "name", "op", "path", "entry", "request", "parameter",
                         "valueQuantity", "status"]) | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
texts = st.sampled_from(ODD) | st.text(max_size=30)


@pytest.fixture(scope="module")
def statement(shared_fhir) -> dict[str, Any]:
    rest = shared_fhir("GET", "metadata").json["rest"][0]
    return {each["type"]: each for each in rest["resource"]}


@pytest.fixture(scope="module")
def known(shared_fhir) -> dict[str, str]:
    """One resource of two types, so that not every address leads nowhere."""
    person = shared_fhir("POST", "Patient", patient()).id
    return {
        "Patient": person,
        "Observation": shared_fhir("POST", "Observation", observation(f"Patient/{person}")).id,
    }


def sound(answer, asked: object) -> None:
    """Below 500; a refusal is an OperationOutcome with an issue that says something."""
    assert answer.status < 500, (asked, answer.status, answer.body[:500])
    if (
        answer.status >= 400
        and answer.body
        and answer.headers.get("Content-Type", "").startswith("application/fhir+json")
    ):
        issue = answer.json["issue"][0]
        assert issue["severity"] in ("error", "fatal"), asked
        assert issue["details"]["text"], asked


@FUZZ
@given(data=st.data())
def test_searches(shared_fhir, statement, data):
    kind = data.draw(st.sampled_from(sorted(statement)))
    names = [each["name"] for each in statement[kind].get("searchParam", ())]
    asked = []
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(names) | st.sampled_from(RESULT)) + data.draw(
            st.sampled_from(MODIFIERS)
        )
        asked.append((name, data.draw(texts)))
    query = urlencode(asked, errors="replace")
    sound(shared_fhir("GET", f"{kind}?{query}"), (kind, asked))
    sound(shared_fhir("POST", f"{kind}/_search", query.encode(),
                      headers={"Content-Type": "application/x-www-form-urlencoded"}), (kind, asked))  # fmt: skip


@FUZZ
@given(data=st.data())
def test_writes(shared_fhir, statement, known, data):
    kind = data.draw(
        st.sampled_from(["Patient", "Observation"]) | st.sampled_from(sorted(statement))
    )
    body = data.draw(json_values)
    if isinstance(body, dict) and data.draw(st.booleans()):
        body = {**body, "resourceType": kind}
    id = quote(data.draw(st.just(known.get(kind, "x")) | texts), safe="")[:300] or "x"
    method, path = data.draw(st.sampled_from([
        ("POST", kind), ("PUT", f"{kind}/{id}"), ("PUT", f"{kind}?_id={id}"), ("PATCH", f"{kind}/{id}"),
        ("DELETE", f"{kind}/{id}-"), ("POST", ""), ("POST", f"{kind}/$validate"),
    ]))  # fmt: skip
    headers = {name: data.draw(texts) for name in data.draw(
        st.sets(st.sampled_from(["If-Match", "If-None-Exist", "Prefer", "If-None-Match", "If-Modified-Since"]), max_size=2))}  # fmt: skip
    if method == "PATCH":
        headers["Content-Type"] = data.draw(st.sampled_from(
            ["application/json-patch+json", "application/fhir+json", "text/plain"]))  # fmt: skip
    sound(
        shared_fhir(method, path, json.dumps(body).encode(), headers=headers),
        (method, path, body, headers),
    )


@FUZZ
@given(data=st.data())
def test_bundles(shared_fhir, known, data):
    entries = []
    for _ in range(data.draw(st.integers(0, 3))):
        request = {
            "method": data.draw(st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", ""])),
            "url": data.draw(st.sampled_from(["Patient", f"Patient/{known['Patient']}", "Observation?code=x", "Nothing/1", "/", "?"]) | texts),
        }  # fmt: skip
        if data.draw(st.booleans()):
            request[data.draw(st.sampled_from(["ifNoneExist", "ifMatch", "ifNoneMatch"]))] = (
                data.draw(texts)
            )
        resource = data.draw(st.just({"resourceType": "Patient"}) | json_values)
        entries.append({"fullUrl": data.draw(texts), "request": request, "resource": resource})
    body = {"resourceType": "Bundle", "type": data.draw(st.sampled_from(["transaction", "batch", "document", ""])),
            "entry": entries}  # fmt: skip
    sound(shared_fhir("POST", "", body), body)


@FUZZ
@given(data=st.data())
def test_operations(shared_fhir, statement, known, data):
    """Every operation of the statement, with parameters of any name and shape."""
    named = [
        (kind, each["name"])
        for kind, entry in statement.items()
        for each in entry.get("operation", ())
    ]
    kind, name = data.draw(
        st.sampled_from([pair for pair in named if pair[1] not in ("purge", "export")])
    )
    id = data.draw(st.sampled_from(["", f"/{known.get(kind, 'x')}"]))
    parameters = [
        {"name": data.draw(st.sampled_from(["resource", "code", "system", "url", "count", "mode", "_since", "_type",
                                            "sourceIdentifier", "source-patient", "target-patient", "filter"]) | texts),
         data.draw(st.sampled_from(["valueString", "valueCode", "valueUri", "valueInteger", "resource", "valueCoding",
                                    "valueReference"])): data.draw(json_values)}
        for _ in range(data.draw(st.integers(0, 3)))
    ]  # fmt: skip
    body = {"resourceType": "Parameters", "parameter": parameters}
    if data.draw(st.booleans()):
        sound(shared_fhir("POST", f"{kind}{id}/${name}", body), (kind, id, name, body))
    else:
        query = urlencode(
            [(each["name"], data.draw(texts)) for each in parameters], errors="replace"
        )
        sound(shared_fhir("GET", f"{kind}{id}/${name}?{query}"), (kind, id, name, query))


@FUZZ
@given(method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "x"]),
       parts=st.lists(st.sampled_from(["Patient", "_history", "_search", "$export", "$import", "metadata", "1", "..", "$x"])
                      | texts, max_size=4),
       raw=st.binary(max_size=60), media=st.sampled_from(["application/fhir+json", "application/fhir+xml", "x/y", ""]))  # fmt: skip
def test_any_address_and_any_bytes(shared_fhir, method, parts, raw, media):
    path = "/".join(
        part.encode("utf-8", "replace").decode("latin-1").replace("?", "") for part in parts
    )
    if "$import" in path or "$purge" in path:
        return
    sound(
        shared_fhir(method, path, raw, headers={"Content-Type": media, "Accept": media}),
        (method, path, raw),
    )
