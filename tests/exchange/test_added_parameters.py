"""SearchParameters that are added: indexed in the background, searched when that is done, taken out again."""

import psycopg
import pytest

from kangmai.records.parameters import registry
from kangmai.records.parameters.walking import walk_once
from tests.exchange.conftest import Client
from tests.factories.fhir import observation, patient
from tests.factories.registry import organization

WARD = "urn:test:ward"


@pytest.fixture
def fhir(shared_fhir):
    return shared_fhir


def definition(code, kind, expression, *bases, **more):
    return {
        "resourceType": "SearchParameter", "url": f"urn:test:{code}", "name": code.title().replace("-", ""),
        "status": "active", "description": code, "code": code, "base": list(bases), "type": kind,
        "expression": expression, **more,
    }  # fmt: skip


def walk():
    """Everything that a worker would do in the background."""
    steps = 0
    while walk_once(settle_seconds=0):
        registry.look(at_once=True)
        steps += 1
        assert steps < 50
    registry.look(at_once=True)


def state(fhir, id):
    answer = fhir("GET", f"SearchParameter/{id}/$index")
    assert answer.status == 200, answer.body
    told = []
    for each in answer.json.get("parameter", ()):
        told.append({p["name"]: next(v for k, v in p.items() if k != "name") for p in each["part"]})
    return told


def ids(answer):
    assert answer.status == 200, answer.body
    return {each["resource"]["id"] for each in answer.json.get("entry", ())}


def on_ward(ward, **more):
    return observation(extension=[{"url": WARD, "valueCodeableConcept": {"coding": [{"system": "urn:w", "code": ward}], "text": f"Ward {ward}"}}], **more)  # fmt: skip


def test_from_definition_to_search_and_back(fhir, shared_database):
    old = [fhir("POST", "Observation", on_ward("A")).id for _ in range(3)]
    plain = fhir("POST", "Observation", observation()).id
    made = fhir("POST", "SearchParameter",
                definition("ward", "token", f"Observation.extension('{WARD}').value", "Observation"))  # fmt: skip
    assert made.status == 201
    registry.look(at_once=True)

    refused = fhir("GET", "Observation?ward=A")
    assert refused.status == 405 and "being indexed" in refused.issues[0]["diagnostics"]
    assert state(fhir, made.id)[0]["state"] == "new"
    between = fhir("POST", "Observation", on_ward("A")).id
    changed = old.pop()
    assert fhir("PUT", f"Observation/{changed}", on_ward("B", id=changed)).status == 200

    walk()
    told = state(fhir, made.id)[0]
    assert told["state"] == "active" and told["done"] >= told["total"] > 0
    assert ids(fhir("GET", "Observation?ward=A")) == {*old, between}
    assert ids(fhir("GET", "Observation?ward=urn:w|B")) == {changed}
    assert ids(fhir("GET", "Observation?ward:text=ward+b")) == {changed}
    assert ids(fhir("GET", f"Observation?ward:missing=true&_id={plain},{changed}")) == {plain}
    assert ids(fhir("GET", f"Observation?ward:missing=false&_id={plain},{changed}")) == {changed}
    statement = Client(None)("GET", "metadata").json["rest"][0]["resource"]
    named = next(each for each in statement if each["type"] == "Observation")["searchParam"]
    assert {"name": "ward", "type": "token"} in named

    after = fhir("POST", "Observation", on_ward("A")).id
    assert fhir("DELETE", f"Observation/{between}").status == 204
    assert ids(fhir("GET", "Observation?ward=A")) == {*old, after}
    with psycopg.connect(shared_database) as direct:
        from kangmai.kernel.actor import operator
        from kangmai.records import queries

        assert queries.sample_index(count=100, actor=operator("test")).faults == ()
        (p,) = direct.execute("SELECT p FROM records_parameter WHERE state = 'active'").fetchone()
        texts = "SELECT count(*) FROM str WHERE p = %s"
        assert direct.execute(texts, [p]).fetchone()[0] > 0

        assert fhir("DELETE", f"SearchParameter/{made.id}").status == 204
        registry.look(at_once=True)
        assert fhir("GET", "Observation?ward=A").status == 400
        walk()
        direct.rollback()
        assert direct.execute(texts, [p]).fetchone()[0] == 0
        gone = direct.execute("SELECT count(*) FROM records_parameter WHERE p = %s", [p])
        assert gone.fetchone()[0] == 0


def test_every_kind_of_value(fhir):
    """Dates, numbers, references, texts of sealed people; sorted, chained, included and by _has."""
    doctor = fhir("POST", "Practitioner", {"resourceType": "Practitioner", "active": True}).id
    asked = [
        definition("seen-on", "date", "Patient.extension.where(url='urn:test:seen').value as date", "Patient"),
        definition("score", "number", "Patient.extension.where(url='urn:test:score').value as integer", "Patient"),
        definition("keeper", "reference", "Patient.extension.where(url='urn:test:keeper').value as Reference",
                   "Patient", target=["Practitioner"]),
        definition("alias", "string", "Patient.extension.where(url='urn:test:alias').value as string", "Patient"),
    ]  # fmt: skip
    made = [fhir("POST", "SearchParameter", each) for each in asked]
    assert {each.status for each in made} == {201}

    def person(day, score, alias):
        return fhir("POST", "Patient", patient(extension=[
            {"url": "urn:test:seen", "valueDate": day}, {"url": "urn:test:score", "valueInteger": score},
            {"url": "urn:test:keeper", "valueReference": {"reference": f"Practitioner/{doctor}"}},
            {"url": "urn:test:alias", "valueString": alias}])).id  # fmt: skip

    first, second = person("2026-01-01", 3, "小李"), person("2026-02-01", 7, "小王")
    walk()
    assert {each["state"] for m in made for each in state(fhir, m.id)} == {"active"}
    assert ids(fhir("GET", "Patient?seen-on=ge2026-01-15")) == {second}
    assert ids(fhir("GET", "Patient?score=lt5")) == {first}
    assert ids(fhir("GET", "Patient?alias=小李")) == {first}
    assert ids(fhir("GET", f"Patient?keeper=Practitioner/{doctor}")) == {first, second}
    assert ids(fhir("GET", "Patient?keeper.active=true")) == {first, second}
    assert ids(fhir("GET", "Practitioner?_has:Patient:keeper:score=7")) == {doctor}
    assert ids(fhir("GET", f"Patient?_id={first}&_include=Patient:keeper")) == {first, doctor}
    ordered = fhir("GET", f"Patient?_id={first},{second}&_sort=-seen-on").json["entry"]
    assert [each["resource"]["id"] for each in ordered] == [second, first]


@pytest.mark.parametrize(
    "kind, code, expression, reason",
    [
        ("token", "code", "Observation.code", "in R4"),
        ("composite", "both", "Observation", "cannot be added"),
        ("token", "alive", "Observation.status.exists() and true", "not one of the shapes"),
        ("date", "number", "Observation.status", "leads to code"),
        ("token", "other", "Patient.gender", "does not begin at Observation"),
        ("token", "nothing", "Observation.nothing", "nothing of R4"),
    ],
)
def test_what_cannot_be_indexed_is_stored_and_says_why(fhir, kind, code, expression, reason):
    made = fhir("POST", "SearchParameter", definition(code, kind, expression, "Observation"))
    assert made.status == 201, made.body
    (told,) = state(fhir, made.id)
    assert told["state"] == "refused" and reason in told["reason"]


def test_only_the_whole_city_adds_parameters_and_drafts_are_not_indexed(fhir, shared_token):
    hospital = Client(shared_token(organization=organization(code="SP1").id))
    made = hospital("POST", "SearchParameter", definition("bed", "token", "Observation.status", "Observation"))  # fmt: skip
    (told,) = state(fhir, made.id)
    assert told["state"] == "refused" and "whole city" in told["reason"]
    draft = definition("draft", "token", "Observation.status", "Observation", status="draft")
    assert state(fhir, fhir("POST", "SearchParameter", draft).id) == []
    assert fhir("GET", "Observation/1/$index").status == 404


def test_a_changed_definition_is_indexed_anew_and_an_equal_one_stays(fhir):
    one = definition("phase", "token", "Observation.status", "Observation", "DiagnosticReport")
    one["expression"] = "Observation.status | DiagnosticReport.status"
    made = fhir("POST", "SearchParameter", one)
    walk()
    observed = fhir("POST", "Observation", observation()).id
    assert observed in ids(fhir("GET", "Observation?phase=final&_count=1000"))
    same = {**one, "id": made.id, "description": "another sentence"}
    assert fhir("PUT", f"SearchParameter/{made.id}", same).status == 200
    assert [each["state"] for each in state(fhir, made.id)] == ["active", "active"]
    other = {**same, "expression": "Observation.category | DiagnosticReport.status"}
    assert fhir("PUT", f"SearchParameter/{made.id}", other).status == 200
    registry.look(at_once=True)
    assert sorted(each["state"] for each in state(fhir, made.id)) == ["leaving"] * 2 + ["new"] * 2
    walk()
    assert observed not in ids(fhir("GET", "Observation?phase=final&_count=1000"))
