"""PATCH: JSON Patch and FHIRPath Patch, alone, conditional and in transactions; nothing half done."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.records.patches import exact, json_patch
from tests.factories.fhir import observation, patient

JSON_PATCH = {"Content-Type": "application/json-patch+json"}


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def operation(kind, **parts):
    """One operation of FHIRPath Patch; `value` is a whole part, other parts are plain values."""
    found = [{"name": "type", "valueCode": kind}]
    for name, value in parts.items():
        if name == "value":
            found.append({"name": "value", **value})
        else:
            found.append(
                {"name": name, ("valueInteger" if type(value) is int else "valueString"): value}
            )
    return {"name": "operation", "part": found}


def parameters(*operations):
    return {"resourceType": "Parameters", "parameter": list(operations)}


# JSON Patch -------------------------------------------------------------------------------------


def test_json_patch_makes_a_new_version(fhir):
    made = fhir("POST", "Patient", patient(telecom=[{"value": "1"}, {"value": "2"}]))
    change = [
        {"op": "test", "path": "/gender", "value": "female"},
        {"op": "replace", "path": "/gender", "value": "male"},
        {"op": "add", "path": "/telecom/-", "value": {"value": "3"}},
        {"op": "remove", "path": "/telecom/0"},
        {"op": "copy", "from": "/gender", "path": "/name/0/family"},
        {"op": "move", "from": "/name/0/text", "path": "/name/0/id"},
    ]
    answer = fhir(
        "PATCH", f"Patient/{made.id}", change, headers={**JSON_PATCH, "If-Match": 'W/"1"'}
    )
    assert (answer.status, answer.headers["ETag"]) == (200, 'W/"2"')
    read = fhir("GET", f"Patient/{made.id}").json
    assert (read["gender"], [t["value"] for t in read["telecom"]]) == ("male", ["2", "3"])
    assert read["name"] == [{"family": "male", "id": "李丽"}]
    assert fhir("GET", f"Patient?_id={made.id}&gender=male").json["total"] == 1


def test_digits_survive(fhir):
    raw = json.dumps(observation()).replace("152", "1.50").encode()
    made = fhir("POST", "Observation", raw)
    change = b'[{"op":"add","path":"/component","value":[{"code":{"text":"x"},"valueQuantity":{"value":2.00}}]}]'
    answer = fhir("PATCH", f"Observation/{made.id}", change, headers=JSON_PATCH)
    assert b'"value":1.50' in answer.body
    assert b'"value":2.00' in answer.body


@pytest.mark.parametrize(
    ("change", "status", "hint"),
    [
        ([{"op": "test", "path": "/gender", "value": "male"}], 422, "another"),
        ([{"op": "replace", "path": "/birthDate", "value": "2000-01-01"}], 422, "birthDate"),
        ([{"op": "remove", "path": "/name/7"}], 422, "nothing at '7'"),
        ([{"op": "remove", "path": "/name/00"}], 422, "00"),
        ([{"op": "add", "path": "/name/5", "value": {}}], 422, "'5'"),
        ([{"op": "add", "path": "name", "value": {}}], 422, "begins with /"),
        ([{"op": "move", "from": "/name", "path": "/name/0"}], 422, "into itself"),
        ([{"op": "remove", "path": ""}], 400, "whole"),
        ([{"op": "increase", "path": "/name"}], 400, "op"),
        ([{"op": "add", "path": "/name"}], 400, "value"),
        ([{"op": "add", "path": 3, "value": 1}], 400, "path"),
        ({"op": "add"}, 400, "neither"),
        ([{"op": "replace", "path": "/gender", "value": "girl"}], 400, "gender"),
        ([{"op": "replace", "path": "/id", "value": "other"}], 400, "id"),
        ([{"op": "add", "path": "/nickname", "value": "x"}], 400, "nickname"),
    ],
)
def test_unfit_json_patch_changes_nothing(fhir, change, status, hint):
    made = fhir("POST", "Patient", patient())
    whole = (
        [{"op": "add", "path": "/active", "value": True}, *change]
        if isinstance(change, list)
        else change
    )
    answer = fhir("PATCH", f"Patient/{made.id}", whole, headers=JSON_PATCH)
    assert answer.status == status
    assert hint in json.dumps(answer.json, ensure_ascii=False)
    assert fhir("GET", f"Patient/{made.id}").json == made.json


def test_patch_knows_versions_types_and_the_dead(fhir, shared_token):
    from tests.exchange.conftest import Client

    made = fhir("POST", "Patient", patient())
    change = [{"op": "replace", "path": "/gender", "value": "male"}]
    stale = fhir("PATCH", f"Patient/{made.id}", change, headers={**JSON_PATCH, "If-Match": 'W/"9"'})
    assert stale.status == 412
    assert fhir("PATCH", "Patient/none", change, headers=JSON_PATCH).status == 404
    assert fhir("PATCH", "Wizard/1", change, headers=JSON_PATCH).status == 404
    wrong = fhir(
        "PATCH",
        f"Patient/{made.id}",
        b"<x/>",
        headers={"Content-Type": "application/xml-patch+xml"},
    )
    assert wrong.status == 415
    reader = Client(shared_token("system/Patient.rs"))
    assert reader("PATCH", f"Patient/{made.id}", change, headers=JSON_PATCH).status == 403
    fhir("DELETE", f"Patient/{made.id}")
    assert fhir("PATCH", f"Patient/{made.id}", change, headers=JSON_PATCH).status == 410


def test_copies_cannot_fill_the_memory(fhir):
    made = fhir("POST", "Patient", patient(name=[{"text": "x" * 1000}]))
    doubling = [{"op": "copy", "from": "", "path": f"/extra{n}"} for n in range(40)]
    answer = fhir("PATCH", f"Patient/{made.id}", doubling, headers=JSON_PATCH)
    assert answer.status == 422
    assert "8 MB" in answer.issues[0]["details"]["text"]


# Conditional, and in transactions ---------------------------------------------------------------


def test_conditional_patch(fhir):
    key = [{"system": "urn:test", "value": "9"}]
    made = fhir("POST", "Patient", patient(identifier=key))
    change = [{"op": "replace", "path": "/gender", "value": "male"}]
    answer = fhir("PATCH", "Patient?identifier=urn:test|9", change, headers=JSON_PATCH)
    assert (answer.status, answer.id) == (200, made.id)
    assert fhir("PATCH", "Patient?identifier=urn:test|8", change, headers=JSON_PATCH).status == 404
    fhir("POST", "Patient", patient(identifier=key))
    assert fhir("PATCH", "Patient?identifier=urn:test|9", change, headers=JSON_PATCH).status == 412


def _entry(url, resource):
    return {"resource": resource, "request": {"method": "PATCH", "url": url}}


def _binary(change):
    data = base64.b64encode(json.dumps(change).encode()).decode()
    return {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}


def test_patches_in_a_transaction_stand_or_fall_together(fhir):
    one, two = (fhir("POST", "Patient", patient()).id for _ in range(2))
    new = {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Organization", "name": "院"},
           "request": {"method": "POST", "url": "Organization"}}  # fmt: skip
    manager = {"reference": "urn:uuid:1"}
    good = [
        new,
        _entry(
            f"Patient/{one}",
            _binary([{"op": "add", "path": "/managingOrganization", "value": manager}]),
        ),
        _entry(
            f"Patient/{two}",
            parameters(operation("replace", path="Patient.gender", value={"valueCode": "male"})),
        ),
    ]
    answer = fhir("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": good})
    assert [e["response"]["status"] for e in answer.json["entry"]] == [
        "201 Created",
        "200 OK",
        "200 OK",
    ]
    assert (
        fhir("GET", f"Patient/{one}")
        .json["managingOrganization"]["reference"]
        .startswith("Organization/")
    )
    assert fhir("GET", f"Patient/{two}").json["gender"] == "male"

    bad = [_entry(f"Patient/{one}", _binary([{"op": "remove", "path": "/gender"}])),
           _entry(f"Patient/{two}", _binary([{"op": "remove", "path": "/birthDate"}]))]  # fmt: skip
    refused = fhir("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": bad})
    assert refused.status == 422
    assert refused.issues[0]["expression"] == ["Bundle.entry[1]"]
    assert fhir("GET", f"Patient/{one}").json["gender"] == "female"


# FHIRPath Patch ---------------------------------------------------------------------------------

TWO_NAMES = {"name": [{"text": "李丽", "given": ["a", "b"]}, {"use": "old", "text": "王丽"}]}


@pytest.mark.parametrize(
    ("change", "look"),
    [
        (operation("replace", path="Patient.gender", value={"valueCode": "male"}), lambda p: p["gender"] == "male"),
        (
            operation("add", path="Patient", name="birthDate", value={"valueDate": "2000-01-01"}),
            lambda p: p["birthDate"] == "2000-01-01",
        ),
        (
            operation("add", path="Patient.name[0]", name="given", value={"valueString": "c"}),
            lambda p: p["name"][0]["given"] == ["a", "b", "c"],
        ),
        (
            operation(
                "add",
                path="Patient",
                name="contact",
                value={"part": [{"name": "name", "valueHumanName": {"text": "母"}}, {"name": "gender", "valueCode": "female"}]},
            ),
            lambda p: p["contact"] == [{"name": {"text": "母"}, "gender": "female"}],
        ),
        (
            operation("add", path="Patient", name="deceased", value={"valueBoolean": False}),
            lambda p: p["deceasedBoolean"] is False,
        ),
        (
            operation("insert", path="Patient.name[0].given", index=1, value={"valueString": "x"}),
            lambda p: p["name"][0]["given"] == ["a", "x", "b"],
        ),
        (operation("delete", path="Patient.name.where(use='old')"), lambda p: len(p["name"]) == 1),
        (operation("delete", path="Patient.name.where(use = 'nickname')"), lambda p: len(p["name"]) == 2),
        (operation("delete", path="Patient.name[0].given"), None),
        (operation("delete", path="Patient.name[0].given.first()"), lambda p: p["name"][0]["given"] == ["b"]),
        (
            operation("delete", path="Patient.name.given.where($this = 'a')"),
            lambda p: p["name"][0]["given"] == ["b"],
        ),
        (
            operation("move", path="Patient.name", source=1, destination=0),
            lambda p: [n["text"] for n in p["name"]] == ["王丽", "李丽"],
        ),
        (
            operation("replace", path="Patient.name.where(use='old').text", value={"valueString": "新"}),
            lambda p: p["name"][1]["text"] == "新",
        ),
        (operation("insert", path="Patient.name", index=7, value={"valueHumanName": {"text": "x"}}), None),
        (operation("add", path="Patient", name="gender", value={"valueCode": "male"}), None),
        (operation("add", path="Patient", name="nickname", value={"valueString": "x"}), None),
        (operation("replace", path="Patient", value={"valueString": "x"}), None),
        (operation("delete", path="Patient"), None),
        (operation("replace", path="Patient.nme", value={"valueString": "x"}), None),
        (operation("replace", path="Patient.name.count()", value={"valueInteger": 3}), None),
        (operation("replace", path="Patient.(", value={"valueInteger": 3}), None),
        (operation("move", path="Patient.name", source=2, destination=0), None),
    ],
)  # fmt: skip
def test_fhirpath_patch(fhir, change, look):
    made = fhir("POST", "Patient", patient(**TWO_NAMES))
    answer = fhir("PATCH", f"Patient/{made.id}", parameters(change))
    assert answer.status == (200 if look else 422), answer.body
    read = fhir("GET", f"Patient/{made.id}").json
    assert look(read) if look else read == made.json


def test_choice_may_change_its_type(fhir):
    made = fhir("POST", "Observation", observation())
    change = operation("replace", path="Observation.value", value={"valueString": "high"})
    read = fhir("PATCH", f"Observation/{made.id}", parameters(change)).json
    assert read["valueString"] == "high"
    assert "valueQuantity" not in read


def test_extensions_beside_primitives_stay_with_them(fhir):
    half = [None, {"extension": [{"url": "urn:x", "valueString": "of b"}]}]
    made = fhir("POST", "Patient", patient(name=[{"given": ["a", "b"], "_given": half}]))
    change = operation("delete", path="Patient.name[0].given[0]")
    name = fhir("PATCH", f"Patient/{made.id}", parameters(change)).json["name"][0]
    assert (name["given"], name["_given"]) == (["b"], half[1:])


@pytest.mark.parametrize(
    "change",
    [
        parameters(),
        {"resourceType": "Parameters"},
        parameters({"name": "op"}),
        parameters({"name": "operation", "part": "x"}),
        parameters(operation("grow", path="Patient")),
        parameters(operation("insert", path="Patient.name", value={"valueString": "x"})),
        patient(),
        3,
    ],
)
def test_what_is_no_fhirpath_patch(fhir, change):
    made = fhir("POST", "Patient", patient())
    answer = fhir("PATCH", f"Patient/{made.id}", change)
    assert answer.status == (200 if change == parameters() else 400)


# Properties of JSON Patch -----------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab~/é", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab~/", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def _pointers(value, at=""):
    yield at, value
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        yield from _pointers(child, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")


@given(VALUES, VALUES, st.randoms())
@settings(max_examples=150, deadline=None)
def test_replace_then_test_then_back(document, value, random):
    before = exact.write(document)
    pointer, old = random.choice(list(_pointers(document)))
    there = [
        {"op": "replace", "path": pointer, "value": value},
        {"op": "test", "path": pointer, "value": value},
    ]
    back = [{"op": "replace", "path": pointer, "value": old}]
    changed = json_patch.apply(exact.read(before), there)
    assert json_patch.is_equal(dict(_pointers(changed))[pointer], value)
    assert json_patch.is_equal(json_patch.apply(changed, back), exact.read(before))
